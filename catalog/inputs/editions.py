"""Editions, as sellers describe them."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from bookstore.fields import LineField, WholeNumberField, WordsField
from catalog.imports.cells import LONGEST_NAME
from catalog.inputs.books import LONGEST_DESCRIPTION, BookFacts
from catalog.inputs.fields import CodeInput, ISBNField, LanguageInput, NameField, PartialDateInput
from catalog.inputs.sellers import ForSeller
from catalog.models import Book
from catalog.vocabularies import LONGEST_TITLE, Format

MOST_PAGES = 1_000_000


class EditionFacts(serializers.Serializer):
    """What describes an edition, besides its ISBN and title."""

    edition_statement = LineField(required=False, allow_blank=True, max_length=LONGEST_NAME)
    format = serializers.ChoiceField(Format.choices, required=False)
    language = LanguageInput(required=False)
    publisher = NameField(required=False, allow_blank=True, allow_null=True)
    imprint = NameField(required=False, allow_blank=True)
    published = PartialDateInput(required=False, allow_null=True)
    pages = WholeNumberField(required=False, allow_null=True, min_value=1, max_value=MOST_PAGES)
    availability_code = CodeInput(
        "[0-9]{2}", required=False, allow_blank=True, help_text="ONIX code list 65: 20 available, 10 not yet."
    )
    description = WordsField(required=False, allow_blank=True, max_length=LONGEST_DESCRIPTION, help_text="Plain text.")

    def validate_publisher(self, name: str | None) -> str:
        return name or ""


class ChangeEditionSerializer(EditionFacts):
    """What is to be different about an edition."""

    isbn = ISBNField(required=False, allow_null=True)
    title = LineField(required=False, allow_blank=True, max_length=LONGEST_TITLE, help_text="Where not the book's.")


class NewEditionSerializer(ForSeller, EditionFacts, BookFacts):
    """An edition to add to the catalogue, of a book that is there or of a new one."""

    staff_may = True
    book = serializers.UUIDField(required=False, help_text="Without it title and authors describe a new book.")
    title = LineField(required=False, max_length=LONGEST_TITLE)
    isbn = ISBNField(required=False, allow_null=True)
    format = serializers.ChoiceField(Format.choices)

    def validate_book(self, key: UUID) -> Book:
        book = Book.objects.filter(pk=key, archived_at=None).first()
        if book is None:
            raise serializers.ValidationError(_("The shop has no such book."), "does_not_exist")
        return book

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        facts = super().validate(attrs)
        missing = [] if "book" in facts else [name for name in ("title", "people") if name not in facts]
        if missing:
            told = self.fields["seller"].error_messages["required"]
            names = {"people": "authors"}
            raise serializers.ValidationError({names.get(name, name): told for name in missing}, "required")
        if "book" in facts:
            for_books = [name for name in BookFacts().fields if name != "description"]
            return {name: value for name, value in facts.items() if name not in {*for_books, "people"}}
        return facts
