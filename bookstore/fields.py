"""Serializer fields of every app: stricter than DRF's about what is a number and what is text."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # all but tabs and the ends of lines


class WholeNumberField(serializers.IntegerField):
    """A number of JSON; DRF would take a text of digits too."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WordsField(serializers.CharField):
    """A text of JSON without control characters, kept as it was typed; DRF would take numbers too, and trim."""

    default_error_messages = {"control_characters": _("Control characters are not allowed.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if CONTROL_CHARACTERS.search(data):
            self.fail("control_characters")
        return super().to_internal_value(data)
