"""Everything the shop knows about a user, as a zip of JSON files."""

from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from accounts.models import EventKind, Invitation, User
from accounts.services.audit import note
from bookstore.json import dumps
from bookstore.models import OutboxMessage

IN_MEMORY = 2**20  # bytes; more goes to a file
PROFILE = ("id", "email", "email_verified_at", "first_name", "last_name", "is_active", "is_staff", "is_support",
           "is_superuser", "date_joined", "last_login", "signed_out_at")  # fmt: skip
ADDRESS = ("id", "first_name", "last_name", "company", "line1", "line2", "postal_code", "city", "region", "country",
           "phone", "vat_number", "is_default_shipping", "is_default_billing", "created_at", "updated_at")  # fmt: skip
SESSION = ("id", "device_name", "ip", "user_agent", "created_at", "last_seen_at", "ended_at", "ended_reason")
INVITATION = ("id", "seller_id", "seller__name", "role", "created_at", "sent_at", "outcome", "ended_at")
MAIL = ("id", "name", "recipient", "language", "status", "created_at", "sent_at")
EVENT = ("id", "kind", "created_at", "ip", "user_agent", "session_id", "facts")


def export(user: User) -> IO[bytes]:
    """A zip with a file for each thing the shop keeps of a user; each of settings.EXPORTS adds files of its own."""
    archive: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the answer
    with ZipFile(archive, "w", ZIP_DEFLATED) as zipped:
        for path in settings.EXPORTS:
            for name, rows in import_string(path)(user).items():
                write(zipped, f"{name}.json", rows)
    note(EventKind.EXPORTED, user)
    archive.seek(0)
    return archive


def write(zipped: ZipFile, name: str, rows: Iterable[Any]) -> None:
    """One array, row by row, so that a long history needs no more memory than a short one."""
    with zipped.open(name, "w") as file:
        mark = b"[\n"
        for row in rows:
            file.write(mark + dumps(row))
            mark = b",\n"
        file.write(b"[]\n" if mark == b"[\n" else b"\n]\n")


def account(user: User) -> dict[str, Iterable[Any]]:
    """What this app keeps of a user."""
    own = user.security_events.order_by("-id")
    return {
        "profile": rows_of(User.objects.filter(pk=user.pk), PROFILE),
        "addresses": rows_of(user.addresses.all(), ADDRESS),
        "sessions": rows_of(user.device_sessions.all(), SESSION),
        "memberships": rows_of(user.memberships.all(), ("id", "seller_id", "seller__name", "role", "created_at")),
        "invitations": rows_of(Invitation.objects.for_user(user), INVITATION),
        "invitations_sent": rows_of(user.invitations_sent.all(), INVITATION),
        "mails": rows_of(mails_to(user), MAIL),
        "events": (as_told(row, user) for row in rows_of(own, (*EVENT, "by_id"))),
    }


def mails_to(user: User) -> QuerySet[OutboxMessage]:
    """What was written to the user's address since it is theirs; it may have been another's before."""
    since = user.email_verified_at or user.date_joined
    return OutboxMessage.objects.filter(recipient__iexact=user.email, created_at__gte=since)


def as_told(row: dict[str, Any], user: User) -> dict[str, Any]:
    """What staff did is told without saying who and from where."""
    if row.pop("by_id") in (None, user.pk):
        return {**row, "by": "you"}
    return {
        **row,
        "by": "team" if row["facts"].get("in_team") else "staff",
        "ip": None,
        "user_agent": "",
        "session_id": None,
    }


def rows_of(rows: QuerySet[Any], names: Iterable[str]) -> Iterable[dict[str, Any]]:
    return rows.values(*names).iterator()
