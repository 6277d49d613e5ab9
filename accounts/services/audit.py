"""The audit trail: what happens to accounts is noted in the transaction in which it happens."""

from typing import Any
from uuid import UUID

import structlog

from accounts.models import EventKind, SecurityEvent, User
from bookstore.client_address import asking


def note(
    kind: EventKind, user: User | None, /, *, by: User | None = None, session: UUID | None = None, **facts: Any
) -> SecurityEvent:
    """Note what happened to a user, and by whom where it was not the user; facts are never secrets.

    Address, program, request and session are those of the current request, as far as there is one.
    """
    ip, program = asking()
    return SecurityEvent.objects.create(
        kind=kind, user=user, by=by, ip=ip, user_agent=program, session_id=session or current_session(), facts=facts
    )


def current_session() -> UUID | None:
    session = structlog.contextvars.get_contextvars().get("session_id")
    return UUID(session) if session else None
