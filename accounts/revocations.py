"""Which sessions have ended, as Redis knows it, so that no request has to ask the database.

The database is the truth. Redis holds a key for each session that ended while an access token of it may still live,
and a mark that it knows all of them. Where the mark is missing (Redis is new, was emptied, or a minute has passed),
or this process has lost sight of Redis since it looked (it was gone, or started anew with an old state), what Redis
should know is written again from the database. What could not be written is tried again until it can.
"""

from collections.abc import Iterable
from datetime import timedelta
from threading import Lock
from uuid import UUID

from django.conf import settings
from redis import Redis

from accounts.models import DeviceSession
from bookstore import shared_redis

COMPLETE = "ended-sessions:complete"
COMPLETE_FOR = 60  # seconds; what nobody has noticed is believed for that long at most
KNOWN_FOR = settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"] + timedelta(minutes=1)
MARK = "for _, name in ipairs(KEYS) do redis.call('SET', name, 1, 'EX', ARGV[1]) end"

_sight = -1  # shared_redis.sight, when this process last made sure that Redis knows everything
_catching_up = Lock()


def key(session: UUID) -> str:
    return f"ended-session:{session}"


def publish(sessions: Iterable[UUID]) -> None:
    """Tell every process that these sessions have ended; call it when that is committed."""
    ended = list(sessions)
    if ended:
        shared_redis.tell(lambda redis: write(redis, ended))


def write(redis: Redis, sessions: Iterable[UUID], *, complete: bool = False) -> bool:
    names = [key(session) for session in sessions]
    redis.eval(MARK, len(names), *names, int(KNOWN_FOR.total_seconds()))
    if complete:
        redis.set(COMPLETE, 1, ex=COMPLETE_FOR)
    return True


def is_behind() -> bool:
    """Whether Redis may lack something that this process has not told it again yet."""
    return shared_redis.sight != _sight


def catch_up() -> None:
    """Tell Redis of every session that ended while an access token of it may live; one thread is enough for it."""
    global _sight
    if not _catching_up.acquire(blocking=False):
        return
    try:
        sight = shared_redis.sight  # before looking: what is lost meanwhile is looked for again
        ended = list(DeviceSession.objects.ended_since(KNOWN_FOR).values_list("pk", flat=True))
        if shared_redis.told_all() and shared_redis.ask(lambda redis: write(redis, ended, complete=True)):
            _sight = sight
    finally:
        _catching_up.release()


def is_open(user: UUID, session: UUID, answers: tuple[bytes | None, bytes | None] | None) -> bool:
    """Whether the session goes on: by what Redis answered for its key and for COMPLETE, else by the database."""
    if answers is not None:
        ended, complete = answers
        if ended:
            return False
        if complete and not is_behind():
            return True
        catch_up()
    return DeviceSession.objects.filter(pk=session, user=user, ended_at=None).exists()
