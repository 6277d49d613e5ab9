"""Filters as SQL over the listing: for each parameter that is set, a condition and its values."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from accounts.models import Seller
from catalog import availability
from catalog.isbn import InvalidISBN, parse_isbn
from catalog.models import Edition, Subject
from catalog.search.query import BookQuery

# Filters that speak of a copy; several of them must hold for one and the same copy. Alone, a price is the one shown.
OF_A_COPY = {
    "format": "edition.format = ANY(%(format)s)",
    "language": "(edition.language = ANY(%(language)s) OR split_part(edition.language, '-', 1) = ANY(%(language)s))",
    "publisher": "edition.publisher_id = ANY(%(publisher)s)",
    "condition": "offer.condition = ANY(%(condition)s)",
    "seller": "offer.seller_id = ANY(%(seller)s)",
    "price_min": "offer.price_minor >= %(price_min)s",
    "price_max": "offer.price_minor <= %(price_max)s",
}
PRICES = {"price_min", "price_max"}
PLAIN = re.compile(r"[A-Za-z0-9 .,:;!?&/+()-]*")  # text without apostrophes, accents and other letters
BETWEEN_WORDS = re.compile(r"[^A-Za-z0-9]+")
NEEDS_AN_OFFER = {"condition", "seller", *PRICES}
COPIES = """catalog_edition edition {join} JOIN catalog_offer offer
        ON offer.edition_id = edition.id AND offer.archived_at IS NULL
    WHERE edition.book_id = listing.book_id AND edition.archived_at IS NULL AND {conditions}"""
CAN_BE_HAD = f"{availability.OF_AN_OFFER} < %(out_of_stock)s"
IS_SOLD = f"{availability.OF_AN_OFFER} < %(unavailable)s"

OF_A_BOOK = {
    "q": "listing.search @@ to_tsquery('simple', %(q)s)",
    "isbn": "listing.book_id = ANY(%(isbn)s)",
    "author": "listing.contributors && %(author)s::uuid[]",
    "series": "listing.all_series && %(series)s::uuid[]",
    "publisher": "listing.publishers && %(publisher)s::uuid[]",
    "subject": "listing.subjects && %(subject)s::uuid[]",
    "seller": "listing.sellers && %(seller)s::uuid[]",
    "language": "listing.languages && %(language)s",
    "format": "listing.formats && %(format)s",
    "condition": "listing.conditions && %(condition)s",
    "availability": "listing.availability = ANY(%(availability)s)",
    "price_min": "listing.currency = %(currency)s AND listing.price_minor >= %(price_min)s",
    "price_max": "listing.currency = %(currency)s AND listing.price_minor <= %(price_max)s",
    "rating_min": "listing.rating_average >= %(rating_min)s",
    "published_after": "listing.published >= %(published_after)s",
    "published_before": "listing.published <= %(published_before)s",
}


@dataclass(slots=True)
class Conditions:
    """The values of the filters that are set, by the parameter that set them."""

    values: dict[str, Any] = field(default_factory=dict)
    folded: str = ""

    def sql(self, *, without: tuple[str, ...] = (), in_turn: bool = False) -> str:
        """A WHERE clause; `without` leaves out the filters of one facet, so that its other values are counted."""
        names = [name for name in self.values if name not in without]
        if not self.combines_copies(without):
            return " AND ".join(OF_A_BOOK[name] for name in names) or "true"
        of_book = [OF_A_BOOK[name] for name in names if name not in PRICES]
        return " AND ".join([*of_book, self.has_copy(without, in_turn=in_turn)])

    def combines_copies(self, without: tuple[str, ...] = ()) -> bool:
        """Whether several filters must hold for one and the same copy."""
        of_a_copy = OF_A_COPY.keys() & self.values.keys() - set(without)
        return len(of_a_copy - PRICES) + bool(of_a_copy & PRICES) > 1

    def has_copy(self, without: tuple[str, ...] = (), *, in_turn: bool = False) -> str:
        """That one and the same copy suits; `in_turn` keeps PostgreSQL from looking for all such copies first."""
        if in_turn:
            return f"coalesce((SELECT true FROM {self.copies(without)} LIMIT 1), false)"
        return f"EXISTS (SELECT 1 FROM {self.copies(without)})"

    def adding(self, name: str, value: Any) -> "Conditions":
        return Conditions({**self.values, name: [value]}, self.folded)

    def leaving_out(self, names: tuple[str, ...]) -> "Conditions":
        return Conditions({name: value for name, value in self.values.items() if name not in names}, self.folded)

    def has_copies(self, *, without: tuple[str, ...] = ()) -> bool:
        """Whether a filter that is set speaks of a copy."""
        return bool(OF_A_COPY.keys() & self.values.keys() - set(without))

    def copies(self, without: tuple[str, ...] = (), *, priced: bool = False) -> str:
        """FROM and WHERE of the listed book's copies that these filters mean, as `edition` and `offer`."""
        names = [name for name in OF_A_COPY if name in self.values and name not in without]
        conditions = [OF_A_COPY[name] for name in names]
        if priced or PRICES.intersection(names):
            # as the price shown is that of a copy that can be had
            conditions += [CAN_BE_HAD, "offer.currency = %(currency)s"]
        elif NEEDS_AN_OFFER.intersection(names):
            conditions.append(IS_SOLD)
        join = "" if priced or NEEDS_AN_OFFER.intersection(names) else "LEFT"
        return COPIES.format(join=join, conditions=" AND ".join(conditions) or "true")

    @property
    def digest(self) -> str:
        """The same for the same filters."""
        return hashlib.blake2b(
            repr(sorted(self.parameters.items())).encode(errors="replace"), digest_size=16
        ).hexdigest()

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            **availability.PARAMETERS,
            **self.values,
            "currency": settings.SHOP_CURRENCY,
            "folded": self.folded,
        }


def conditions_of(query: BookQuery) -> Conditions:
    """What a query asks for, its codes and slugs looked up."""
    given: dict[str, Any] = {
        "author": list(query.authors),
        "series": list(query.series),
        "publisher": list(query.publishers),
        "subject": subject_ids(query.subjects),
        "seller": seller_ids(query.sellers),
        "language": list(query.languages),
        "format": list(query.formats),
        "condition": list(query.conditions),
        "availability": list(query.availability),
        "price_min": query.price_min,
        "price_max": query.price_max,
        "rating_min": query.rating_min,
        "published_after": query.published_after,
        "published_before": query.published_before,
    }
    asked = {"subject": query.subjects, "seller": query.sellers}
    kept = {name: value for name, value in given.items() if value not in (None, []) or asked.get(name)}
    conditions = Conditions(kept)
    if query.words:
        add_words(conditions, query.words)
    return conditions


def add_words(conditions: Conditions, words: str) -> None:
    """An ISBN in any form is looked up; else every word must be there, the last one as a beginning."""
    try:
        isbn = parse_isbn(words)
    except InvalidISBN:
        conditions.folded = fold(words)
        conditions.values["q"] = every_word(conditions.folded)
        return
    conditions.values["isbn"] = list(
        Edition.objects.filter(isbn=isbn, archived_at=None).values_list("book_id", flat=True)
    )


def every_word(folded: str) -> str:
    """A text search query: all words, the last one as a beginning; a single letter begins too much and stands alone."""
    prefix = ":*" if len(folded.rpartition(" ")[2]) > 1 else ""
    return " & ".join(folded.split()) + prefix


def fold(text: str) -> str:
    """What fold_text() makes of it; for plain words PostgreSQL is not asked."""
    if PLAIN.fullmatch(text):
        return " ".join(BETWEEN_WORDS.sub(" ", text).lower().split())
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold_text(%s)", [text])
        return str(cursor.fetchone()[0])


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def subject_ids(texts: tuple[str, ...]) -> list[UUID]:
    ids = [identifier for text in texts if (identifier := as_uuid(text))]
    codes = [text for text in texts if not as_uuid(text)]
    named = Q(code__in=codes)
    for scheme, _separator, code in (code.partition(":") for code in codes if ":" in code):
        named |= Q(scheme=scheme, code=code)
    return [*ids, *Subject.objects.filter(named).order_by("id").values_list("id", flat=True)] if codes else ids


def seller_ids(texts: tuple[str, ...]) -> list[UUID]:
    ids = [identifier for text in texts if (identifier := as_uuid(text))]
    slugs = [text for text in texts if not as_uuid(text)]
    return [*ids, *Seller.objects.filter(slug__in=slugs).values_list("id", flat=True)] if slugs else ids
