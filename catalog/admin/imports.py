"""Imports in the console, to read."""

from django.contrib import admin
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from bookstore.admin import ConsoleAdmin, SellerAdmin
from catalog.models import ImportRun

STATUS_LABELS = {"running": "info", "finished": "success", "failed": "danger"}


@admin.register(ImportRun)
class ImportRunAdmin(SellerAdmin, ConsoleAdmin):
    admins_may = sellers_may = frozenset({"view"})
    list_display = ["file_name", "format", "seller", "state", "rows_done", "outcome", "started"]
    list_filter = [("status", ChoicesDropdownFilter)]
    list_select_related = ["seller"]
    list_filter_submit = True
    sortable_by: list[str] = []
    search_fields = ()
    fieldsets = [
        (
            None,
            {"fields": [("file_name", "format", "encoding"), ("seller", "status"), "rows_done", "outcome", "error"]},
        ),
        (None, {"fields": [("finished_at", "file_digest")]}),
    ]
    readonly_fields = ["outcome"]

    @display(description=_("status"), label=STATUS_LABELS)
    def state(self, run: ImportRun) -> tuple[str, str]:
        return run.status, run.get_status_display()

    @admin.display(description=_("outcome"))
    def outcome(self, run: ImportRun) -> str:
        """What became of the rows and values: `526 created, 3 left out`."""
        kinds = run.counts.get("kinds", {})
        return ", ".join(
            f"{count} {kind.replace('_', ' ')}" for kind, count in kinds.items() if count and kind != "rows"
        )

    @admin.display(description=_("started"))
    def started(self, run: ImportRun) -> str:
        return date_format(run.created_at, "j M Y H:i")
