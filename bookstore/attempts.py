"""Guesses at secrets: a few are free, and each further one is followed by a pause twice as long as the last.

A guess is counted before anybody looks whether it is right, in one step in Redis, so that many at once are no way
around the limit. What turns out to be right is forgiven afterwards.
"""

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock

from django.conf import settings
from redis import Redis
from redis.commands.core import Script

from bookstore import shared_redis

LONGEST_PAUSE = 3_600  # seconds
LONGEST_OF = {"sign_in_address": 300}  # many people can share an address
REMEMBERED_FOR = 86_400  # seconds after the last guess
KNOWN_FOR = 30 * 86_400  # seconds
MOST_IN_MEMORY = 10_000
# KEYS: a mark, then one hash for each limit. While the mark is there, the first limit does not count.
# ARGV: for how long to remember; then for each limit: guesses that are free, the first pause, the longest.
COUNT = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local first = (KEYS[1] ~= '' and redis.call('EXISTS', KEYS[1]) == 1) and 3 or 2
local wait = 0
for i = first, #KEYS do
    wait = math.max(wait, tonumber(redis.call('HGET', KEYS[i], 'until') or '0') - now)
end
if wait > 0 then
    local news = 0
    for i = first, #KEYS do
        if redis.call('HEXISTS', KEYS[i], 'until') == 1 then
            news = math.max(news, redis.call('HSETNX', KEYS[i], 'told', 1))
        end
    end
    return {math.ceil(wait), news}
end
for i = first, #KEYS do
    local free, pause, longest = unpack(ARGV, 3 * i - 4, 3 * i - 2)
    local over = redis.call('HINCRBY', KEYS[i], 'count', 1) - free
    if over >= 0 then
        redis.call('HSET', KEYS[i], 'until', now + math.min(pause * 2 ^ math.min(over, 30), longest))
        redis.call('HDEL', KEYS[i], 'told')
    end
    redis.call('EXPIRE', KEYS[i], ARGV[1])
end
return {0, 0}
"""
REFUND = """
if redis.call('HINCRBY', KEYS[1], 'count', -1) <= 0 then redis.call('DEL', KEYS[1]) end
redis.call('HDEL', KEYS[1], 'until')
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many guesses one client or account has: the setting that says so, and whose guesses they are."""

    scope: str
    whose: str

    @property
    def key(self) -> str:
        return f"attempts:{self.scope}:{self.whose}"

    @property
    def rule(self) -> tuple[int, int, int]:
        """How many are free, the first pause and the longest (seconds)."""
        free, pause = settings.RATE_LIMITS[self.scope]
        return free, pause, max(pause, LONGEST_OF.get(self.scope, LONGEST_PAUSE))


@dataclass(frozen=True, slots=True)
class Refused:
    """A guess that came too early: for how many seconds, and whether it is the first since the pause began."""

    wait: int
    is_news: bool


@cache
def counting() -> Script:
    return shared_redis.client.register_script(COUNT)


@cache
def refunding() -> Script:
    return shared_redis.client.register_script(REFUND)


def count(limits: Sequence[Limit], *, known_by: str = "") -> Refused | None:
    """Count a guess against all limits, or refuse it and count it against none.

    Where the mark `known_by` was left by a right guess, the first limit does not apply. While Redis is gone, each
    process counts for itself.
    """
    numbers = [number for limit in limits for number in limit.rule]
    keys = [known_by, *(limit.key for limit in limits)]
    counted = shared_redis.ask(lambda redis: counting()(keys=keys, args=[REMEMBERED_FOR, *numbers], client=redis))
    wait, is_news = counted or count_in_memory(limits)
    return Refused(int(wait), bool(is_news)) if wait else None


def forgive(limits: Sequence[Limit], *, refund: Sequence[Limit] = (), known_by: str = "") -> None:
    """After a right guess: start anew with `limits`, give one guess back to each of `refund`, and leave the mark."""

    def tell(redis: Redis) -> None:
        if limits:
            redis.delete(*(limit.key for limit in limits))
        for limit in refund:
            refunding()(keys=[limit.key], client=redis)
        if known_by:
            redis.set(known_by, 1, ex=KNOWN_FOR)

    shared_redis.ask(tell)
    with _counting:
        for limit in [*limits, *refund]:
            _counts.pop(limit.key, None)


_counts: OrderedDict[str, tuple[int, float]] = OrderedDict()  # guesses, and until when there are no more
_counting = Lock()


def count_in_memory(limits: Sequence[Limit]) -> tuple[int, int]:
    now = time.time()
    with _counting:
        wait = max((_counts.get(limit.key, (0, 0.0))[1] - now for limit in limits), default=0)
        if wait > 0:
            return int(wait) + 1, 0
        for limit in limits:
            free, pause, longest = limit.rule
            number = _counts.pop(limit.key, (0, 0.0))[0] + 1
            over = number - free
            _counts[limit.key] = (number, now + min(pause * 2 ** min(over, 30), longest) if over >= 0 else 0.0)
        while len(_counts) > MOST_IN_MEMORY:
            _counts.popitem(last=False)
    return 0, 0
