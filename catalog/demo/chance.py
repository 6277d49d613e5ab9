"""Chance that falls the same way every time: numbers drawn from what they are for."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def draw(*what: object) -> float:
    """A number from 0 up to 1, always the same for the same words."""
    digest = hashlib.sha256("|".join(map(str, what)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def choose(items: Sequence[Item], *what: object) -> Item:
    return items[int(draw(*what) * len(items))]


def between(low: int, high: int, *what: object) -> int:
    return low + int(draw(*what) * (high - low + 1))
