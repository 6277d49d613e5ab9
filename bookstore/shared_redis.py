"""Redis, which may be gone at any moment: short timeouts, and no second try for a while after a failure.

It may also have been started again between two questions, with what it had saved some time ago. Whoever must not
believe that compares `sight`, which changes whenever this process has lost sight of Redis, be it for a moment.
"""

import itertools
import os
import time
from collections import deque
from collections.abc import Callable
from threading import Lock, Thread, local
from typing import Any, TypeVar

import redis
import structlog
from django.conf import settings
from hiredis import pack_command
from redis.backoff import NoBackoff
from redis.retry import Retry

from bookstore import metrics

Answer = TypeVar("Answer")

TIMEOUT = 0.25  # seconds
PAUSE_AFTER_FAILURE = 1.0  # seconds
TOLD_EVERY = 0.5  # seconds between two attempts
log = structlog.get_logger("bookstore.redis")

sight = 0
_sights = itertools.count(1)
_run = b""


def greet(connection: Any) -> None:
    """What a new connection begins with: the usual, and a look at whether this Redis was started anew."""
    global _run, sight
    connection.on_connect()
    connection.send_command("INFO", "server")
    try:
        run = run_of(connection.read_response(disable_decoding=True))
    except redis.ResponseError:  # a service that does not tell
        return
    if run != _run:
        _run, sight = run, next(_sights)


def run() -> str:
    """Which run of Redis this process last spoke to: in a key, it keeps what is older from being believed."""
    return _run.decode()[-8:]


def run_of(information: bytes) -> bytes:
    """The id that Redis gives itself at each start."""
    lines = information.splitlines()
    return next((line for line in lines if line.startswith(b"run_id:")), b"")


client = redis.Redis.from_url(
    settings.REDIS_URL,
    socket_timeout=TIMEOUT,
    socket_connect_timeout=TIMEOUT,
    retry=Retry(NoBackoff(), 0),
    health_check_interval=0,
    redis_connect_func=greet,
)
_paused_until = 0.0


def ask(question: Callable[["redis.Redis"], Answer], *, insist: bool = False) -> Answer | None:
    """The answer, or None while Redis is gone. Never raises for Redis, and never waits for it twice in a second.

    What must not be missed once Redis is back insists: it asks in spite of a failure just before.
    """
    global _paused_until, sight
    if time.monotonic() < _paused_until and not insist:
        return None
    try:
        return question(client)
    except redis.RedisError as error:
        _paused_until = time.monotonic() + PAUSE_AFTER_FAILURE
        sight = next(_sights)
        metrics.REDIS_FAILURES.inc()
        log.warning("redis is gone", error=str(error))
        return None


_own = local()  # each thread's connection, and the pool that it was made by


def call(client: "redis.Redis", *words: Any) -> Any:
    """One command, for what every request asks: by a connection of this thread's own, past the client's pool, its
    retries, of which `ask` wants none, and its measurements.

    Redis may have ended the connection since the last question, which shows only in asking: then it is asked again, by
    a new one. The command must be one that does no harm where it was heard twice.
    """
    pool = client.connection_pool  # it counts those that it makes itself, and not that threads end
    if getattr(_own, "pool", None) is not pool:
        _own.pool, _own.connection = pool, pool.connection_class(**pool.connection_kwargs)
    connection: Any = _own.connection
    was_open = connection.is_connected
    try:
        return asked(connection, words)
    except redis.ConnectionError:
        if not was_open:
            raise
        return asked(connection, words)


def asked(connection: Any, words: tuple[Any, ...]) -> Any:
    connection.send_packed_command([pack_command(words)])  # which connects where there is no connection
    return connection.read_response()


def leave_to_parent() -> None:
    _own.pool = None


os.register_at_fork(after_in_child=leave_to_parent)


_owed: deque[Callable[["redis.Redis"], object]] = deque()
_telling = Lock()
_teller: Thread | None = None


def tell(news: Callable[["redis.Redis"], object]) -> None:
    """Do this in Redis now, or as soon as it is back. It ends with the process, so the database must know it too."""
    global _teller
    _owed.append(news)
    if not told_all() and (_teller is None or not _teller.is_alive()):
        _teller = Thread(target=keep_telling, daemon=True)
        _teller.start()


def told_all() -> bool:
    """Tell what is still to be told; whether Redis knows everything now."""
    with _telling:
        while _owed:
            if ask(lambda redis: [_owed[0](redis)], insist=True) is None:
                return False
            _owed.popleft()
    return True


def keep_telling() -> None:
    while not told_all():
        time.sleep(TOLD_EVERY)
