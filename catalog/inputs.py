"""The shapes that the catalogue takes from sellers. What is read here are the services' arguments."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Seller, User
from accounts.rights import Right
from accounts.serializers import CountryField
from bookstore.fields import LineField, PriceSerializer, WholeNumberField, WordsField, YesNoField
from bookstore.money import Money
from bookstore.problems import as_refusal
from catalog.imports.cells import LONGEST_NAME, one_line
from catalog.imports.names import sort_name
from catalog.imports.record import Heading, Person, SeriesPlace
from catalog.imports.titles import LARGEST_POSITION, LONGEST_LABEL, plain_number, position
from catalog.isbn import LONGEST_SPELLING, InvalidISBN, parse_isbn
from catalog.models import Book, Subject
from catalog.models.offers import LARGEST_STOCK, LONGEST_NOTES
from catalog.partial_dates import PartialDate
from catalog.selling import Change, Outcome
from catalog.vocabularies import AUTHOR, LONGEST_TITLE, Condition, Format, language_tag

LONGEST_DESCRIPTION, LONGEST_ABOUT = 50_000, 5_000
MOST_ROWS = 1_000
MOST_PEOPLE, MOST_SUBJECTS, MOST_PAGES = 100, 50, 1_000_000
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


class RowPriceSerializer(NewPriceSerializer):
    """The same, of an offer that is not looked up yet: without a currency it is the amount as it was written."""

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


class SellerPageInput(serializers.Serializer):
    """What sellers say of themselves."""

    description = WordsField(required=False, allow_blank=True, max_length=LONGEST_ABOUT)
    country = CountryField(required=False, allow_blank=True)
