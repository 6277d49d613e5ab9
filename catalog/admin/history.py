"""What was merged and split, in the console, and undoing it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from bookstore.admin import ConsoleAdmin
from bookstore.errors import BookstoreError
from catalog import services
from catalog.admin.base import listed_as
from catalog.admin.merging import SHOWN
from catalog.models import Book, WorkChange


@admin.register(WorkChange)
class WorkChangeAdmin(ConsoleAdmin):
    admins_may = frozenset({"view"})
    list_display = ["kind", "book_shown", "others", "reason", "by", "when", "state"]
    list_filter = [("kind", ChoicesDropdownFilter)]
    list_select_related = ["book", "by", "undone_by"]
    list_filter_submit = True
    sortable_by: list[str] = []
    search_help_text = _("Title, contributor or series of the book")
    actions_detail = ["undo"]
    fieldsets = [
        (None, {"fields": [("kind", "book", "title"), "others", "what", "reason"]}),
        (None, {"fields": [("by", "when"), ("undone_by", "undone_at")]}),
    ]
    readonly_fields = ["others", "what", "when"]

    def find(self, changes: QuerySet, term: str) -> QuerySet:
        return changes.filter(book__in=listed_as(term))

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        change = self.get_object(request, object_id)
        return super().get_actions_detail(request, object_id) if change and not change.undone_at else []

    def has_undo_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self.admin_site.get_model_admin(Book).has_change_permission(request)

    @action(description=_("Undo"), permissions=["undo"], url_path="undo", icon="undo", variant=ActionVariant.DANGER)
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        change = self.get_object(request, object_id)
        if change is None:
            raise Http404
        page = reverse("admin:catalog_workchange_change", args=[change.pk])
        if request.method != "POST":
            context = {**self.admin_site.each_context(request), "opts": self.opts, "change": change, "page": page,
                       "title": str(change), "original": change}  # fmt: skip
            return TemplateResponse(request, "console/undo_work_change.html", context)
        try:
            services.undo_change(change, request.user)
            self.message_user(request, _("It is undone."), messages.SUCCESS)
        except BookstoreError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        return HttpResponseRedirect(page)

    @admin.display(description=_("book"))
    def book_shown(self, change: WorkChange) -> str:
        return change.book.title if change.book else change.title

    @admin.display(description=_("other books"))
    def others(self, change: WorkChange) -> str:
        return ", ".join(change.other_titles)[:SHOWN]

    @admin.display(description=_("what moved"))
    def what(self, change: WorkChange) -> str:
        """`3 editions, 12 reviews`."""
        moved = change.moved
        editions = moved.get("editions") or [pk for book in moved.get("books", []) for pk in book["editions"]]
        reviews = sum(len(ids) for ids in moved.get("reviews", {}).values())
        return str(_("{editions} editions, {reviews} reviews")).format(editions=len(editions), reviews=reviews)

    @admin.display(description=_("when"))
    def when(self, change: WorkChange) -> str:
        return date_format(change.created_at, "j M Y H:i")

    @display(description=_("state"), label={_("Undone"): "warning"})
    def state(self, change: WorkChange) -> str:
        return _("Undone") if change.undone_at else _("Done")
