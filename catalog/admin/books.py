"""Books in the console."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from bookstore.admin import ConsoleTable
from bookstore.money import Money
from catalog import selling
from catalog.admin.base import ArchivedAdmin, CatalogAdmin, editions_with_isbn, in_one_line, listed_as, with_picture
from catalog.admin.filters import IsArchived, ListedAvailability, ListedFormat, ListedLanguage
from catalog.admin.forms import BookForm, ContributionForm, EditionForm
from catalog.admin.merging import Merging
from catalog.admin.related import ShowsRelated
from catalog.models import Book, Contribution, Edition, Listing, SeriesEntry, SubjectLink, WorkIdentifier
from catalog.vocabularies import Availability, Format, language_name, role_name

LABELS = {
    Availability.IN_STOCK.label: "success",
    Availability.TO_ORDER.label: "info",
    Availability.PREORDER.label: "info",
    Availability.OUT_OF_STOCK.label: "warning",
    Availability.UNAVAILABLE.label: "danger",
}


class ContributionInline(ConsoleTable):
    model = Contribution
    form = ContributionForm
    fields = ["contributor", "role", "position"]
    sellers_may = frozenset({"view"})
    shown_as = {"role": "role_shown"}
    verbose_name_plural = _("contributors")

    @admin.display(description=_("role"))
    def role_shown(self, part: Contribution) -> str:
        return role_name(part.role)


class SeriesEntryInline(ConsoleTable):
    model = SeriesEntry
    fields = ["series", "position", "label"]
    sellers_may = frozenset({"view"})


class SubjectLinkInline(ConsoleTable):
    model = SubjectLink
    fields = ["subject", "position"]
    sellers_may = frozenset({"view"})


class WorkIdentifierInline(ConsoleTable):
    model = WorkIdentifier
    fields = ["scheme", "value"]
    sellers_may = frozenset({"view"})
    verbose_name_plural = _("identifiers of the work")


class EditionInline(ConsoleTable):
    model = Edition
    form = EditionForm
    fields = ["isbn", "format", "language", "publisher", "published"]
    formfield_overrides = CatalogAdmin.formfield_overrides
    sellers_may = frozenset({"view"})
    shown_as = {"isbn": "isbn_shown"}
    hide_title = False
    show_change_link = True
    per_page = 20

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("book", "publisher")

    @admin.display(description=_("ISBN"))
    def isbn_shown(self, edition: Edition) -> str | None:
        return edition.isbn_hyphenated


@admin.register(Book)
class BookAdmin(Merging, ShowsRelated, ArchivedAdmin):
    archive_one, bring_back_one = staticmethod(selling.archive_book), staticmethod(selling.bring_back_book)
    form = BookForm
    inlines = [ContributionInline, EditionInline, SeriesEntryInline, SubjectLinkInline, WorkIdentifierInline]
    actions = ["merge", *ArchivedAdmin.actions]
    actions_detail = ["split"]
    list_display = ["shown", "formats", "languages", "availability", "price", "popularity"]
    list_filter = [ListedFormat, ListedLanguage, ListedAvailability, IsArchived]
    list_select_related = ["listing"]
    list_filter_submit = True
    sortable_by: list[str] = []
    search_help_text = _("Title, contributor, series or ISBN")
    fieldsets = [
        (None, {"fields": ["title", "subtitle", "description"]}),
        (None, {"fields": [("original_language", "first_published", "popularity")]}),
    ]

    def find(self, books: QuerySet, term: str) -> QuerySet:
        editions = editions_with_isbn(term)
        if editions is not None:
            return books.filter(pk__in=editions.values("book_id"))
        return books.filter(pk__in=listed_as(term)).order_by("-popularity", "-pk")

    @display(description=_("book"), header=True)
    def shown(self, book: Book) -> list[Any]:
        listing = listing_of(book)
        authors = ", ".join(author["name"] for author in listing.authors)
        return with_picture(book.title, authors, listing.cover)

    @admin.display(description=_("formats"))
    def formats(self, book: Book) -> str:
        return ", ".join(str(Format(name).label) for name in listing_of(book).formats)

    @admin.display(description=_("languages"))
    def languages(self, book: Book) -> str:
        return ", ".join(language_name(tag) for tag in listing_of(book).languages)

    @display(description=_("availability"), label=LABELS)
    def availability(self, book: Book) -> str:
        return Availability(listing_of(book).availability).label

    @admin.display(description=_("price from"))
    def price(self, book: Book) -> str | None:
        listing = listing_of(book)
        return None if listing.price_minor is None else in_one_line(Money(listing.price_minor, listing.currency))


def listing_of(book: Book) -> Listing:
    """The book's listing, or an empty one while it has none."""
    try:
        return book.listing
    except ObjectDoesNotExist:
        return Listing(formats=[], languages=[], authors=[], cover="", availability=Availability.UNAVAILABLE)
