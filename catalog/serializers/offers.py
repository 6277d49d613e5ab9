"""Offers, as readers and as their sellers see them."""

from rest_framework import serializers

from bookstore.schema import MoneySerializer, ProblemSerializer
from catalog.serializers.lists import AVAILABILITY, NamedSerializer
from catalog.vocabularies import Condition


class SellerInOfferSerializer(NamedSerializer):
    slug = serializers.SlugField()


class ReductionSerializer(serializers.Serializer):
    """A price below all that these copies cost in the 30 days before it."""

    previous_lowest = MoneySerializer(help_text="The lowest price of those 30 days, to be shown with the reduced one.")
    since = serializers.DateTimeField()


class OfferSerializer(serializers.Serializer):
    """A seller's copies of an edition in one condition."""

    id = serializers.UUIDField()
    seller = SellerInOfferSerializer()
    condition = serializers.ChoiceField(Condition.choices)
    price = MoneySerializer()
    reduction = ReductionSerializer(allow_null=True, help_text="For 30 days; null where the price is not reduced.")
    quantity = serializers.IntegerField()
    notes = serializers.CharField()
    availability = serializers.ChoiceField(AVAILABILITY)
    photos = serializers.ListField(child=serializers.URLField())


class OwnOfferSerializer(OfferSerializer):
    """An offer as its seller sees it."""

    edition = serializers.UUIDField(source="edition_id")
    book = serializers.UUIDField(source="edition.book_id")
    isbn = serializers.CharField(source="edition.isbn", allow_null=True)
    title = serializers.CharField()
    quantity = serializers.IntegerField(source="left", help_text="Copies that can be bought while it is open.")
    held = serializers.IntegerField(help_text="Further copies, held for purchases that are being paid.")
    availability = serializers.ChoiceField(AVAILABILITY, source="availability.word")
    photos = serializers.ListField(child=serializers.URLField(), default=[])
    withdrawn = serializers.BooleanField(source="is_withdrawn")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PricePeriodSerializer(serializers.Serializer):
    """A time during which an offer had one price."""

    price = MoneySerializer()
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="null for today's price.")


class OfferRowResultSerializer(serializers.Serializer):
    """What became of one row: the offer as it is now, or what was in the way."""

    row = serializers.IntegerField(help_text="The row's place in the request, from 0.")
    status = serializers.IntegerField(help_text="200, or the problem's.")
    offer = OwnOfferSerializer(required=False)
    problem = ProblemSerializer(required=False)


class OfferRowResultsSerializer(serializers.Serializer):
    results = OfferRowResultSerializer(many=True)
