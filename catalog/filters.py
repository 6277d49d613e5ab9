"""What the book list takes in its query string, read into a BookQuery with an error for each wrong value."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters

from bookstore.errors import FieldError, Invalid
from bookstore.money import Money
from bookstore.pagination import PageRequest
from catalog.isbn import InvalidISBN, parse_isbn
from catalog.models import Offer, Subject
from catalog.partial_dates import PartialDate
from catalog.search.conditions import every_word, fold
from catalog.search.query import FACETS, SORTS, BookQuery
from catalog.vocabularies import Availability, Condition, Format, language_tag

Value = TypeVar("Value")
Reader = Callable[[str], Any]

LONGEST_WORDS = 300  # characters of q that are looked at; a title pasted whole fits
MOST_VALUES = 50


def one_of(choices: tuple[str, ...]) -> Reader:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(_("Choose one of: %(choices)s.") % {"choices": ", ".join(choices)})
        return text

    return read


def many(read: Callable[[str], Value]) -> Callable[[str], tuple[Value, ...]]:
    def read_all(text: str) -> tuple[Value, ...]:
        words = [word.strip() for word in text.split(",") if word.strip()]
        if len(words) > MOST_VALUES:
            raise ValueError(_("At most %(most)s values.") % {"most": MOST_VALUES})
        return tuple(read(word) for word in words)

    return read_all


def identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ValueError(_("%(text)s is not an id.") % {"text": text[:40]}) from error


def price(text: str) -> int:
    money = Money.of(text, settings.SHOP_CURRENCY)
    if money.minor < 0:
        raise ValueError(_("A price is not negative."))
    return money.minor


def rating(text: str) -> float:
    if not re.fullmatch(r"[0-5](\.\d{1,9})?", text, re.ASCII) or float(text) > 5:
        raise ValueError(_("A rating is a number from 0 to 5."))
    return float(text)


def availability(text: str) -> int:
    return Availability[one_of(tuple(member.word for member in Availability))(text).upper()].value


def first_day(text: str) -> int:
    return PartialDate.parse(text).number


def last_day(text: str) -> int:
    return PartialDate.parse(text).last_number


def words(text: str) -> str:
    return " ".join(text.split())[:LONGEST_WORDS]


# Parameter: the field of BookQuery, and how its text is read. A ValueError's sentence goes to the client.
PARAMETERS: dict[str, tuple[str, Reader]] = {
    "q": ("words", words),
    "author": ("authors", many(identifier)),
    "series": ("series", many(identifier)),
    "publisher": ("publishers", many(identifier)),
    "subject": ("subjects", many(str)),
    "seller": ("sellers", many(str)),
    "language": ("languages", many(language_tag)),
    "format": ("formats", many(one_of(tuple(Format.values)))),
    "condition": ("conditions", many(one_of(tuple(Condition.values)))),
    "availability": ("availability", many(availability)),
    "price_min": ("price_min", price),
    "price_max": ("price_max", price),
    "rating_min": ("rating_min", rating),
    "published_after": ("published_after", first_day),
    "published_before": ("published_before", last_day),
    "sort": ("sort", one_of(SORTS)),
    "facets": ("facets", many(one_of(FACETS))),
}


def read_book_query(params: Mapping[str, str]) -> BookQuery:
    """Raises Invalid with an error for each parameter that cannot be read. An empty parameter counts as absent."""
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, (attribute, read) in PARAMETERS.items():
        text = params.get(name, "").strip()
        if not text:
            continue
        try:
            values[attribute] = read(text)
        except ValueError as error:
            errors.append(FieldError("invalid", str(error), name))
    if errors:
        raise Invalid(errors=errors)
    return BookQuery(**values, page=PageRequest.read(params))


class WordFilter(filters.CharFilter):
    """Rows whose folded name has every word, the last one as a beginning; by the full-text index on the column."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        folded = fold(value[:LONGEST_WORDS])
        if not folded:
            return qs.none()
        query = SearchQuery(every_word(folded), config="simple", search_type="raw")
        return qs.annotate(found=SearchVector(self.field_name, config="simple")).filter(found=query)


class NameFilter(filters.FilterSet):
    q = WordFilter(field_name="name_key", label="Words of the name.")


class SubjectFilter(filters.FilterSet):
    q = WordFilter(field_name="label_key", label="Words of the heading.")
    scheme = filters.ChoiceFilter(choices=Subject.Scheme.choices)
    parent = filters.UUIDFilter(field_name="parent_id", label="Headings right below this one.")

    class Meta:
        model = Subject
        fields: list[str] = []


class OfferFilter(filters.FilterSet):
    """Which of a seller's offers are wanted."""

    seller = filters.CharFilter(field_name="seller__slug", help_text="The slug of one of your organizations.")
    isbn = filters.CharFilter(method="with_isbn", help_text="In any spelling.")
    withdrawn = filters.ChoiceFilter(choices=[("true", "true"), ("false", "false")], method="with_state")

    class Meta:
        model = Offer
        fields = ["seller", "isbn", "withdrawn"]

    def with_isbn(self, offers: QuerySet, name: str, value: str) -> QuerySet:
        try:
            return offers.filter(edition__isbn=parse_isbn(value))
        except InvalidISBN as error:
            raise Invalid(errors=[FieldError("invalid", str(error), name)]) from error

    def with_state(self, offers: QuerySet, name: str, value: str) -> QuerySet:
        return offers.filter(archived_at__isnull=value == "false")
