"""The shelves at the shop's entrance: what is new, what is to come, and what readers take most."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

import orjson
from django.utils import timezone

from bookstore import postgres, versions
from bookstore.errors import InvalidCursor
from bookstore.pagination import PageRequest, Total, capped_count, read_cursor, write_cursor
from catalog.partial_dates import PartialDate
from catalog.reads import COLUMNS
from catalog.vocabularies import NEVER_SOLD, Availability

PUBLISHED = f"coalesce(listing.published, {-(2**31)})"  # as the listing's index has it
IS_NOT_CANCELLED = """EXISTS (SELECT 1 FROM catalog_edition edition
    WHERE edition.book_id = listing.book_id AND edition.availability_code <> ALL(%(never)s))"""


@dataclass(frozen=True, slots=True)
class Part:
    """Books of a shelf that stand in one order, which an index keeps; the keys end in the book's id."""

    where: str
    keys: tuple[str, ...]
    direction: str = "DESC"
    source: str = "catalog_listing listing"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Parts that stand one after the other."""

    name: str
    parts: tuple[Part, ...]


NEW = Shelf(
    "new",
    (
        Part(
            f"listing.published IS NOT NULL AND {PUBLISHED} <= %(today)s AND listing.availability <> %(preorder)s",
            (PUBLISHED, "listing.book_id"),
        ),
    ),
)
FORTHCOMING = Shelf(
    "forthcoming",
    (
        Part(f"{PUBLISHED} > %(today)s AND {IS_NOT_CANCELLED}", (PUBLISHED, "listing.book_id"), "ASC"),
        Part(
            f"listing.availability = %(preorder)s AND {PUBLISHED} <= %(today)s",
            ("listing.popularity", "listing.book_id"),
        ),
    ),
)
POPULAR = Shelf(
    "popular",
    (
        Part(
            "true",
            ("sales.orders", "listing.popularity", "listing.book_id"),
            source="catalog_recentsales sales JOIN catalog_listing listing ON listing.book_id = sales.book_id",
        ),
        Part(
            "NOT EXISTS (SELECT 1 FROM catalog_recentsales sales WHERE sales.book_id = listing.book_id)",
            ("listing.popularity", "listing.book_id"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """Some books of a shelf as rows of the listing."""

    rows: list[dict[str, Any]]
    total: Total
    next_cursor: str | None


def parameters() -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "today": PartialDate(today.year, today.month, today.day).number,
        "preorder": Availability.PREORDER.value,
        "never": list(NEVER_SOLD),
    }


def read_shelf(shelf: Shelf, page: PageRequest) -> ShelfPage:
    """One page of a shelf. Raises InvalidCursor."""
    totals = [total_of(shelf, number) for number in range(len(shelf.parts))]
    first, after = read_place(shelf, page.cursor) if page.cursor else (0, [])
    rows: list[dict[str, Any]] = []
    skipped, wanted = page.offset, page.size + 1
    for number in range(first, len(shelf.parts)):
        if len(rows) < wanted and (skipped < totals[number].count or not skipped):
            rows += read_part(shelf, number, after if number == first else [], skipped, wanted - len(rows))
        skipped = max(0, skipped - totals[number].count)
    total = Total(sum(part.count for part in totals), all(part.is_exact for part in totals))
    if len(rows) < wanted:
        return ShelfPage(rows, total, None)
    return ShelfPage(rows[: page.size], total, write_cursor(shelf.name, orjson.loads(rows[page.size - 1]["place"])))


def read_place(shelf: Shelf, cursor: str) -> tuple[int, list[Any]]:
    """Behind which book of which part a cursor stands. Raises InvalidCursor."""
    number, *after = read_cursor(cursor, shelf.name)
    if number >= len(shelf.parts) or len(after) != len(shelf.parts[number].keys):
        raise InvalidCursor
    return number, after


def read_part(shelf: Shelf, number: int, after: Sequence[Any], skipped: int, wanted: int) -> list[dict[str, Any]]:
    part, values = shelf.parts[number], parameters() | {"skipped": skipped, "wanted": wanted}
    where = part.where
    if after:
        values |= {f"after_{place}": value for place, value in enumerate(after)}
        beyond = ">" if part.direction == "ASC" else "<"
        where += (
            f" AND ({', '.join(part.keys)}) {beyond} ({', '.join(f'%(after_{place})s' for place in range(len(after)))})"
        )
    statement = f"""SELECT {COLUMNS}, jsonb_build_array({number}, {", ".join(part.keys)}) AS place
        FROM {part.source} WHERE {where}
        ORDER BY {", ".join(f"{key} {part.direction}" for key in part.keys)} LIMIT %(wanted)s OFFSET %(skipped)s"""
    return postgres.rows(statement, values)


def total_of(shelf: Shelf, number: int) -> Total:
    """How many books a part has, counted once for each version of the catalogue and day."""
    part, values = shelf.parts[number], parameters()
    statement = f"SELECT 1 FROM {part.source} WHERE {part.where}"
    counted = versions.remembered(
        "catalog", f"shelf:{shelf.name}:{number}:{values['today']}", lambda: astuple(capped_count(statement, values))
    )
    return Total(*counted)
