"""Redis, which may be gone at any moment: short timeouts, and no second try for a while after a failure."""

import time
from collections.abc import Callable
from typing import TypeVar

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from bookstore import metrics

Answer = TypeVar("Answer")

TIMEOUT = 0.25  # seconds
PAUSE_AFTER_FAILURE = 1.0  # seconds
log = structlog.get_logger("bookstore.redis")

client = redis.Redis.from_url(
    settings.REDIS_URL,
    socket_timeout=TIMEOUT,
    socket_connect_timeout=TIMEOUT,
    retry=Retry(NoBackoff(), 0),
    health_check_interval=0,
)
_paused_until = 0.0


def ask(question: Callable[["redis.Redis"], Answer], *, insist: bool = False) -> Answer | None:
    """The answer, or None while Redis is gone. Never raises for Redis, and never waits for it twice in a second.

    What must not be missed once Redis is back insists: it asks in spite of a failure just before.
    """
    global _paused_until
    if time.monotonic() < _paused_until and not insist:
        return None
    try:
        return question(client)
    except redis.RedisError as error:
        _paused_until = time.monotonic() + PAUSE_AFTER_FAILURE
        metrics.REDIS_FAILURES.inc()
        log.warning("redis is gone", error=str(error))
        return None
