"""Which sessions have ended, as Redis knows it, so that no request has to ask the database.

The database is the truth. Redis holds a key for each session that ended while an access token of it may still live,
and a mark that it knows all of them. Where the mark is missing (Redis is new, was emptied, or a minute has passed),
what Redis should know is written again from the database.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from redis import Redis

from accounts.models import DeviceSession
from bookstore import shared_redis

COMPLETE = "ended-sessions:complete"
COMPLETE_FOR = 60  # seconds; a Redis that came back with an old state is believed for that long at most
KNOWN_FOR = settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"] + timedelta(minutes=1)

_behind = False  # whether Redis was gone when this process had something to tell it


def key(session: UUID) -> str:
    return f"ended-session:{session}"


def publish(sessions: Iterable[UUID]) -> None:
    """Tell every process that these sessions have ended; call it when that is committed."""
    global _behind
    if not write(sessions, insist=True):
        _behind = True


def write(sessions: Iterable[UUID], *, insist: bool = False, complete: bool = False) -> bool:
    names = [key(session) for session in sessions]

    def set_all(redis: Redis) -> bool:
        with redis.pipeline() as commands:
            for name in names:
                commands.set(name, 1, ex=KNOWN_FOR)
            if complete:
                commands.set(COMPLETE, 1, ex=COMPLETE_FOR)
            commands.execute()
        return True

    return bool(shared_redis.ask(set_all, insist=insist))


def catch_up() -> None:
    """Tell Redis of every session that ended while an access token of it may live."""
    global _behind
    _behind = False  # before looking: what ends meanwhile and cannot be told sets it again
    ended = DeviceSession.objects.ended_since(KNOWN_FOR).values_list("pk", flat=True)
    if not write(ended, complete=True):
        _behind = True


def is_open(user: UUID, session: UUID, answers: tuple[bytes | None, bytes | None] | None) -> bool:
    """Whether the session goes on: by what Redis answered for its key and for COMPLETE, else by the database."""
    if answers is not None:
        ended, complete = answers
        if ended:
            return False
        if complete and not _behind:
            return True
        catch_up()
    return DeviceSession.objects.filter(pk=session, user=user, ended_at=None).exists()
