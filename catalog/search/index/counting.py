"""Facets from the index: its columns are read once for all of them, of a sample where very many books were found."""

import itertools
from functools import lru_cache
from typing import Any

from tantivy import FieldType, Query, Searcher

from catalog.models import Subject
from catalog.models.works import ShortNumber
from catalog.search.facets import EXACT_UP_TO, MOST_VALUES, PRICE_STEPS
from catalog.search.index import asking
from catalog.search.index.fields import SAMPLES, schema
from catalog.vocabularies import Format

Counts = list[tuple[Any, int]]

TERMS = {"format": "formats", "language": "languages", "subject": "subjects", "availability": "availability"}
STEPS = {"price": PRICE_STEPS, "rating": (100, 200, 300, 400, 500)}  # from each to just below the next
OF_A_SEGMENT = 20_000  # values that each segment of the index names, its most frequent ones
MANY = 10_000  # books in a sample, from which on it is enough to look at
# A value that so many books of the sample have is one of more than EXACT_UP_TO in all: were it not, more than
# 1/SAMPLES of those would have to be there by chance, seven standard deviations too many.
SURELY_MANY = EXACT_UP_TO // SAMPLES + 75


def count(searcher: Searcher, query: Query, names: list[str], *, is_large: bool) -> dict[str, Counts]:
    """The values of facets among the books found with their numbers, most frequent first; exact up to EXACT_UP_TO."""
    sample = asking.both(query, asking.term("sample", "0"))
    if is_large and searcher.search(sample, 1).count > MANY:
        found, enough, times = aggregated(searcher, sample, names), SURELY_MANY, SAMPLES
    else:
        found, enough, times = aggregated(searcher, query, names), EXACT_UP_TO, 1
    counts = {}
    for name, (values, is_exact) in found.items():
        if times > 1:
            is_exact, sampled = False, {value for value, _ in values}
            values += [(value, 0) for value in all_values(searcher).get(name, ()) if value not in sampled]
        unsure = [value for value, number in values if number < enough and not is_exact]
        surely = exactly(searcher, query, name, unsure) if unsure else {}
        known = [(value, surely.get(value, times * number)) for value, number in values]
        shown = named(name, [each for each in known if each[1]])
        counts[name] = sorted(shown, key=lambda each: (-each[1], each[0]))[:MOST_VALUES]
    return counts


@lru_cache(maxsize=1)
def all_values(searcher: Searcher) -> dict[str, list[Any]]:
    """What any book has, for a sample may lack what few have; of subjects, most are had by few and shown to nobody."""
    names = [name for name in (*TERMS, *STEPS) if name != "subject"]
    found = aggregated(searcher, Query.all_query(), names, OF_A_SEGMENT)
    return {name: [value for value, _ in values] for name, (values, _is_exact) in found.items()}


def exactly(searcher: Searcher, query: Query, name: str, values: list[Any]) -> dict[Any, int]:
    """How many of the books found have each of these values: only those are looked at that have one."""
    having = asking.both(query, asking.any_of(with_value(name, value) for value in values))
    return dict(aggregated(searcher, having, [name], OF_A_SEGMENT)[name][0])


def aggregated(
    searcher: Searcher, query: Query, names: list[str], size: int = MOST_VALUES + 2
) -> dict[str, tuple[Counts, bool]]:
    """The most frequent values of each facet and how many books have them, and whether these numbers are exact."""
    found = searcher.aggregate(query, {name: wanted(name, size) for name in names})
    return {
        name: (read(name, found[name]["buckets"]), not found[name].get("doc_count_error_upper_bound")) for name in names
    }


def wanted(name: str, size: int) -> dict[str, Any]:
    if name in TERMS:
        return {"terms": {"field": TERMS[name], "size": size, "segment_size": OF_A_SEGMENT}}
    ranges = [{"from": low, "to": high} for low, high in itertools.pairwise(STEPS[name])]
    return {"range": {"field": name, "ranges": [*ranges, {"from": STEPS[name][-1]}]}}


def read(name: str, buckets: list[dict[str, Any]]) -> Counts:
    if name in TERMS:
        return [(bucket["key"], bucket["doc_count"]) for bucket in buckets]
    counts = [bucket["doc_count"] for bucket in buckets if "from" in bucket]
    if name == "rating":  # one star and more, two stars and more, …
        counts = [sum(counts[place:]) for place in range(len(counts))]
    return [(place, count) for place, count in enumerate(counts, start=1) if count]


def named(name: str, counts: Counts) -> Counts:
    """The values as filters take them; those that say nothing are left out."""
    if name != "subject":
        return [(value, count) for value, count in counts if value not in ("", Format.UNKNOWN)]
    numbers = [value for value, _ in counts]
    subjects = Subject.objects.annotate(number=ShortNumber("id")).filter(number__in=numbers)
    ids = dict(subjects.values_list("number", "id"))
    return [(ids[number], count) for number, count in counts if number in ids]


def with_value(name: str, value: Any) -> Query:
    if name in TERMS:
        return asking.term(TERMS[name], value)
    low, high = value * 100, None
    if name == "price":
        low = PRICE_STEPS[value - 1]
        high = PRICE_STEPS[value] - 1 if value < len(PRICE_STEPS) else None
    return Query.range_query(schema(), name, FieldType.Integer, lower_bound=low, upper_bound=high)
