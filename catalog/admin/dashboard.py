"""The catalogue's panels on the console's first page. None counts a large table."""

from typing import Any

from django.contrib.admin import site
from django.db import connection
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller
from catalog.models import Book, Contributor, Edition, ImportRun, Offer

COUNTED = 1_000
SHOWN = 8


def figures(request: HttpRequest) -> dict[str, Any] | None:
    """How much there is, to the thousand where there is much."""
    models = [model for model in (Book, Edition, Offer, Contributor, Seller) if may_view(request, model)]
    return {"figures": [figure(request, model) for model in models]} if models else None


def figure(request: HttpRequest, model: type[Model]) -> dict[str, Any]:
    rows = site.get_model_admin(model).get_queryset(request)
    counted = rows.order_by()[: COUNTED + 1].count()
    whole = request.user.sees_all or not hasattr(rows, "visible_to")
    number = number_format(counted, use_l10n=True, force_grouping=True)
    if counted > COUNTED:
        number = estimate(model, counted) if whole else f"{number_format(COUNTED, force_grouping=True)}+"
    return {"title": model._meta.verbose_name_plural, "number": number, "link": changelist(model)}


def estimate(model: type[Model], at_least: int) -> str:
    """The size of a table as the planner knows it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        rows = cursor.fetchone()[0]
    return number_format(max(round(rows, -3), at_least // COUNTED * COUNTED), force_grouping=True)


def sold_out(request: HttpRequest) -> dict[str, Any] | None:
    """The user's offers that are open and have no copies left, latest first."""
    if not may_view(request, Offer):
        return None
    offers = Offer.objects.visible_to(request.user).filter(on_hand=F("held"), archived_at=None)
    rows = [
        [link(offer, offer.edition.title or offer.edition.book.title), offer.get_condition_display(), str(offer.price)]
        for offer in offers.select_related("edition__book").order_by("-id")[:SHOWN]
    ]
    headers = [_("book"), _("condition"), _("price")]
    return {"title": _("Sold out"), "table": {"headers": headers, "rows": rows}, "link": changelist(Offer)}


def imports(request: HttpRequest) -> dict[str, Any] | None:
    if not may_view(request, ImportRun):
        return None
    runs: QuerySet = ImportRun.objects.visible_to(request.user).order_by("-id")[:SHOWN]
    rows = [
        [link(run, run.file_name), run.get_status_display(), run.rows_done, date_format(run.created_at, "j M H:i")]
        for run in runs
    ]
    headers = [_("file"), _("status"), _("rows"), _("started")]
    return {"title": _("Latest imports"), "table": {"headers": headers, "rows": rows}, "link": changelist(ImportRun)}


def may_view(request: HttpRequest, model: type[Model]) -> bool:
    return site.get_model_admin(model).has_view_permission(request)


def changelist(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def link(row: Model, text: str) -> str:
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', address, text)
