"""The shop's own format, docs/import-export.md: one row per edition and offer."""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings

from bookstore.money import Money
from catalog.imports import lists
from catalog.imports.cells import LONGEST_NAME, Cells, given
from catalog.imports.formats.base import Format
from catalog.imports.record import OfferLine, Record, RowRejected
from catalog.imports.rows import Row
from catalog.models.offers import LARGEST_STOCK
from catalog.vocabularies import LONGEST_TITLE, Condition
from catalog.vocabularies import Format as EditionFormat

Item = TypeVar("Item")

IDENTITY = ("edition_title", "edition_statement", "format", "language", "publisher", "published")
SMALL = 32_767


class Bookstore(Format):
    name = "bookstore"
    required = ("title",)
    optional = (
        "book", "edition", "isbn", "subtitle", "contributors", "series", "subjects", "description",
        "original_language", "first_published", "popularity", "edition_title", "edition_statement", "format",
        "language", "publisher", "imprint", "published", "pages", "height_mm", "width_mm", "thickness_mm", "weight_g",
        "availability_code", "edition_description", "offer", "seller", "condition", "price", "currency", "on_hand",
        "quantity", "notes",
    )  # fmt: skip
    has_offers = True
    ignored_columns_are_reported = True

    def record(self, row: Row) -> Record:
        cells = OwnCells(row)
        seller = self.seller_of(cells)
        book_id, book_key = cells.key("book")
        edition = edition_fields(cells)
        isbn, publisher = cells.isbn("isbn"), cells.text("publisher")
        offer = offer_line(cells, seller)
        edition_id, edition_key = cells.key("edition")
        return Record(
            line=row.line,
            reference=reference(cells, edition_id, edition_key, isbn),
            book=book_fields(cells),
            edition=edition,
            isbn=isbn,
            publisher=publisher,
            people=cells.list_of("contributors", lists.read_person),
            series=cells.list_of("series", lists.read_series),
            subjects=cells.list_of("subjects", lists.read_subject),
            book_id=book_id,
            book_key=book_key,
            edition_id=edition_id,
            has_edition=bool(edition or isbn or publisher or offer or edition_id or edition_key or not book_id),
            offer=offer,
            notes=cells.notes,
        )

    def seller_of(self, cells: Cells) -> str:
        named = cells.raw("seller")
        if self.seller and named not in ("", self.seller):
            raise RowRejected("seller", named, f"The row is {named}'s, the import is {self.seller}'s.")
        return named or self.seller


class OwnCells(Cells):
    """Cells of the shop's own format, where text is meant as it stands."""

    escaped = False

    def key(self, column: str) -> tuple[UUID | None, str]:
        """A UUID as such and as a key, any other text as a key only."""
        value = self.text(column, 400)
        try:
            found = UUID(value)
        except ValueError:
            return None, value
        return found, str(found)

    def paragraphs(self, column: str) -> str:
        return self.raw(column)

    def word(self, column: str, words: list[str]) -> str:
        value = self.raw(column)
        if value and value not in words:
            self.leave_out(column, value, f"It is none of {', '.join(words)}.")
            return ""
        return value

    def list_of(self, column: str, read: Callable[[str], Item]) -> tuple[Item, ...]:
        found: dict[Item, None] = {}
        for text in lists.split(self.raw(column)):
            try:
                if len(text) > LONGEST_NAME:
                    raise ValueError(f"It has more than {LONGEST_NAME} characters.")
                found[read(text)] = None
            except ValueError as error:
                self.leave_out(column, text, str(error))
        return tuple(found)


def book_fields(cells: OwnCells) -> dict[str, Any]:
    return given(
        title=cells.title(),
        subtitle=cells.text("subtitle", LONGEST_TITLE),
        description=cells.paragraphs("description"),
        original_language=cells.language("original_language"),
        first_published=cells.date("first_published"),
        popularity=cells.whole_number("popularity"),
    )


def edition_fields(cells: OwnCells) -> dict[str, Any]:
    return given(
        title=cells.text("edition_title", LONGEST_TITLE),
        edition_statement=cells.text("edition_statement"),
        format=cells.word("format", EditionFormat.values),
        language=cells.language("language"),
        imprint=cells.text("imprint"),
        published=cells.date("published"),
        pages=cells.whole_number("pages"),
        height_mm=cells.whole_number("height_mm", SMALL),
        width_mm=cells.whole_number("width_mm", SMALL),
        thickness_mm=cells.whole_number("thickness_mm", SMALL),
        weight_g=cells.whole_number("weight_g"),
        availability_code=cells.text("availability_code", 2),
        description=cells.paragraphs("edition_description"),
    )


def reference(cells: OwnCells, edition_id: UUID | None, edition_key: str, isbn: str | None) -> str:
    """What makes a row the same row in the next import: its edition, its ISBN, or what tells editions apart."""
    if edition_id or edition_key:
        return f"edition:{edition_id or edition_key}"
    if isbn:
        return f"isbn:{isbn}"
    of_book = [cells.raw("book")] if cells.raw("book") else [cells.text("title", None), cells.raw("contributors")]
    facts = "\0".join([*of_book, *(cells.raw(column) for column in IDENTITY)])
    return f"row:{hashlib.sha256(facts.encode()).hexdigest()}"


def offer_line(cells: OwnCells, seller: str) -> OfferLine | None:
    """The row's offer, where it has a price and a seller."""
    amount, currency = cells.raw("price"), cells.raw("currency") or settings.SHOP_CURRENCY
    if not amount:
        return None
    if not seller:
        cells.leave_out("price", amount, "An offer needs a seller: a column, or --seller.")
        return None
    try:
        price = Money.of(amount, currency)
        if price.minor < 0:
            raise ValueError(f"{amount} is less than nothing.")
    except ValueError as error:
        cells.leave_out("price", f"{amount} {currency}", str(error))
        return None
    held_on_top = not cells.raw("on_hand")
    if not held_on_top and cells.raw("quantity"):
        cells.leave_out("quantity", cells.raw("quantity"), "The row says on_hand too, and that is taken.")
    return OfferLine(
        seller=seller,
        condition=cells.word("condition", Condition.values) or Condition.NEW,
        price=price,
        quantity=copies(cells, "quantity" if held_on_top else "on_hand"),
        notes=cells.short("notes", cells.paragraphs("notes"), 2000),
        offer_id=cells.key("offer")[0],
        held_on_top=held_on_top,
    )


def copies(cells: OwnCells, column: str) -> int | None:
    """A number of copies; blank leaves the number as it is."""
    return 0 if cells.raw(column) == "0" else cells.whole_number(column, LARGEST_STOCK)
