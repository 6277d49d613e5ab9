"""The audit trail in the console: to read, for shop admins."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.models import EventKind, SecurityEvent, User
from bookstore.admin import ConsoleAdmin, label, link, unbroken
from bookstore.admin.base import as_key
from bookstore.client_address import read_address

ALARMING = {EventKind.TOKEN_REUSED, EventKind.LOGIN_BLOCKED, EventKind.CODES_USED_UP}
TELLING = {
    *(EventKind.LOGIN_FAILED, EventKind.CONSOLE_LOGIN_FAILED, EventKind.PASSWORD_CHANGED, EventKind.PASSWORD_RESET),
    *(EventKind.EMAIL_CHANGED, EventKind.ERASED, EventKind.USER_DELETED),
    *(EventKind.ROLE_GIVEN, EventKind.ROLE_CHANGED, EventKind.ROLE_TAKEN, EventKind.SELLER_HANDED_OVER),
}


@admin.register(SecurityEvent)
class SecurityEventAdmin(ConsoleAdmin):
    admins_may = frozenset({"view"})
    support_may: frozenset[str] = frozenset()
    list_display = ["when", "what", "whose", "by_whom", "ip", "detail"]
    list_filter = [("kind", ChoicesDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["user", "by"]
    sortable_by: list[str] = []
    ordering = ["-id"]
    search_help_text = _("The beginning of an e-mail address, an IP address, or the id of a user or session")
    fieldsets = [
        (None, {"fields": [("what", "when"), ("user", "by"), "detail"]}),
        (_("Where from"), {"fields": [("ip", "user_agent"), ("session_id", "request_id")]}),
    ]
    readonly_fields = ["what", "when", "detail"]

    def get_search_results(self, request: HttpRequest, rows: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        key = as_key(search_term.strip())
        if key is None:
            return super().get_search_results(request, rows, search_term)
        return rows.filter(Q(pk=key) | Q(user=key) | Q(session_id=key)), False

    def find(self, rows: QuerySet, term: str) -> QuerySet:
        address = read_address(term)
        if address is not None:
            return rows.filter(ip=str(address))
        return rows.filter(user__in=User.objects.filter(email__startswith=term.lower()))

    @admin.display(description=_("when"))
    def when(self, event: SecurityEvent) -> str:
        return unbroken(date_format(localtime(event.created_at), "j M Y H:i:s"))

    @admin.display(description=_("what"))
    def what(self, event: SecurityEvent) -> str:
        looks = "danger" if event.kind in ALARMING else "warning" if event.kind in TELLING else "info"
        return label(event.get_kind_display(), looks)

    @admin.display(description=_("user"))
    def whose(self, event: SecurityEvent) -> str | None:
        return shown(event.user)

    @admin.display(description=_("by"))
    def by_whom(self, event: SecurityEvent) -> str | None:
        return shown(event.by)

    @admin.display(description=_("facts"))
    def detail(self, event: SecurityEvent) -> str:
        return ", ".join(f"{name.replace('_', ' ')}: {in_words(value)}" for name, value in event.facts.items())


def shown(user: User | None) -> str | None:
    return link(reverse("admin:accounts_user_change", args=[user.pk]), user.email) if user else None


def in_words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
