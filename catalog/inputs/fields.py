"""What sellers write of books, value by value."""

from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from bookstore.fields import LineField, WordsField
from catalog.imports.cells import LONGEST_NAME, one_line
from catalog.isbn import LONGEST_SPELLING, InvalidISBN, parse_isbn
from catalog.partial_dates import PartialDate
from catalog.vocabularies import language_tag

LONGEST_DATE, LONGEST_TAG = 10, 35


class NameField(LineField):
    """A name, with single spaces in it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": LONGEST_NAME, **options})

    def to_internal_value(self, data: Any) -> str:
        return one_line(super().to_internal_value(data))


class ISBNField(WordsField):
    """An ISBN in any spelling, as thirteen digits; marks of direction around it come with copying."""

    refused_letters = ""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{"max_length": LONGEST_SPELLING, "help_text": "ISBN-10 or ISBN-13, in any spelling."} | options
        )

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        try:
            return parse_isbn(text) if isinstance(text, str) else text
        except InvalidISBN as error:
            raise serializers.ValidationError(str(error), "invalid") from error


class PartialDateInput(WordsField):
    """A date as precise as it is known."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": LONGEST_DATE, "help_text": "1997, 1997-06 or 1997-06-26."} | options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        try:
            return PartialDate.parse(text) if isinstance(text, str) else text
        except ValueError as error:
            raise serializers.ValidationError(str(error), "invalid") from error


class LanguageInput(WordsField):
    """A language tag; null and an empty text mean that it is not known."""

    def __init__(self, **options: Any) -> None:
        told = {"max_length": LONGEST_TAG, "allow_blank": True, "allow_null": True, "help_text": "BCP 47: en, pt-BR."}
        super().__init__(**told | options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        try:
            return language_tag(text) if text else ""
        except ValueError as error:
            raise serializers.ValidationError(str(error), "invalid") from error


class CodeInput(LineField):
    """A code of one of the trade's lists; those that the shop does not know are kept as they come."""

    def __init__(self, pattern: str, **options: Any) -> None:
        told = _("This is not what codes of this list look like.")
        super().__init__(validators=[RegexValidator(f"^{pattern}$", told)], **options)
