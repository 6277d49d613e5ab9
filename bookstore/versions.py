"""Versions of what is cached: a number that changes when the thing does, the heart of ETags and cache keys.

It lives in Redis only. When Redis is gone there is no version, and nothing is cached; when Redis comes back empty,
the version starts at a time that it never had before. A version also changes by itself every few minutes, so that
a process killed between its commit and its bump leaves a stale answer for that long at most.
"""

import time
from collections.abc import Callable
from typing import Any

import orjson

from bookstore import shared_redis

RENEWED_EVERY = 300  # seconds


def current(name: str) -> str | None:
    """The version now, or None while Redis is gone."""
    now = time.time()
    value = shared_redis.ask(lambda redis: redis.get(f"version:{name}") or start(name))
    return None if value is None else f"{int(value):x}-{int(now // RENEWED_EVERY):x}"


def start(name: str) -> bytes:
    key = f"version:{name}"
    shared_redis.client.set(key, time.time_ns(), nx=True)
    value = shared_redis.client.get(key)
    return value if isinstance(value, bytes) else b"0"


def bump(name: str) -> None:
    shared_redis.ask(lambda redis: start(name) and redis.incr(f"version:{name}"))


def remembered(name: str, key: str, compute: Callable[[], Any]) -> Any:
    """What `compute` gives (something that JSON can hold), computed once for each version of `name`."""
    version = current(name)
    if version is None:
        return compute()
    address = f"remembered:{name}:{version}:{key}"
    known = shared_redis.ask(lambda redis: redis.get(address))
    if known is not None:
        return orjson.loads(known)
    value = compute()
    shared_redis.ask(lambda redis: redis.set(address, orjson.dumps(value), ex=RENEWED_EVERY))
    return value
