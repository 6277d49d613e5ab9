"""Works, as sellers describe them."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookstore.fields import LineField, WordsField
from catalog.imports.cells import LONGEST_NAME, one_line
from catalog.imports.names import sort_name
from catalog.imports.record import Heading, Person, SeriesPlace
from catalog.imports.titles import LARGEST_POSITION, LONGEST_LABEL, plain_number, position
from catalog.inputs.fields import CodeInput, LanguageInput, NameField, PartialDateInput
from catalog.inputs.sellers import ForSeller
from catalog.models import Subject
from catalog.vocabularies import AUTHOR, LONGEST_TITLE

LONGEST_DESCRIPTION = 50_000
MOST_PEOPLE, MOST_SUBJECTS = 100, 50


class PersonSerializer(serializers.Serializer):
    """Somebody with a part in a book."""

    name = NameField()
    role = CodeInput(
        "[A-Z][0-9]{2}", default=AUTHOR, help_text="ONIX code list 17: A01 author (the default), B06 translator."
    )

    def validate(self, attrs: dict[str, str]) -> Person:
        return Person(attrs["name"], sort_name(attrs["name"]), attrs.get("role", AUTHOR))


@extend_schema_field({"oneOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]})
class PositionField(serializers.Field):
    """A place in a series: a number, or a text as it is printed (1-3, II)."""

    default_error_messages = {
        "invalid": _("Write a number from 0 to 999999 with two decimals at most, or a short text."),
    }

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, bool) or not isinstance(data, int | float | str):
            self.fail("invalid")
        if isinstance(data, str):
            text = one_line(data)
            if len(text) > LONGEST_LABEL or not text.isprintable():
                self.fail("invalid")
            return text
        number = Decimal(str(data))
        if not 0 <= number <= LARGEST_POSITION or number != round(number, 2):
            self.fail("invalid")
        return plain_number(number)

    def to_representation(self, value: Any) -> Any:
        return value


class SeriesInput(serializers.Serializer):
    """A series, and the book's place in it."""

    name = NameField()
    position = PositionField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> SeriesPlace:
        label = attrs.get("position") or ""
        return SeriesPlace(attrs["name"], label, position(label))


class SubjectInput(LineField):
    """A heading as `scheme:code`."""

    default_error_messages = {"unknown": _("Write a subject as scheme:code; the schemes are {schemes}.")}

    def to_internal_value(self, data: Any) -> Heading:  # type: ignore[override]
        scheme, _colon, code = super().to_internal_value(data).partition(":")
        if scheme not in Subject.Scheme.values or not code.strip() or len(code) > LONGEST_NAME:
            self.fail("unknown", schemes=", ".join(Subject.Scheme.values))
        return Heading(scheme, one_line(code))


class BookFacts(serializers.Serializer):
    """What describes a work, besides its title."""

    subtitle = LineField(required=False, allow_blank=True, max_length=LONGEST_TITLE)
    description = WordsField(required=False, allow_blank=True, max_length=LONGEST_DESCRIPTION, help_text="Plain text.")
    authors = serializers.ListField(
        child=PersonSerializer(), required=False, max_length=MOST_PEOPLE,
        help_text="Everybody with a part in it, in order; an empty list where nobody is known.",
    )  # fmt: skip
    series = SeriesInput(required=False, allow_null=True)
    subjects = serializers.ListField(
        child=SubjectInput(), required=False, max_length=MOST_SUBJECTS,
        help_text="As scheme:code, the main one first: thema:FBA.",
    )  # fmt: skip
    original_language = LanguageInput(required=False)
    first_published = PartialDateInput(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        facts = super().validate(attrs)
        if "authors" in facts:
            facts["people"] = facts.pop("authors")
        if "series" in facts:
            facts["series"] = [facts["series"]] if facts["series"] else []
        return facts


class ChangeBookSerializer(BookFacts):
    """What is to be different about a book."""

    title = LineField(required=False, max_length=LONGEST_TITLE)


class NewBookSerializer(ForSeller, ChangeBookSerializer):
    """A work to add to the catalogue."""

    staff_may = True
    title = LineField(max_length=LONGEST_TITLE)
    authors = serializers.ListField(
        child=PersonSerializer(), max_length=MOST_PEOPLE,
        help_text="Everybody with a part in it, in order; an empty list where nobody is known.",
    )  # fmt: skip
