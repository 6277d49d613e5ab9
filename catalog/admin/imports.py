"""Imports in the console: to read, and to begin one with a file."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanSwitchWidget

from accounts.models import Seller
from bookstore.admin import ConsoleAdmin, SellerAdmin
from catalog.imports.uploads import keep_upload
from catalog.models import ImportRun, ImportUpload

STATUS_LABELS = {"waiting": "warning", "running": "info", "finished": "success", "failed": "danger"}


class UploadForm(forms.ModelForm):
    """A file to import, and whose offers come of it."""

    file = forms.FileField(
        label=_("ONIX file"), widget=UnfoldAdminFileFieldWidget(), max_length=500,
        help_text=_("ONIX 3.0 or 3.1: XML, gzipped, or a zip of several."),
    )  # fmt: skip
    dry_run = forms.BooleanField(
        label=_("Only try it"), required=False, widget=UnfoldBooleanSwitchWidget(),
        help_text=_("Do everything, report it, and change nothing."),
    )  # fmt: skip

    class Meta:
        model = ImportRun
        fields = ["seller"]

    def clean_seller(self) -> Seller | None:
        """Members import for their own organization, and need not name it where there is only one."""
        seller = self.cleaned_data.get("seller")
        if seller is None and not self.by.is_superuser:  # type: ignore[attr-defined]
            own = list(Seller.objects.visible_to(self.by)[:2])  # type: ignore[attr-defined]
            if len(own) != 1:
                raise forms.ValidationError(_("Say for which of your organizations."), code="required")
            return own[0]
        return seller


@admin.register(ImportRun)
class ImportRunAdmin(SellerAdmin, ConsoleAdmin):
    admins_may = sellers_may = frozenset({"view", "add"})
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
        (None, {"fields": [("finished_at", "file_digest"), "report"]}),
    ]
    add_fieldsets = [(None, {"fields": ["file", "seller", "dry_run"]})]
    readonly_fields = ["outcome", "report"]

    def get_fieldsets(self, request: HttpRequest, obj: ImportRun | None = None) -> list[Any]:
        return self.add_fieldsets if obj is None else super().get_fieldsets(request, obj)

    def get_form(self, request: HttpRequest, obj: ImportRun | None = None, **options: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, **options)
        form = super().get_form(request, obj, **{**options, "form": UploadForm, "fields": ["seller"]})
        return type("UploadFormOfUser", (form,), {"by": request.user})

    def save_model(self, request: HttpRequest, obj: ImportRun, form: Any, change: bool) -> None:
        upload = form.cleaned_data["file"]
        obj.file_name = upload.name[:500]
        keep_upload(
            run=obj,
            content=upload.read(),
            seller=form.cleaned_data["seller"],
            dry_run=form.cleaned_data["dry_run"],
            by=request.user,
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.report_view)
        return [path("<uuid:pk>/report/", view, name="catalog_importrun_report"), *super().get_urls()]

    def report_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """What was not taken, as a file for the spreadsheet."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        upload = ImportUpload.objects.filter(run__in=self.get_queryset(request).filter(pk=pk)).first()
        if upload is None or not upload.report:
            raise Http404
        name = f"report-{pk}.csv"
        return HttpResponse(
            upload.report.encode(),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

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

    @admin.display(description=_("what was not taken"))
    def report(self, run: ImportRun) -> str | None:
        if not ImportUpload.objects.filter(run=run).exclude(report="").exists():
            return None
        url = reverse("admin:catalog_importrun_report", args=[run.pk])
        return format_html('<a href="{}">{}</a>', url, _("Download the report"))

    @admin.display(description=_("started"))
    def started(self, run: ImportRun) -> str:
        return date_format(run.created_at, "j M Y H:i")
