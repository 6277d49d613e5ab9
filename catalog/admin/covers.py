"""Covers by address in the console: what waits, what was fetched, what was given up; to read, and to fetch again."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from bookstore.admin import ConsoleAdmin
from catalog.admin.base import editions_with_isbn, with_picture
from catalog.models import CoverFetch
from catalog.services.cover_fetches import repeat
from catalog.services.cover_files import address

STATE_LABELS = {"waiting": "info", "fetching": "warning", "fetched": "success", "given_up": "danger"}
SHORT = 80


@admin.register(CoverFetch)
class CoverFetchAdmin(ConsoleAdmin):
    admins_may = frozenset({"view", "repeat"})
    list_display = ["shown", "state_shown", "attempts", "next_attempt", "error"]
    list_filter = [("state", ChoicesDropdownFilter)]
    list_select_related = ["edition__book"]
    list_filter_submit = True
    sortable_by: list[str] = []
    ordering = ["-id"]
    actions = ["fetch_again"]
    search_help_text = _("An ISBN, or a host as pictures.example")
    fieldsets = [
        (None, {"fields": ["edition", "url", ("state_shown", "attempts"), ("next_attempt_at", "fetched_at")]}),
        (None, {"fields": ["last_error", "cover_shown"]}),
        (_("What the server said"), {"fields": [("etag", "last_modified"), "digest"], "classes": ["collapse"]}),
    ]
    readonly_fields = ["edition", "state_shown", "cover_shown"]

    def has_repeat_permission(self, request: HttpRequest) -> bool:
        return self.allows(request, "repeat")

    def find(self, rows: QuerySet, term: str) -> QuerySet:
        editions = editions_with_isbn(term)
        return rows.filter(edition__in=editions) if editions is not None else rows.filter(host=term.lower()[:255])

    @admin.action(description=_("Fetch the selected again"), permissions=["repeat"])
    def fetch_again(self, request: HttpRequest, rows: QuerySet) -> None:
        count = repeat(rows)
        told = ngettext("%d cover is fetched again.", "%d covers are fetched again.", count) % count
        self.message_user(request, told, messages.SUCCESS if count else messages.WARNING)

    @display(description=_("cover"), header=True)
    def shown(self, fetch: CoverFetch) -> list:
        edition = fetch.edition
        return with_picture(edition.title or edition.book.title, fetch.url[:SHORT], edition.cover.name or "")

    @display(description=_("state"), label=STATE_LABELS)
    def state_shown(self, fetch: CoverFetch) -> tuple[str, str]:
        return fetch.state, fetch.get_state_display()

    @admin.display(description=_("next attempt"))
    def next_attempt(self, fetch: CoverFetch) -> str | None:
        return date_format(fetch.next_attempt_at, "j M Y H:i") if fetch.state == "waiting" else None

    @admin.display(description=_("last error"))
    def error(self, fetch: CoverFetch) -> str:
        return Truncator(fetch.last_error).chars(SHORT)

    @admin.display(description=_("cover"))
    def cover_shown(self, fetch: CoverFetch) -> str | None:
        name = fetch.edition.cover.name
        return format_html('<img src="{}" width="120" alt="">', address(name, "")) if name else None
