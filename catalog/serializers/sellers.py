"""Who sells."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Seller
from catalog.models import Offer

MOST_COUNTED = 10_000


class CountSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    exact = serializers.BooleanField(help_text="Whether there are no more.")


class SellerPageSerializer(serializers.ModelSerializer):
    """Who sells, and nothing of those who work there."""

    country = serializers.SerializerMethodField(help_text="ISO 3166-1 alpha-2; null where it is not known.")
    since = serializers.SerializerMethodField(help_text="When they came to the shop.")
    offers = serializers.SerializerMethodField(help_text="How many are open, counted as far as 10,000.")

    class Meta:
        model = Seller
        fields = ["id", "slug", "name", "description", "country", "since", "offers"]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_country(self, seller: Seller) -> str | None:
        return seller.country or None

    @extend_schema_field(serializers.DateField())
    def get_since(self, seller: Seller) -> str:
        return seller.created_at.date().isoformat()

    @extend_schema_field(CountSerializer)
    def get_offers(self, seller: Seller) -> dict[str, Any]:
        open_ones = Offer.objects.filter(seller=seller, archived_at=None, edition__archived_at=None)
        count = open_ones.order_by()[: MOST_COUNTED + 1].count()
        return {"count": min(count, MOST_COUNTED), "exact": count <= MOST_COUNTED}
