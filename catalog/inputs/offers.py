"""Copies to offer, and what is to be different about them."""

from typing import Any

from rest_framework import serializers

from accounts.rights import Right
from bookstore.fields import LineField, PriceSerializer, WholeNumberField, WordsField, YesNoField
from catalog.inputs.books import BookFacts
from catalog.inputs.editions import EditionFacts
from catalog.inputs.fields import ISBNField
from catalog.inputs.sellers import ForSeller
from catalog.models.offers import LARGEST_STOCK, LONGEST_NOTES
from catalog.vocabularies import LONGEST_TITLE, Condition


class NewPriceSerializer(PriceSerializer):
    """Money of zero or more that an offer is to cost from now on."""

    currency = WordsField(required=False, help_text="ISO 4217; the offer's own without it.")


class ChangeOfferSerializer(serializers.Serializer):
    """What a seller may say of an offer."""

    condition = serializers.ChoiceField(Condition.choices)
    price = NewPriceSerializer()
    quantity = WholeNumberField(min_value=0, max_value=LARGEST_STOCK, help_text="Copies that can be bought.")
    notes = WordsField(required=False, allow_blank=True, max_length=LONGEST_NOTES, help_text="Plain text.")
    withdrawn = YesNoField(required=False)


class NewOfferSerializer(ForSeller, EditionFacts, BookFacts, ChangeOfferSerializer):
    """Copies to offer. What describes the edition counts only where the shop does not have it yet."""

    isbn = ISBNField()
    price = PriceSerializer()
    title = LineField(required=False, max_length=LONGEST_TITLE, help_text="Needed for an ISBN that the shop lacks.")
    withdrawn = None
    right = Right.OFFERS

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        facts = super().validate(attrs)
        of_offer = {"isbn", "seller", *ChangeOfferSerializer().fields}
        record = {name: value for name, value in facts.items() if name not in of_offer}
        return {"record": record, **{name: value for name, value in facts.items() if name in of_offer}}
