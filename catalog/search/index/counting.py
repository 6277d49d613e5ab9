"""Facets from the index: its columns are read once for all of them, of a sample where very many books were found."""

import itertools
from collections.abc import Iterable
from math import sqrt
from typing import Any

from tantivy import Query, Searcher

from bookstore.postgres import rows
from catalog.models.works import ShortNumber
from catalog.search.facets import EXACT_UP_TO, MOST_VALUES, PRICE_STEPS
from catalog.search.index import asking
from catalog.search.index.fields import SAMPLES
from catalog.vocabularies import Availability, Format

Counts = list[tuple[Any, int]]

TERMS = {"format": "formats", "language": "languages", "subject": "subjects", "availability": "availability"}
STEPS = {"price": PRICE_STEPS, "rating": (100, 200, 300, 400, 500)}  # from each to just below the next
OF_A_SEGMENT = 20_000  # values that each segment of the index names, its most frequent ones
LOOKED_AT = 80  # values of each facet: more than are shown, as those of nobody known are left out, and samples err
MANY = 5_000  # books in a sample, from which on it is enough to look at
SUBJECTS = "SELECT {number} AS number, id FROM catalog_subject WHERE {number} = ANY(%(numbers)s)".format(
    number=ShortNumber.template % {"expressions": "id"}
)


def count(searcher: Searcher, query: Query, names: list[str], *, is_large: bool) -> dict[str, Counts]:
    """The values of facets among the books found with their numbers, most frequent first; exact up to EXACT_UP_TO."""
    times = sample_of(searcher, query) if is_large else 1
    enough = surely_many(times)
    found = aggregated(searcher, asking.in_sample(query, times), names)
    counts = {}
    for name, (values, is_exact) in found.items():
        if times > 1:
            is_exact, sampled = False, {value for value, _ in values}
            values += [(value, 0) for value in possible_values(searcher, name) if value not in sampled]
        unsure = {value: times * number for value, number in values if number < enough and not is_exact}
        surely = exactly(searcher, query, name, unsure) if unsure else {}
        known = [(value, surely.get(value, times * number)) for value, number in values]
        shown = named(name, [each for each in known if each[1]])
        counts[name] = sorted(shown, key=lambda each: (-each[1], each[0]))[:MOST_VALUES]
    return counts


def sample_of(searcher: Searcher, query: Query) -> int:
    """Of how many books found one is looked at: so few that enough are."""
    for times in reversed(SAMPLES):
        if searcher.search(asking.in_sample(query, times), 1).count > MANY:
            return times
    return 1


def surely_many(times: int) -> float:
    """A value that so many books of the sample have is one of more than EXACT_UP_TO in all.

    Were it not, more of those than expected would be there by chance, by seven standard deviations.
    """
    expected = EXACT_UP_TO / times
    return expected + 7 * sqrt(expected) if times > 1 else EXACT_UP_TO


def possible_values(searcher: Searcher, name: str) -> Iterable[Any]:
    """What any book may have, for a sample may lack what few have; subjects of few books are shown to nobody."""
    if name == "language":
        return [language for language, _books in searcher.terms_with_prefix("languages", "")]
    fixed = {"format": Format.values, "availability": Availability.values, "subject": ()}
    return fixed[name] if name in fixed else range(1, len(STEPS[name]) + 1)


def exactly(searcher: Searcher, query: Query, name: str, values: dict[Any, int]) -> dict[Any, int]:
    """How many of the books found have each of these values, which about so many have.

    Only books are looked at that have one, together or, where that would be very many, for each value by itself.
    """
    if sum(values.values()) > MANY:
        return {value: searcher.search(asking.both(query, with_value(name, value)), 1).count for value in values}
    having = asking.both(query, asking.any_of(with_value(name, value) for value in values))
    found, _is_exact = aggregated(searcher, having, [name], OF_A_SEGMENT)[name]
    return {value: number for value, number in found if value in values}  # of the others there are more


def aggregated(
    searcher: Searcher, query: Query, names: list[str], size: int = LOOKED_AT
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
    found = rows(SUBJECTS, {"numbers": [value for value, _ in counts]}, planned_once=True)
    ids = {row["number"]: row["id"] for row in found}
    return [(ids[number], count) for number, count in counts if number in ids]


def with_value(name: str, value: Any) -> Query:
    if name in TERMS:
        return asking.term(TERMS[name], value)
    return asking.term("step", f"{name} {value}")
