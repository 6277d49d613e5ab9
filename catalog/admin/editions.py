"""Editions in the console."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from bookstore.admin import ConsoleTable, SellerAdmin
from catalog import selling
from catalog.admin.base import ArchivedAdmin, cover_of, editions_with_isbn, in_one_line, listed_as, with_picture
from catalog.admin.filters import EditionLanguage, IsArchived
from catalog.admin.forms import EditionPageForm, OfferForm
from catalog.models import Edition, Offer, SourceRecord, StockReason
from catalog.services import because, books_showing, refresh_books, remove_cover, set_cover
from catalog.services.cover_files import address
from catalog.vocabularies import AVAILABILITY_CODES, language_name


class OfferInline(SellerAdmin, ConsoleTable):
    model = Offer
    form = OfferForm
    fields = ["seller", "condition", "price_minor", "on_hand"]
    sellers_may = frozenset({"view"})
    shown_as = {"price_minor": "price"}
    hide_title = False
    show_change_link = True
    per_page = 20

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("edition__book", "seller")

    @admin.display(description=_("price"))
    def price(self, offer: Offer) -> str:
        return in_one_line(offer.price)


class SourceRecordInline(ConsoleTable):
    model = SourceRecord
    fields = ["source", "reference", "digest"]
    admins_may = frozenset({"view"})


@admin.register(Edition)
class EditionAdmin(ArchivedAdmin):
    archive_one = staticmethod(selling.archive_edition)
    bring_back_one = staticmethod(partial(selling.bring_back_edition, by_shop=True))
    form = EditionPageForm
    inlines = [OfferInline, SourceRecordInline]
    list_display = ["shown", "isbn_shown", "format", "language_shown", "publisher", "published", "availability"]
    list_filter = [("format", ChoicesDropdownFilter), EditionLanguage, IsArchived]
    list_select_related = ["book__listing", "publisher"]
    list_filter_submit = True
    sortable_by: list[str] = []
    search_help_text = _("ISBN in any spelling, title, contributor or series")
    actions_detail = ["offer"]
    readonly_fields = ["cover_shown"]
    shown_as = {
        "isbn": "isbn_shown",
        "language": "language_shown",
        "availability_code": "availability",
        "new_cover": None,
        "without_cover": None,
    }
    fieldsets = [
        (None, {"fields": ["book", ("isbn", "format", "language"), ("title", "edition_statement")]}),
        (None, {"fields": [("publisher", "imprint"), ("published", "pages", "availability_code")]}),
        (_("Cover"), {"fields": [("cover_shown", "new_cover", "without_cover")]}),
        (_("Description"), {"fields": ["description"], "classes": ["collapse"]}),
        (
            _("Size and weight"),
            {"fields": [("height_mm", "width_mm", "thickness_mm", "weight_g")], "classes": ["collapse"]},
        ),
    ]

    def find(self, editions: QuerySet, term: str) -> QuerySet:
        meant = editions_with_isbn(term)
        if meant is not None:
            return editions.filter(pk__in=meant.values("pk"))
        return editions.filter(book__in=listed_as(term)).order_by("-book__popularity", "-pk")

    def get_search_results(self, request: HttpRequest, rows: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Each choice shows its book's title."""
        return super().get_search_results(request, rows.select_related("book"), search_term)

    def save_model(self, request: HttpRequest, obj: Edition, form: Any, change: bool) -> None:
        """Whichever book the edition was and is of, both are told."""
        before = books_showing(obj)
        super().save_model(request, obj, form, change)
        if form.cleaned_data.get("new_cover"):
            set_cover(obj, form.cleaned_data["new_cover"])
        elif form.cleaned_data.get("without_cover"):
            remove_cover(obj)
        refresh_books(before)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        with because(StockReason.COUNT, by=request.user):
            super().save_formset(request, form, formset, change)

    @action(description=_("Offer this edition"), permissions=["offer"], icon="sell")
    def offer(self, request: HttpRequest, object_id: str) -> HttpResponseRedirect:
        return HttpResponseRedirect(f"{reverse('admin:catalog_offer_add')}?edition={object_id}")

    def has_offer_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self.admin_site.get_model_admin(Offer).has_add_permission(request)

    @display(description=_("edition"), header=True)
    def shown(self, edition: Edition) -> list[Any]:
        listing = getattr(edition.book, "listing", None)
        authors = ", ".join(author["name"] for author in listing.authors) if listing else ""
        return with_picture(edition.title or edition.book.title, authors, edition.cover.name or cover_of(edition.book))

    @admin.display(description=_("ISBN"))
    def isbn_shown(self, edition: Edition) -> str | None:
        return edition.isbn_hyphenated

    @admin.display(description=_("language"))
    def language_shown(self, edition: Edition) -> str:
        return language_name(edition.language) if edition.language else ""

    @admin.display(description=_("availability"))
    def availability(self, edition: Edition) -> str:
        return str(AVAILABILITY_CODES.get(edition.availability_code, edition.availability_code))

    @admin.display(description=_("Cover"))
    def cover_shown(self, edition: Edition) -> str | None:
        if not edition.cover:
            return None
        return format_html('<img src="{}" width="120" alt="">', address(str(edition.cover.name), ""))
