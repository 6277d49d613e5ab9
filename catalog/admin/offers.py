"""Offers in the console: the page where sellers work."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from accounts.models import Seller
from bookstore.admin import ConsoleTable, SellerAdmin, link
from catalog import selling, services
from catalog.admin.base import CatalogAdmin, cover_of, editions_with_isbn, in_one_line, listed_as, with_picture
from catalog.admin.filters import OfferState
from catalog.admin.forms import OfferForm
from catalog.admin.selling import SellingPages
from catalog.models import Offer, StockMovement, StockReason

SHOWN_PRICES = 50
ON_OFFER, SOLD_OUT, WITHDRAWN = _("On offer"), _("Sold out"), _("Withdrawn")


def moment(when: datetime) -> str:
    return date_format(localtime(when), "j M Y H:i")


class MovementInline(ConsoleTable):
    """The latest changes of an offer's stock."""

    model = StockMovement
    fields = readonly_fields = ["created_at", "quantity", "on_hand", "reason", "who", "sold_with"]
    admins_may = sellers_may = frozenset({"view"})
    hide_title = True
    per_page = 20

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("by")

    @admin.display(description=_("by"))
    def who(self, movement: StockMovement) -> str:
        return (movement.by.get_full_name() or movement.by.email) if movement.by else "–"

    @admin.display(description=_("for"))
    def sold_with(self, movement: StockMovement) -> str:
        """A sale and its cancellation name their order."""
        if movement.reference is None:
            return "–"
        return link(reverse("admin:orders_order_change", args=[movement.reference]), _("the order"))


@admin.register(Offer)
class OfferAdmin(SellingPages, SellerAdmin, CatalogAdmin):
    form = OfferForm
    inlines = [MovementInline]
    sellers_may = frozenset({"view", "add", "change"})
    list_display = ["shown", "seller", "condition", "price_shown", "copies", "state", "changed"]
    list_filter = [OfferState, ("condition", ChoicesDropdownFilter), ("seller", AutocompleteSelectFilter)]
    list_select_related = ["edition__book__listing", "seller"]
    list_filter_submit = True
    sortable_by: list[str] = []
    search_help_text = _("ISBN in any spelling, title, contributor or series")
    actions = ["edit_together", "withdraw", "reopen"]
    fieldsets = [
        (None, {"fields": ["edition", ("seller", "condition"), ("price_minor", "on_hand"), "notes"]}),
    ]

    def find(self, offers: QuerySet, term: str) -> QuerySet:
        editions = editions_with_isbn(term)
        if editions is not None:
            return offers.filter(edition__in=editions.values("pk"))
        return offers.filter(edition__book__in=listed_as(term))

    def get_readonly_fields(self, request: HttpRequest, obj: Offer | None = None) -> list[Any]:
        """Whose copies of what an offer is about stays as it is; what is wrong is withdrawn and offered anew."""
        fixed = ["edition", "seller", "held", "archived_at", "prices_so_far"] if obj else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def get_fieldsets(self, request: HttpRequest, obj: Offer | None = None) -> list[Any]:
        fieldsets = super().get_fieldsets(request, obj)
        if obj:
            shown = ("held", "archived_at") if obj.archived_at else ("held",)
            fieldsets.insert(1, (None, {"fields": [shown]}))
            fieldsets.insert(2, (_("Prices so far"), {"fields": ["prices_so_far"], "classes": ["collapse"]}))
        return fieldsets

    def get_inlines(self, request: HttpRequest, obj: Offer | None = None) -> list[Any]:
        return super().get_inlines(request, obj) if obj else []

    def save_model(self, request: HttpRequest, obj: Offer, form: Any, change: bool) -> None:
        with services.because(StockReason.COUNT, by=request.user):
            super().save_model(request, obj, form, change)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Who sells for one organization need not choose it."""
        own = list(Seller.objects.visible_to(request.user)[:2])
        only = {"seller": own[0].pk} if len(own) == 1 else {}
        return {**only, **super().get_changeform_initial_data(request)}

    @admin.action(description=_("Withdraw the selected offers"), permissions=["change"])
    def withdraw(self, request: HttpRequest, offers: QuerySet) -> None:
        count = self.put(request, offers, withdrawn=True)
        self.message_user(request, ngettext("%d offer withdrawn.", "%d offers withdrawn.", count) % count)

    @admin.action(description=_("Offer the selected again"), permissions=["change"])
    def reopen(self, request: HttpRequest, offers: QuerySet) -> None:
        count = self.put(request, offers, withdrawn=False)
        self.message_user(request, ngettext("%d offer is open again.", "%d offers are open again.", count) % count)

    def put(self, request: HttpRequest, offers: QuerySet, *, withdrawn: bool) -> int:
        """Into the shop window or out of it."""
        found = list(offers.select_related("edition__book").order_by("pk"))
        changes = [selling.Change(row, offer=offer.pk, withdrawn=withdrawn) for row, offer in enumerate(found)]
        return self.change_offers(request, found, changes)

    @display(description=_("offer"), header=True)
    def shown(self, offer: Offer) -> list[Any]:
        edition = offer.edition
        below = f"{edition.isbn_hyphenated or ''} {edition.get_format_display()}".strip()
        return with_picture(edition.title or edition.book.title, below, edition.cover.name or cover_of(edition.book))

    @admin.display(description=_("price"))
    def price_shown(self, offer: Offer) -> str:
        return in_one_line(offer.price)

    @admin.display(description=_("the latest"))
    def prices_so_far(self, offer: Offer) -> str:
        rows = [
            (in_one_line(period.price), moment(period.began_at), moment(period.ended_at) if period.ended_at else "")
            for period in offer.prices.order_by("-id")[:SHOWN_PRICES]
        ]
        head = format_html("<tr><th>{}</th><th>{}</th><th>{}</th></tr>", _("price"), _("from"), _("until"))
        body = format_html_join("", '<tr><td>{}</td><td class="px-6">{}</td><td>{}</td></tr>', rows)
        return format_html('<table class="text-left">{}{}</table>', head, body)

    @admin.display(description=_("copies on hand"))
    def copies(self, offer: Offer) -> str:
        if not offer.held:
            return str(offer.on_hand)
        return str(_("{on_hand}, {held} held")).format(on_hand=offer.on_hand, held=offer.held)

    @admin.display(description=_("last changed"))
    def changed(self, offer: Offer) -> str:
        return date_format(offer.updated_at, "j M Y")

    @display(description=_("state"), label={ON_OFFER: "success", SOLD_OUT: "warning", WITHDRAWN: "danger"})
    def state(self, offer: Offer) -> str:
        if offer.archived_at:
            return WITHDRAWN
        return ON_OFFER if offer.left else SOLD_OUT
