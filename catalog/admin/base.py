"""What the console's pages of the catalogue share: search by word and ISBN, fresh listings after every change."""

from typing import Any

from django.contrib import admin
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import transaction
from django.db.models import Func, Model, QuerySet, TextField, Value
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminTextInputWidget

from bookstore.admin import ConsoleAdmin
from bookstore.money import Money
from catalog.isbn import InvalidISBN, compact, parse_isbn
from catalog.models import Book, Edition, Listing
from catalog.partial_dates import PartialDateField
from catalog.services import books_showing, refresh_books, thumbnail_name
from catalog.services.cover_files import address

SHORTEST_ISBN_PREFIX = 6


class EveryWord(Func):
    """The words as a text search query, folded as the catalogue's are; the last one may go on."""

    template = "replace(nullif(fold_text(%(expressions)s), ''), ' ', '%(of)s & ') || ':*%(weights)s'"
    output_field = TextField()


def every_word(term: str, *, weights: str = "") -> SearchQuery:
    words = EveryWord(Value(term), of=weights and f":{weights}", weights=weights)
    return SearchQuery(words, config="simple", search_type="raw")


def having_words(rows: QuerySet, field: str, term: str) -> QuerySet:
    """Rows with these words in a folded column, by its word index."""
    return rows.alias(words=SearchVector(field, config="simple")).filter(words=every_word(term))


def listed_as(term: str) -> QuerySet:
    """The ids of books with these words in their titles, contributors or series (weights A and B of a listing)."""
    return Listing.objects.filter(search=every_word(term, weights="AB")).values("book_id")


def editions_with_isbn(term: str) -> QuerySet | None:
    """Editions by an ISBN in any spelling or by its first digits; None where the term is neither."""
    try:
        return Edition.objects.filter(isbn=parse_isbn(term))
    except InvalidISBN:
        digits = compact(term)
    if digits.isdigit() and digits.startswith(("978", "979")) and SHORTEST_ISBN_PREFIX <= len(digits) <= 13:
        return Edition.objects.filter(isbn__startswith=digits)
    return None


class CatalogAdmin(ConsoleAdmin):
    """Whatever is saved or deleted here, the listings of the books concerned follow in the same transaction."""

    sellers_may = frozenset({"view"})
    formfield_overrides = {PartialDateField: {"widget": UnfoldAdminTextInputWidget}}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        refresh_books(books_showing(form.instance))

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        books = books_showing(obj)
        super().delete_model(request, obj)
        refresh_books(books)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        books = {book for row in queryset for book in books_showing(row)}
        super().delete_queryset(request, queryset)
        refresh_books(books)


class ArchivedAdmin(CatalogAdmin):
    """Books and editions: taken out of the catalogue and brought back, one by one, for good reasons each."""

    actions = ["archive", "bring_back"]
    archive_one: Any
    bring_back_one: Any

    def record_fields(self) -> tuple[str, ...]:
        return (*super().record_fields(), "created_by", "archived_at", "archived_by_shop")

    @admin.action(description=_("Take the selected out of the catalogue"), permissions=["change"])
    def archive(self, request: HttpRequest, rows: QuerySet) -> None:
        taken = [self.archive_one(row, by=request.user) for row in rows.filter(archived_at=None).order_by("pk")]
        self.tell(request, ngettext("%d record archived.", "%d records archived.", len(taken)), len(taken))

    @admin.action(description=_("Bring the selected back"), permissions=["change"])
    def bring_back(self, request: HttpRequest, rows: QuerySet) -> None:
        back = [self.bring_back_one(row) for row in rows.exclude(archived_at=None).order_by("pk")]
        self.tell(request, ngettext("%d record brought back.", "%d records brought back.", len(back)), len(back))

    def tell(self, request: HttpRequest, sentence: str, count: int) -> None:
        self.message_user(request, sentence % count)


def in_one_line(money: Money) -> str:
    return str(money).replace(" ", "\N{NO-BREAK SPACE}")


def cover_of(book: Book) -> str:
    listing = getattr(book, "listing", None)
    return listing.cover if listing else ""


def with_picture(title: str, below: str, cover: str) -> list[Any]:
    """A list's first column: the cover, and two lines beside it."""
    if not cover:
        return [title, below, "", None]
    return [title, below, "", {"path": address(thumbnail_name(cover), ""), "width": 32, "height": 48, "squared": True}]
