"""The outbox in the console: what waits, what was sent, what was given up; to read, and to send again."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html_join
from django.utils.text import Truncator
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from bookstore import mails, outbox
from bookstore.admin.base import ConsoleAdmin, Pages, as_key
from bookstore.admin.looks import label, link
from bookstore.admin.previews import Previews, in_words
from bookstore.figures import outbox_figures
from bookstore.models import OutboxMessage, SuppressedAddress, folded_address

STATUS_LABELS = {
    "waiting": "info",
    "sending": "warning",
    "sent": "success",
    "withheld": "warning",
    "outdated": "info",
    "failed": "danger",
}
SHORT_ERROR = 80
SHOWN = 8


class MailName(DropdownFilter):
    title = _("message")
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, in_words(name)) for name in sorted(mails.MAILS)]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.filter(name=self.value()) if self.value() else rows


@admin.register(OutboxMessage)
class OutboxAdmin(Previews, ConsoleAdmin):
    admins_may = frozenset({"view", "repeat"})
    list_display = ["what", "recipient", "state", "attempts", "next_attempt", "created", "error"]
    list_filter = [("status", ChoicesDropdownFilter), MailName]
    list_filter_submit = True
    sortable_by: list[str] = []
    ordering = ["-id"]
    actions = ["send_again"]
    search_help_text = _("A recipient, as it begins, or an id or Message-ID")
    fieldsets = [
        (
            None,
            {"fields": [("what", "recipient"), ("state", "attempts"), ("next_attempt_at", "sent_at"), "last_error"]},
        ),
        (_("The address"), {"fields": ["marks"]}),
        (_("The mail, made anew"), {"fields": ["letter"]}),
        (_("Origin"), {"fields": [("facts", "language"), ("message_id", "request_id")], "classes": ["collapse"]}),
    ]
    readonly_fields = ["what", "state", "letter", "marks"]

    def has_repeat_permission(self, request: HttpRequest) -> bool:
        return self.allows(request, "repeat")

    def find(self, rows: QuerySet, term: str) -> QuerySet:
        key = as_key(term.strip("<>").partition("@")[0])
        return rows.filter(pk=key) if key else rows.filter(recipient__istartswith=term)

    @admin.action(description=_("Send the selected again"), permissions=["repeat"])
    def send_again(self, request: HttpRequest, rows: QuerySet) -> None:
        count = outbox.repeat(rows)
        told = ngettext("%d message is sent again.", "%d messages are sent again.", count) % count
        self.message_user(request, told, messages.SUCCESS if count else messages.WARNING)

    @admin.display(description=_("message"))
    def what(self, message: OutboxMessage) -> str:
        return in_words(message.name)

    @admin.display(description=_("status"))
    def state(self, message: OutboxMessage) -> str:
        return label(message.get_status_display(), STATUS_LABELS[message.status])

    @admin.display(description=_("next attempt"))
    def next_attempt(self, message: OutboxMessage) -> str | None:
        return moment(message.next_attempt_at) if message.status == "waiting" else None

    @admin.display(description=_("created"))
    def created(self, message: OutboxMessage) -> str:
        return moment(message.created_at)

    @admin.display(description=_("last error"))
    def error(self, message: OutboxMessage) -> str:
        return Truncator(message.last_error).chars(SHORT_ERROR)

    @admin.display(description=_("marks"))
    def marks(self, message: OutboxMessage) -> str:
        """What is known against the address, each with the page where it is cleared."""
        rows = SuppressedAddress.objects.filter(address=folded_address(message.recipient))
        pages = [(reverse("admin:bookstore_suppressedaddress_change", args=[row.pk]), row) for row in rows]
        return format_html_join(", ", "{}", ([link(page, row.get_reason_display())] for page, row in pages)) or "–"

    @admin.display(description=_("mail"))
    def letter(self, message: OutboxMessage) -> str:
        """The mail as its facts and templates make it now, or why they cannot."""
        try:
            letter = mails.preview(message)
        except (mails.ShownToRecipientOnly, mails.Outdated) as refusal:
            return str(refusal)
        except Exception as error:  # the reason why it was not sent, perhaps
            return str(_("It cannot be made: {error}")).format(error=f"{type(error).__name__}: {error}")
        return render_to_string("console/letter.html", {"letter": letter, "html": letter.alternatives[0].content})


def moment(when: Any) -> str:
    return date_format(when, "j M Y H:i")


def queue(request: HttpRequest) -> dict[str, Any] | None:
    """How many mails wait, for how long the oldest has been, and how many were given up."""
    if not admin.site.get_model_admin(OutboxMessage).has_view_permission(request):
        return None
    figures = outbox_figures(at_most=Pages.REACH)
    page = reverse("admin:bookstore_outboxmessage_changelist")
    since = timezone.now() - timedelta(seconds=figures.oldest_seconds)
    age = timesince(since, depth=1) if figures.waiting else "–"
    shown = [
        (_("mails waiting"), counted(figures.waiting), "?status__exact=waiting"),
        (_("the oldest waits for"), age, "?status__exact=waiting"),
        (_("mails given up"), counted(figures.given_up), "?status__exact=failed"),
    ]
    return {"figures": [{"title": title, "number": number, "link": page + query} for title, number, query in shown]}


def counted(number: int) -> str:
    return f"{number_format(number, force_grouping=True)}{'+' if number >= Pages.REACH else ''}"


def unsent_mail(request: HttpRequest) -> dict[str, Any] | None:
    """The latest messages that were given up; no panel where there are none."""
    if not admin.site.get_model_admin(OutboxMessage).has_view_permission(request):
        return None
    rows = [
        [
            link(reverse("admin:bookstore_outboxmessage_change", args=[message.pk]), in_words(message.name)),
            message.recipient,
            Truncator(message.last_error).chars(SHORT_ERROR),
            moment(message.created_at),
        ]
        for message in OutboxMessage.objects.given_up().order_by("-id")[:SHOWN]
    ]
    headers = [_("message"), _("recipient"), _("last error"), _("created")]
    return {"title": _("Mail that could not be sent"), "table": {"headers": headers, "rows": rows}} if rows else None
