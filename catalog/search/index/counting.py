"""Facets from the index: its columns are read once for each facet, whatever was found."""

import itertools
from typing import Any
from uuid import UUID

from tantivy import Query, Searcher

from catalog.search.facets import MOST_VALUES, PRICE_STEPS
from catalog.vocabularies import Format

Counts = list[tuple[Any, int]]

TERMS = {"format": "formats", "language": "languages", "subject": "subjects", "availability": "availability"}
STARS = (1, 2, 3, 4, 5)
OF_A_SEGMENT = 20_000  # values


def values(searcher: Searcher, query: Query, name: str) -> tuple[Counts, bool]:
    """The values of a facet among the books found with their numbers, most frequent first, and whether these are exact.

    Each segment of the index names its most frequent values; what is rare in all of them may be missed.
    """
    if name in TERMS:
        wanted: dict[str, Any] = {
            "terms": {"field": TERMS[name], "size": MOST_VALUES + 1, "segment_size": OF_A_SEGMENT}
        }
    elif name == "price":
        wanted = ranges("price", PRICE_STEPS)
    else:
        wanted = ranges("rating", [star * 100 for star in STARS])
    found = searcher.aggregate(query, {"found": wanted})["found"]
    buckets, exactly = found["buckets"], not found.get("doc_count_error_upper_bound")
    counted = [(read(name, bucket["key"]), bucket["doc_count"]) for bucket in buckets]
    if name in {"price", "rating"}:
        counted = [count for count, bucket in zip(counted, buckets, strict=True) if "from" in bucket]
    if name == "price":
        counted = list(enumerate((count for _, count in counted), start=1))
    if name == "rating":
        counted = at_least([count for _, count in counted])
    kept = [(value, count) for value, count in counted if count and value not in ("", Format.UNKNOWN)]
    return sorted(kept, key=lambda each: (-each[1], each[0]))[:MOST_VALUES], exactly


def ranges(field: str, steps: Any) -> dict[str, Any]:
    """Classes from each step to just below the next; the last has no end."""
    limits = [{"from": low, "to": high} for low, high in itertools.pairwise(steps)]
    return {"range": {"field": field, "ranges": [*limits, {"from": steps[-1]}]}}


def at_least(classes: list[int]) -> Counts:
    """One star and more, two stars and more, …"""
    return [(star, sum(classes[place:])) for place, star in enumerate(STARS)]


def read(name: str, key: Any) -> Any:
    if name == "subject":
        return UUID(key)
    return int(key) if name == "availability" else key
