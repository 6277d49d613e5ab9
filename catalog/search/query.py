"""What is asked of the search, and what it answers."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from bookstore.pagination import PageRequest, Total

FACETS = ("format", "language", "subject", "price", "rating", "availability")
SORTS = ("relevance", "popular", "newest", "price", "-price", "rating", "title")


@dataclass(frozen=True, slots=True)
class BookQuery:
    """Words and filters; several values of one filter mean any of them, several filters all of them."""

    words: str = ""
    authors: tuple[UUID, ...] = ()
    series: tuple[UUID, ...] = ()
    publishers: tuple[UUID, ...] = ()
    subjects: tuple[str, ...] = ()  # ids, or codes with or without their scheme: FBA, thema:FBA
    sellers: tuple[str, ...] = ()  # ids or slugs
    languages: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    availability: tuple[int, ...] = ()
    price_min: int | None = None  # minor units of the shop's currency
    price_max: int | None = None
    rating_min: float | None = None
    published_after: int | None = None  # PartialDate.number
    published_before: int | None = None
    sort: str = "relevance"
    facets: tuple[str, ...] = ()
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class Result:
    """One page of books as rows of the listing, in order."""

    rows: list[dict[str, Any]]
    total: Total
    next_cursor: str | None
    facets: dict[str, list[dict[str, Any]]]
    did_you_mean: str | None = None
    is_missed: bool = False  # nothing was found as it was typed
