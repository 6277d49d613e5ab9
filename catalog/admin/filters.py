"""Filters of the catalogue's lists. None asks the database for the distinct values of a large table."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from catalog.models import Edition
from catalog.vocabularies import Availability, Format, language_name

LATEST = 5_000


class ListedFormat(DropdownFilter):
    title = _("format")
    parameter_name = "format"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return Format.choices

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.filter(listing__formats__contains=[self.value()]) if self.value() else rows


class ListedAvailability(DropdownFilter):
    title = _("availability")
    parameter_name = "availability"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(value), label) for value, label in Availability.choices]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.filter(listing__availability=self.value()) if str(self.value() or "").isdigit() else rows


class IsArchived(DropdownFilter):
    title = _("catalogue")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("In the catalogue")), ("yes", _("Archived"))]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.filter(archived_at__isnull=self.value() == "no") if self.value() in {"no", "yes"} else rows


class EditionLanguage(DropdownFilter):
    """The languages of the latest editions, and whatever other one the address asks for."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        latest = Edition.objects.order_by("-id").values("language")[:LATEST]
        tags = {row["language"] for row in latest} | {request.GET.get(self.parameter_name, "")}
        return sorted(((tag, language_name(tag)) for tag in tags if tag), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.filter(language=self.value()) if self.value() else rows


class ListedLanguage(EditionLanguage):
    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.filter(listing__languages__contains=[self.value()]) if self.value() else rows


class OfferState(DropdownFilter):
    title = _("stock")
    parameter_name = "stock"
    rules = {
        "last": Q(on_hand=F("held") + 1, archived_at=None),
        "sold_out": Q(on_hand=F("held"), archived_at=None),
        "open": Q(archived_at=None),
        "withdrawn": Q(archived_at__isnull=False),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", _("On offer")),
            ("last", _("Last copy")),
            ("sold_out", _("Sold out")),
            ("withdrawn", _("Withdrawn")),
        ]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        rule = self.rules.get(self.value() or "")
        return rows if rule is None else rows.filter(rule)
