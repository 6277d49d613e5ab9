"""The console's face: its name, its menu in the trade's words, and the panels of its first page."""

from functools import partial
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def may_view(model: str, request: HttpRequest) -> bool:
    from django.contrib.admin import site

    return site.get_model_admin(apps.get_model(model)).has_view_permission(request)


def page(title: Any, icon: str, model: str) -> dict[str, Any]:
    """A model's list in the menu, for those who may see it."""
    link = reverse_lazy(f"admin:{model.replace('.', '_')}_changelist")
    return {"title": title, "icon": icon, "link": link, "permission": partial(may_view, model)}


UNFOLD = {
    "SITE_TITLE": "Bookstore",
    "SITE_HEADER": "Bookstore",
    "SITE_SYMBOL": "menu_book",
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "bookstore.admin.dashboard",
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(98.4% .014 180.7)",
            "100": "oklch(95.3% .051 180.8)",
            "200": "oklch(91% .096 180.4)",
            "300": "oklch(85.5% .138 181.1)",
            "400": "oklch(77.7% .152 181.9)",
            "500": "oklch(60% .118 184.7)",
            "600": "oklch(51.1% .096 186.4)",
            "700": "oklch(43.7% .078 188.2)",
            "800": "oklch(38.6% .063 188.4)",
            "900": "oklch(32% .055 190)",
            "950": "oklch(27.7% .046 192.5)",
        },
    },
    "SIDEBAR": {
        "navigation": [
            {
                "title": _("Sales"),
                "items": [
                    page(_("Orders"), "package_2", "orders.order"),
                    page(_("Purchases"), "receipt_long", "orders.purchase"),
                    page(_("Payments"), "payments", "orders.payment"),
                    page(_("Shipping methods"), "local_shipping", "orders.shippingmethod"),
                    page(_("Tax rates"), "percent", "orders.taxrate"),
                ],
            },
            {
                "title": _("Catalogue"),
                "items": [
                    page(_("Books"), "menu_book", "catalog.book"),
                    page(_("Editions"), "auto_stories", "catalog.edition"),
                    page(_("Offers"), "sell", "catalog.offer"),
                    page(_("Contributors"), "edit_note", "catalog.contributor"),
                    page(_("Publishers"), "domain", "catalog.publisher"),
                    page(_("Series"), "format_list_numbered", "catalog.series"),
                    page(_("Subjects"), "account_tree", "catalog.subject"),
                    page(_("Imports"), "upload_file", "catalog.importrun"),
                    page(_("Covers by address"), "add_photo_alternate", "catalog.coverfetch"),
                    page(_("Searches without result"), "search_off", "catalog.missedsearch"),
                    page(_("Likely duplicates"), "difference", "catalog.likelyduplicate"),
                    page(_("Merges and splits"), "merge", "catalog.workchange"),
                ],
            },
            {
                "title": _("Readers"),
                "items": [
                    page(_("Reviews"), "reviews", "reviews.review"),
                ],
            },
            {
                "title": _("People"),
                "items": [
                    page(_("Users"), "person", "accounts.user"),
                    page(_("Sellers"), "storefront", "accounts.seller"),
                    page(_("Members"), "badge", "accounts.membership"),
                    page(_("Invitations"), "forward_to_inbox", "accounts.invitation"),
                    page(_("Security events"), "shield_person", "accounts.securityevent"),
                ],
            },
            {
                "title": _("System"),
                "items": [
                    page(_("Outbox"), "outbox", "bookstore.outboxmessage"),
                    {
                        **page(_("Mails"), "drafts", "bookstore.outboxmessage"),
                        "link": reverse_lazy("admin:bookstore_mails"),
                    },
                    page(_("Suppressed addresses"), "unsubscribe", "bookstore.suppressedaddress"),
                ],
            },
        ],
    },
}
CONSOLE_PANELS = [
    "orders.admin.dashboard.to_pack",
    "bookstore.admin.outbox.unsent_mail",
    "bookstore.admin.outbox.queue",
    "catalog.admin.dashboard.figures",
    "catalog.admin.dashboard.sold_out",
    "catalog.admin.dashboard.imports",
]
