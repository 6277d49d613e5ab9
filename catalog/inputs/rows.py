"""Changes of many offers, row by row."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookstore.fields import WholeNumberField, WordsField, YesNoField
from bookstore.money import Money
from bookstore.problems import as_refusal
from catalog.inputs.fields import ISBNField
from catalog.inputs.offers import NewPriceSerializer
from catalog.models.offers import LARGEST_STOCK, LONGEST_NOTES
from catalog.selling import Change, Outcome
from catalog.vocabularies import Condition

MOST_ROWS = 1_000


class RowPriceSerializer(NewPriceSerializer):
    """What an offer that is not looked up yet is to cost: without a currency it is the amount as it was written."""

    def validate(self, attrs: dict[str, str]) -> Any:
        return super().validate(attrs) if "currency" in attrs else attrs["amount"]


class OfferRowSerializer(serializers.Serializer):
    """A change of one of many offers, which it names by id, or by ISBN and condition."""

    id = serializers.UUIDField(required=False)
    isbn = ISBNField(required=False)
    condition = serializers.ChoiceField(Condition.choices, required=False, help_text="With isbn; new without it.")
    price = RowPriceSerializer(required=False)
    quantity = WholeNumberField(
        required=False, min_value=0, max_value=LARGEST_STOCK, help_text="Copies that can be bought; held ones on top."
    )
    on_hand = WholeNumberField(
        required=False, min_value=0, max_value=LARGEST_STOCK, help_text="In its place: copies counted, held ones too."
    )
    notes = WordsField(required=False, allow_blank=True, max_length=LONGEST_NOTES, help_text="Plain text.")
    archived = YesNoField(required=False, help_text="Withdrawn, as `withdrawn` of an offer.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("id" in attrs) == ("isbn" in attrs):
            told = _("Name the offer by its id, or by isbn and condition.")
            raise serializers.ValidationError({"id": told}, "required")
        if "quantity" in attrs and "on_hand" in attrs:
            raise serializers.ValidationError({"on_hand": _("Send quantity or on_hand, not both.")}, "invalid")
        return attrs


@extend_schema_field(OfferRowSerializer(many=True))
class RowsField(serializers.ListField):
    """Rows, not yet looked at."""


class OfferRowsSerializer(serializers.Serializer):
    """Changes of many offers. Each row is looked at by itself."""

    offers = RowsField(allow_empty=False, max_length=MOST_ROWS)
    seller = WordsField(required=False, help_text="The slug of one of your organizations: only its offers are meant.")


def read_rows(rows: list[Any]) -> tuple[list[Change], list[Outcome]]:
    """What the rows ask for, and what is wrong with those that ask for nothing sensible."""
    changes, refused = [], []
    reader = OfferRowSerializer()
    for row, data in enumerate(rows):
        try:
            changes.append(change_of(row, reader.run_validation(data)))
        except serializers.ValidationError as error:
            refused.append(Outcome(row, refusal=as_refusal(error)))
    return changes, refused


def change_of(row: int, facts: dict[str, Any]) -> Change:
    price: Money | str | None = facts.get("price")
    amount, currency = (str(price.amount), price.currency) if isinstance(price, Money) else (price, None)
    return Change(
        row,
        offer=facts.get("id"),
        withdrawn=facts.get("archived"),
        amount=amount,
        currency=currency,
        **{name: facts.get(name) for name in ("isbn", "condition", "quantity", "on_hand", "notes")},
    )
