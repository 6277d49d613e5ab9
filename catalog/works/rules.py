"""Whether two books are the same work. Wrong joins cost more than missed ones, so what is not certain is only likely.

docs/import-export.md tells the rule to operators.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from uuid import UUID

from rapidfuzz import fuzz

from catalog.works import words

ALIKE = 85  # percent; of subtitles that may be one, with a slip or a word more
LONGEST_ALTERNATIVE = 11  # words; what goes on longer often names a second work
YEARS_BETWEEN_SOURCES = 1  # a book out in December is next year's to some


class Verdict(IntEnum):
    """The lowest of several counts."""

    DIFFERENT = 0
    LIKELY = 1
    SAME = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict, with its reason in words."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """A maker's folded name, also as last and given names, with their years where known."""

    name: str
    last: str = ""
    given: str = ""
    birth: int | None = None
    death: int | None = None


@dataclass(slots=True)
class Work:
    """What the rules look at. Texts are folded."""

    id: UUID | None
    key: str  # the title without article and subtitle
    rest: str = ""  # what stands behind it: the subtitle
    bracket: str = ""  # the last words, where they stand in brackets
    authors: tuple[Author, ...] = ()  # the main one first
    languages: frozenset[str] = frozenset()
    series: dict[str, str] = field(default_factory=dict)  # the printed place by the series' name
    year: int | None = None
    is_set: bool = False
    names_original: bool = False  # the title is that of the original, which its editions may have in other languages

    can_match: bool = field(init=False)

    def __post_init__(self) -> None:
        known = bool(self.key and self.authors) and self.authors[0].name not in words.NOBODY
        self.can_match = known and not is_generic(self)


DIFFERENT = Finding(Verdict.DIFFERENT)
SAME = Finding(Verdict.SAME, "same title and author")


def compare(one: Work, other: Work) -> Finding:
    """What to make of two books with the same key."""
    if one.key != other.key or not (one.can_match and other.can_match):
        return DIFFERENT
    lowest = SAME
    for by in RULES:
        finding = by(one, other)
        if not finding.verdict:
            return DIFFERENT
        if finding.verdict < lowest.verdict or (finding.verdict == lowest.verdict and lowest is SAME):
            lowest = finding
    return lowest


def is_generic(work: Work) -> bool:
    """Whether the title, but for the author's own name and numbers, names no work at all."""
    own = {word for author in work.authors for word in author.name.split()}
    return all(word in words.GENERIC or word in own or word.isdigit() for word in work.key.split())


# ---- authors ----------------------------------------------------------------------------------------------------


def by_authors(one: Work, other: Work) -> Finding:
    """The main author of each has to be among the authors of the other."""
    forth = max(same_person(one.authors[0], author) for author in other.authors)
    back = max(same_person(other.authors[0], author) for author in one.authors)
    if min(forth, back) == Verdict.LIKELY:
        return Finding(Verdict.LIKELY, "same title; the author's name only resembles the other")
    return SAME if min(forth, back) else DIFFERENT


def same_person(one: Author, other: Author) -> Verdict:
    """By the whole name, or by the last name and given names that may be the short and the long form of one."""
    years = ((one.birth, other.birth), (one.death, other.death))
    if any(ours and theirs and ours != theirs for ours, theirs in years):
        return Verdict.DIFFERENT
    if one.name == other.name:
        return Verdict.SAME
    if one.name.replace(" ", "") == other.name.replace(" ", ""):
        return Verdict.SAME
    if not one.given or not other.given or one.last != other.last:
        return Verdict.DIFFERENT
    return same_given_names(names_of(one.given), names_of(other.given))


def names_of(given: str) -> list[str]:
    """ "j r r", "jrr" and "john ronald reuel" become comparable; a "jr" behind counts for nothing."""
    names = [name for name in given.split() if name not in words.SUFFIXES]
    if len(names) == 1 and 1 < len(names[0]) <= 3 and not re.search("[aeiouy]", names[0]):
        return list(names[0])
    return names


def same_given_names(ours: list[str], theirs: list[str]) -> Verdict:
    """Certain where the first names are written out alike; an initial that fits is enough only with a second one."""
    pairs = list(zip(ours, theirs, strict=False))
    if not pairs or not all(fits(a, b) for a, b in pairs):
        return Verdict.DIFFERENT
    written_alike = ours[0] == theirs[0] and len(ours[0]) > 1
    return Verdict.SAME if written_alike or len(pairs) > 1 else Verdict.LIKELY


def fits(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])


# ---- titles -----------------------------------------------------------------------------------------------------


def by_series(one: Work, other: Work) -> Finding:
    """Two places in one series are two books, though series often give all of theirs the same title."""
    shared = set(one.series) & set(other.series)
    alike = {name for name in shared if one.series[name] == other.series[name]}
    if shared and not alike:
        return DIFFERENT
    if alike != shared or (one.series and other.series and not shared):
        return Finding(Verdict.LIKELY, "same title and author; their series are not the same")
    unshared = set(one.series) ^ set(other.series)
    if any(f"{words.ARTICLE.sub('', name)} ".startswith(f"{one.key} ") for name in unshared):
        return Finding(Verdict.LIKELY, "same title and author; the title is also that of a series")
    return SAME


def by_kind(one: Work, other: Work) -> Finding:
    """A box set, a guide or an adaptation is not the book."""
    return SAME if kind(one) == kind(other) else DIFFERENT


def kind(work: Work) -> tuple[bool, bool]:
    several = any(re.search(r"\D", place) for place in work.series.values() if re.fullmatch(r"[\d\W]+", place))
    return work.is_set or several, any(words.DERIVED.search(part) for part in (work.key, work.rest, work.bracket))


def by_rest(one: Work, other: Work) -> Finding:
    """Subtitles: alike, or without weight; one that only one of them has is not certain, two of them are two books."""
    ours, theirs = weight(one), weight(other)
    if ours == theirs:
        return (
            Finding(Verdict.LIKELY, "same title and author; the subtitles disagree") if disagree(one, other) else SAME
        )
    if numbers(ours) != numbers(theirs):
        return DIFFERENT
    if ours and theirs and fuzz.ratio(ours, theirs) < ALIKE:
        return DIFFERENT
    alike = "the subtitles differ a little" if ours and theirs else "only one has a subtitle"
    return Finding(Verdict.LIKELY, f"same title and author; {alike}")


def disagree(one: Work, other: Work) -> bool:
    """Subtitles without weight may contradict each other: poems are no stories, and a work has one other title."""
    ours, theirs = words.HARMLESS.search(one.rest), words.HARMLESS.search(other.rest)
    if ours and theirs and words.FORMS.get(ours[2], "prose") != words.FORMS.get(theirs[2], "prose"):
        return True
    are_titles = words.ALTERNATIVE.match(one.rest) and words.ALTERNATIVE.match(other.rest)
    return bool(are_titles) and fuzz.ratio(one.rest, other.rest) < ALIKE


def weight(work: Work) -> str:
    """What of the subtitle and a bracket may tell books apart."""
    says_edition = words.IMPRINT.search(work.bracket) and not numbers(work.bracket)
    says = work.rest if says_edition else f"{work.rest} {work.bracket}".strip()
    is_alternative = words.ALTERNATIVE.match(says) and len(says.split()) <= LONGEST_ALTERNATIVE
    if not numbers(says) and (is_alternative or not words.EDITION.sub("", says).strip()):
        return ""
    return words.HARMLESS.sub("", says).strip()


def numbers(rest: str) -> list[str]:
    return words.NUMBERED.findall(rest)


# ---- languages and years ----------------------------------------------------------------------------------------


def by_language(one: Work, other: Work) -> Finding:
    """A translation has its own title; one with the title of another language's book may be anything."""
    if not one.languages or not other.languages or one.languages & other.languages:
        return SAME
    if one.names_original or other.names_original:
        return Finding(Verdict.SAME, "same original title and author")
    return Finding(Verdict.LIKELY, "same title and author, in another language")


def by_year(one: Work, other: Work) -> Finding:
    if one.year and other.year and abs(one.year - other.year) > YEARS_BETWEEN_SOURCES:
        return Finding(Verdict.LIKELY, f"same title and author, first published in {one.year} and {other.year}")
    return SAME


RULES = (by_authors, by_series, by_kind, by_rest, by_language, by_year)
