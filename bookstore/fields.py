"""Serializer fields of every app: stricter than DRF's about what is a number and what is text."""

import re
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from bookstore.money import Money, minor_units
from bookstore.visible import OVERRIDES, has_tricks, visible

CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # all but tabs and the ends of lines

LINE_BREAKS = re.compile(r"[\t\n\r\u2028\u2029]")


class WholeNumberField(serializers.IntegerField):
    """A number of JSON; DRF would take a text of digits too."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WordsField(serializers.CharField):
    """A text of JSON without control characters, kept as it was typed; DRF would take numbers too, and trim."""

    default_error_messages = {
        "control_characters": _("Control characters are not allowed."),
        "turned_around": _("Characters that turn the order of letters around are not allowed."),
    }
    refused_letters = OVERRIDES

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if CONTROL_CHARACTERS.search(data):
            self.fail("control_characters")
        if any(letter in data for letter in self.refused_letters):
            self.fail("turned_around")
        return super().to_internal_value(data)


class LineField(WordsField):
    """One line of text that one can see, without spaces around it."""

    default_error_messages = {
        "line_break": _("Line breaks are not possible here."),
        "invisible": _("There are characters here that cannot be seen."),
    }
    refused_letters = ""  # they are among those that cannot be seen

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": True, **options})

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, str) and LINE_BREAKS.search(data):
            self.fail("line_break")
        return self.seen(super().to_internal_value(data))

    def seen(self, line: str) -> str:
        if has_tricks(line):
            self.fail("invisible")
        return line


class CleanedLineField(LineField):
    """A line of which only what one can see is kept: who sends it has not typed it."""

    def seen(self, line: str) -> str:
        return visible(line).strip()


class YesNoField(serializers.BooleanField):
    """True or false of JSON; DRF would take "yes", 1 and a dozen other spellings too."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class PriceSerializer(serializers.Serializer):
    """Money of zero or more, as somebody writes it."""

    amount = WordsField(help_text="A decimal number as text: 12.90.")
    currency = WordsField(required=False, help_text="ISO 4217; the shop's currency without it.")

    def validate(self, attrs: dict[str, str]) -> Money:
        currency = attrs.get("currency") or self.context.get("currency", settings.SHOP_CURRENCY)
        if "amount" not in attrs:  # of a partial update, but half a price is none
            raise serializers.ValidationError({"amount": self.fields["amount"].error_messages["required"]}, "required")
        try:
            minor_units(currency)
        except ValueError as error:
            raise serializers.ValidationError({"currency": str(error)}) from error
        try:
            price = Money.of(attrs["amount"], currency)
        except ValueError as error:
            raise serializers.ValidationError({"amount": str(error)}) from error
        if price.minor < 0:
            raise serializers.ValidationError({"amount": _("A price is not negative.")}, "min_value")
        return price
