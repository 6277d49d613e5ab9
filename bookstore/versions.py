"""Versions of what is cached: a number that changes when the thing does, the heart of ETags and cache keys.

It lives in Redis only. When Redis is gone there is no version, and nothing is cached; when Redis comes back empty,
the version starts at a time that it never had before, and with an older state it is another run of Redis, which is
part of the version. That also changes by itself every few minutes, so that a process killed between its commit and its
bump leaves a stale answer for that long at most.
"""

import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import orjson

from bookstore import shared_redis

NAMES = ("catalog",)
RENEWED_EVERY = 300  # seconds
MOST_REMEMBERED = 1_000  # values in each process

# What the rate limit's round trip to Redis brought along, for the time of one request.
_seen: ContextVar[dict[str, bytes | None] | None] = ContextVar("versions", default=None)


def key(name: str) -> str:
    return f"version:{name}"


def see(values: Sequence[bytes | None] | None) -> None:
    """Take these values, in the order of NAMES, as the versions of this request; None forgets them."""
    _seen.set(None if values is None else dict(zip(NAMES, values, strict=True)))


def current(name: str) -> str | None:
    """The version now, or None while Redis is gone."""
    value = (_seen.get() or {}).get(name) or shared_redis.ask(lambda redis: redis.get(key(name)) or start(name))
    if value is None:
        return None
    return f"{int(value):x}-{int(time.time() // RENEWED_EVERY):x}-{shared_redis.run()}"


def start(name: str) -> int:
    shared_redis.client.set(key(name), time.time_ns(), nx=True)
    return int(shared_redis.client.get(key(name)) or 0)


def bump(name: str) -> None:
    see(None)
    shared_redis.ask(lambda redis: start(name) and redis.incr(key(name)), insist=True)


_remembered: dict[str, bytes] = {}


def remembered(name: str, what: str, compute: Callable[[], Any]) -> Any:
    """What `compute` gives (something that JSON can hold), computed once for each version of `name`."""
    version = current(name)
    if version is None:
        return compute()
    address = f"remembered:{name}:{version}:{what}"
    known: Any = _remembered.get(address) or shared_redis.ask(lambda redis: redis.get(address))
    if known is None:
        known = orjson.dumps(compute())
        shared_redis.ask(lambda redis: redis.set(address, known, ex=RENEWED_EVERY))
    if address not in _remembered and len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[address] = known
    return orjson.loads(known)
