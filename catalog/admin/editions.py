"""Editions in the console."""

import json
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from bookstore.admin import ConsoleTable, SellerAdmin
from bookstore.money import Money
from catalog import selling
from catalog.admin.base import ArchivedAdmin, cover_of, editions_with_isbn, in_one_line, listed_as, with_picture
from catalog.admin.filters import EditionLanguage, IsArchived
from catalog.admin.forms import EditionPageForm, OfferForm
from catalog.imports.onix.trees import plain_text
from catalog.models import Edition, ListPrice, Offer, ProductFacts, SourceRecord, StockReason
from catalog.services import because, books_showing, refresh_books, remove_cover, set_cover
from catalog.services.cover_files import address
from catalog.vocabularies import AVAILABILITY_CODES, language_name

LIST_PRICES_SHOWN = 50
UNPRICED = {"01": _("Free"), "02": _("Price to be announced"), "03": _("Not sold separately"),
            "04": _("Contact the supplier")}  # fmt: skip


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
    readonly_fields = ["cover_shown", "sold_in", "list_prices", "texts", "product_facts", "onix"]
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
        (_("When and where it is sold"), {"fields": ["sold_in", ("on_sale_from", "preorder_from"), "list_prices"]}),
        (_("What the trade says"), {"fields": ["texts", "product_facts", "onix"], "classes": ["collapse"]}),
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

    @admin.display(description=_("sold in"))
    def sold_in(self, edition: Edition) -> str | None:
        """Where sales rights let new copies be sold."""
        if edition.rights_countries is None:
            return None
        return countries(edition.rights_countries, all_but=edition.rights_all_but)

    @admin.display(description=_("list prices"))
    def list_prices(self, edition: Edition) -> str | None:
        """What the trade asks for it, the price that counts first on top."""
        rows = ([price_in_words(price)] for price in edition.list_prices.all()[:LIST_PRICES_SHOWN])
        return format_html_join("", "<div>{}</div>", rows) or None

    @admin.display(description=_("texts"))
    def texts(self, edition: Edition) -> str | None:
        """Each with its kind; they were made safe when they came."""
        rows = [(text["kind"].replace("_", " ").capitalize(), plain_text({"text": text["html"], "textformat": "05"}))
                for text in facts_of(edition).get("texts", [])]  # fmt: skip
        return format_html_join("", "<p><strong>{}</strong><br>{}</p>", rows) or None

    @admin.display(description=_("facts"))
    def product_facts(self, edition: Edition) -> str | None:
        shown = {name: value for name, value in facts_of(edition).items() if name not in ("texts", "onix")}
        return as_code(shown)

    @admin.display(description=_("ONIX record"))
    def onix(self, edition: Edition) -> str | None:
        return as_code(facts_of(edition).get("onix", {}))

    @admin.display(description=_("Cover"))
    def cover_shown(self, edition: Edition) -> str | None:
        if not edition.cover:
            return None
        return format_html('<img src="{}" width="120" alt="">', address(str(edition.cover.name), ""))


def price_in_words(price: ListPrice) -> str:
    """`12.90 EUR, Everywhere, from 1 March 2026, for readers`."""
    if price.amount_minor is None:
        amount = str(UNPRICED.get(price.unpriced, price.unpriced))
    else:
        amount = in_one_line(Money(price.amount_minor, price.currency))
    words = [amount, countries(price.countries, all_but=price.all_but)]
    if price.valid_from:
        words.append(str(_("from {day}")).format(day=date_format(price.valid_from)))
    if price.valid_until:
        words.append(str(_("until {day}")).format(day=date_format(price.valid_until)))
    words.append(str(_("for readers") if price.is_consumer else _("type {code}").format(code=price.price_type)))
    return ", ".join(words)


def facts_of(edition: Edition) -> dict[str, Any]:
    product = ProductFacts.objects.filter(edition=edition.pk).first()
    return product.facts if product else {}


def as_code(value: Any) -> str | None:
    if not value:
        return None
    return format_html('<pre style="white-space: pre-wrap">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False))


def countries(codes: list[str], *, all_but: bool) -> str:
    names = ", ".join(codes)
    if not all_but:
        return names or str(_("Nowhere"))
    return str(_("Everywhere but {countries}")).format(countries=names) if names else str(_("Everywhere"))
