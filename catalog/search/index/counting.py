"""Facets from the index: its columns are read once for all of them, of a sample where very many books were found."""

import itertools
from typing import Any
from uuid import UUID

from tantivy import FieldType, Query, Searcher

from catalog.search.facets import EXACT_UP_TO, MOST_VALUES, PRICE_STEPS
from catalog.search.index import asking
from catalog.search.index.fields import SAMPLES, schema
from catalog.vocabularies import Format

Counts = list[tuple[Any, int]]

TERMS = {"format": "formats", "language": "languages", "subject": "subjects", "availability": "availability"}
STARS = (1, 2, 3, 4, 5)
STEPS = {"price": PRICE_STEPS, "rating": tuple(star * 100 for star in STARS)}  # from each to just below the next
OF_A_SEGMENT = 1_000  # values that each segment of the index names, its most frequent ones
MANY = 4_000  # books in a sample, from which on it is enough to look at
# A value that so many books of the sample have is one of more than EXACT_UP_TO in all: were it not, more than
# 1/SAMPLES of those would have to be there by chance, seven standard deviations too many.
SURELY_MANY = EXACT_UP_TO // SAMPLES + 75
WANTED: dict[str, dict[str, Any]] = {
    **{
        name: {"terms": {"field": field, "size": MOST_VALUES + 1, "segment_size": OF_A_SEGMENT}}
        for name, field in TERMS.items()
    },
    **{
        name: {"range": {"field": name, "ranges": [
            *({"from": low, "to": high} for low, high in itertools.pairwise(steps)), {"from": steps[-1]},
        ]}}
        for name, steps in STEPS.items()
    },
}  # fmt: skip


def count(searcher: Searcher, query: Query, names: list[str], *, is_large: bool) -> dict[str, Counts]:
    """The values of facets among the books found with their numbers, most frequent first; exact up to EXACT_UP_TO."""
    sample = asking.both(query, asking.term("sample", "0"))
    if is_large and searcher.search(sample, 1).count > MANY:
        found, enough, times = aggregated(searcher, sample, names), SURELY_MANY, SAMPLES
    else:
        found, enough, times = aggregated(searcher, query, names), EXACT_UP_TO, 1
    counts = {}
    for name, (values, is_exact) in found.items():
        known = [
            (value, times * number)
            if number >= enough or (is_exact and times == 1)
            else (value, searcher.search(asking.both(query, having(name, value)), 1).count)
            for value, number in values
        ]
        counts[name] = sorted(known, key=lambda each: (-each[1], each[0]))
    return counts


def aggregated(searcher: Searcher, query: Query, names: list[str]) -> dict[str, tuple[Counts, bool]]:
    """What each facet's values are and how many books have them, and whether these numbers are exact."""
    found = searcher.aggregate(query, {name: WANTED[name] for name in names})
    return {
        name: (read(name, found[name]["buckets"]), not found[name].get("doc_count_error_upper_bound")) for name in names
    }


def read(name: str, buckets: list[dict[str, Any]]) -> Counts:
    counts = [bucket["doc_count"] for bucket in buckets if name not in STEPS or "from" in bucket]
    if name == "price":
        counted: Counts = list(enumerate(counts, start=1))
    elif name == "rating":
        counted = [(star, sum(counts[place:])) for place, star in enumerate(STARS)]
    else:
        counted = list(zip((value_of(name, bucket["key"]) for bucket in buckets), counts, strict=True))
    return [(value, count) for value, count in counted if count and value not in ("", Format.UNKNOWN)][:MOST_VALUES]


def value_of(name: str, key: Any) -> Any:
    if name == "subject":
        return UUID(key)
    return int(key) if name == "availability" else key


def having(name: str, value: Any) -> Query:
    """The books that have a facet's value."""
    if name == "availability":
        return asking.term("availability", value)
    if name in TERMS:
        return asking.term(TERMS[name], str(value))
    low, high = value * 100, None
    if name == "price":
        low = PRICE_STEPS[value - 1]
        high = PRICE_STEPS[value] - 1 if value < len(PRICE_STEPS) else None
    return Query.range_query(schema(), name, FieldType.Integer, lower_bound=low, upper_bound=high)
