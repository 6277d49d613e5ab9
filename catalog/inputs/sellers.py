"""What sellers say of themselves, and for which of them somebody speaks."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Seller, User
from accounts.rights import Right
from accounts.serializers import CountryField
from bookstore.fields import WordsField

LONGEST_ABOUT = 5_000


class ForSeller(serializers.Serializer):
    """What one of the user's organizations does; shop staff may do it for none."""

    seller = WordsField(required=False, help_text="The slug of your organization; needed by members of several.")
    staff_may = False
    right = Right.CATALOGUE

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wanted = super().validate(attrs)
        return {**wanted, "seller": self.one_of(wanted.pop("seller", None), self.context["request"].user)}

    def one_of(self, slug: str | None, user: User) -> Seller | None:
        own = list(Seller.objects.filter(pk__in=user.sellers_for(self.right)))
        if slug is None and len(own) > 1:
            raise serializers.ValidationError({"seller": _("Say for which of your organizations.")}, "required")
        sellers = [seller for seller in own if slug in {None, seller.slug}]
        if not sellers and not (slug is None and self.staff_may and user.is_superuser):
            raise serializers.ValidationError({"seller": _("This is no organization of yours.")}, "invalid_choice")
        return sellers[0] if sellers else None


class SellerPageInput(serializers.Serializer):
    """What sellers say of themselves."""

    description = WordsField(required=False, allow_blank=True, max_length=LONGEST_ABOUT)
    country = CountryField(required=False, allow_blank=True)
