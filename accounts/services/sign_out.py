"""Signing out: here, on another device, or everywhere."""

from uuid import UUID

from django.db import transaction

from accounts.models import DeviceSession, EventKind, User
from accounts.services.audit import note
from accounts.services.sessions import end_all_sessions, end_session

Reason = DeviceSession.Reason


@transaction.atomic
def sign_out(user: User, session: UUID) -> None:
    """End the session that the user asks from."""
    if end_session(user, session, Reason.SIGNED_OUT):
        note(EventKind.LOGOUT, user, session=session)


@transaction.atomic
def sign_out_everywhere(user: User) -> None:
    """End all sessions of the user, this one and those of the console included."""
    note(EventKind.LOGOUT_ALL, user, sessions=end_all_sessions(user, Reason.SIGNED_OUT_EVERYWHERE))


@transaction.atomic
def remove_device(user: User, session: DeviceSession) -> None:
    """End one session from the list of devices."""
    if end_session(user, session.pk, Reason.REMOVED):
        note(EventKind.SESSION_ENDED, user, ended=str(session.pk), device=str(session))
