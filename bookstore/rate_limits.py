"""How many requests one client may make: a sliding window, counted in Redis for all processes together."""

import time
from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

from django.conf import settings
from redis import Redis
from redis.commands.core import Script
from redis.exceptions import NoScriptError

from bookstore import shared_redis, versions

# Counts this window and the weighted rest of the one before it; a refused request is not counted. The further keys
# are only read: what else a request needs from Redis comes along in the same round trip.
COUNT = """
local now = redis.call('TIME')
local seconds = now[1] + now[2] / 1000000
local window, limit, enforced = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local number = math.floor(seconds / window)
local passed = seconds / window - number
local key, before = KEYS[1] .. ':' .. number, KEYS[1] .. ':' .. (number - 1)
local last, this = tonumber(redis.call('GET', before) or '0'), tonumber(redis.call('GET', key) or '0')
local used = last * (1 - passed) + this
local reset = math.ceil(window * (1 - passed))
if used + 1 > limit and enforced then
    -- how long until enough of the older window has slid out, or of this one once it is the older
    local wait = window * (2 - passed - (limit - 1) / this)
    if this + 1 <= limit then wait = window * (1 - (limit - 1 - this) / last - passed) end
    return {0, 0, math.max(1, math.ceil(wait))}
end
local also = #KEYS > 1 and redis.call('MGET', unpack(KEYS, 2)) or {}
if redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, window * 2) end
return {1, math.max(0, math.floor(limit - used - 1)), reset, also}
"""
MOST_CLIENTS_IN_MEMORY = 10_000


class Verdict(NamedTuple):
    """Whether a request may pass, and what its client has left in which window (seconds).

    `values` are those of the further keys that were asked for; None where Redis is gone or the request may not pass.
    """

    scope: str
    limit: int
    window: int
    passes: bool
    remaining: int
    reset: int
    values: tuple[bytes | None, ...] | None = None

    def headers(self) -> dict[str, str]:
        """draft-ietf-httpapi-ratelimit-headers, and the older X- names that many clients read."""
        return {
            "RateLimit-Policy": f'"{self.scope}";q={self.limit};w={self.window}',
            "RateLimit": f'"{self.scope}";r={self.remaining};t={self.reset}',
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


@cache
def script() -> Script:
    return shared_redis.client.register_script(COUNT)


def count(redis: Redis, keys: Sequence[str], arguments: Sequence[int]) -> Any:
    try:
        return shared_redis.call(redis, "EVALSHA", script().sha, len(keys), *keys, *arguments)
    except NoScriptError:
        return script()(keys=keys, args=arguments, client=redis)


def take(scope: str, client: str, *, enforced: bool = True, also: Sequence[str] = ()) -> Verdict:
    """Count one request of a client; see the versions of what is cached, and read further keys, on the same way.

    While Redis is gone, each process counts for itself.
    """
    limit, window = settings.RATE_LIMITS[scope]
    keys = [f"limit:{scope}:{client}", *map(versions.key, versions.NAMES), *also]
    counted = shared_redis.ask(lambda redis: count(redis, keys, [window, limit, int(enforced)]))
    if counted is None:
        counted = take_in_memory(f"{scope}:{client}", limit, window, enforced)
    passes, remaining, reset, *read = counted
    known = len(versions.NAMES)
    versions.see(read[0][:known] if read else None)
    values = tuple(read[0][known:]) if read else None
    return Verdict(scope, limit, window, bool(passes), int(remaining), int(reset), values)


_counts: dict[str, tuple[int, int]] = {}
_counting = Lock()


def take_in_memory(key: str, limit: int, window: int, enforced: bool) -> tuple[int, int, int]:
    now = int(time.time())
    number, reset = now // window, window - now % window
    with _counting:
        counted_in, used = _counts.get(key, (number, 0))
        used = used if counted_in == number else 0
        if used >= limit and enforced:
            return 0, 0, reset
        if len(_counts) > MOST_CLIENTS_IN_MEMORY:
            _counts.clear()
        _counts[key] = (number, used + 1)
    return 1, max(0, limit - used - 1), reset
