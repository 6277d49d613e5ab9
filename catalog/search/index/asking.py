"""Questions to the index: words and filters become queries of it, with scores that can be explained.

Every word must be in the book, anywhere; words that a large part of all books have, only if there are no others. A
word counts by the best place that it stands in (WEIGHTS, added up over the words), more if the words are the whole
title, author or series or stand together in the title, and all that times a factor of 1 to 2 for the book's popularity
(`fields.weight`). How rare a word is says nothing where all must match.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, prod
from typing import Any
from uuid import UUID

from tantivy import DocAddress, FieldType, Occur, Query, Searcher

from catalog.models.works import ShortNumber
from catalog.search.conditions import Conditions
from catalog.search.index.fields import COPY_DIMENSIONS, STARTS, STEMMERS, mark, schema, spaced, stems_of

ANYWHERE = 0.4
WEIGHTS = {"titles": 3.6, "people": 2.6, "series": 2.6, "other": 0.8}
STEM_WEIGHT = 2.0  # in the title
START_WEIGHT = 1.8  # a beginning of a name's word
EXACT_WEIGHTS = {"exact_title": 10.0, "main_title": 4.0, "exact_person": 6.0, "exact_series": 5.0}
TOGETHER = 2.0  # the words stand together in the title
OTHERWISE = 0.6  # what the words may be meant to be, where they are words themselves
SHORTEST_START = 2  # letters; one begins too much
PLENTY = 5_000  # books with a word, from which on neither its stem nor words that begin with it are needed
STOP_WORD = 0.15  # of all books have it in a name; of a few thousand books none is left out for that
SMALL_SHOP = 10_000
COMMON = 150_000  # books that have a word, from which on it takes long to see where they have it
LARGE = 20_000  # books that may match, from which on the popular ones are looked at first
MOST_MARKS = 200
MOST_WORDS = 32

# The filter's parameter, and the field of the index that holds its values.
FIELDS = {
    "author": "contributors", "series": "all_series", "publisher": "publishers",
    "seller": "sellers", "language": "languages", "format": "formats", "condition": "conditions",
}  # fmt: skip
RANGES = {
    "price_min": ("price", "from"), "price_max": ("price", "to"), "rating_min": ("rating", "from"),
    "published_after": ("published", "from"), "published_before": ("published", "to"),
}  # fmt: skip
PRICES = {"price_min", "price_max"}


@dataclass(frozen=True, slots=True)
class Words:
    """What a reader typed, folded and cut into words; the last one may be the beginning of one.

    `words` has them as they were typed, `different` each of them once.
    """

    whole: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, folded: str) -> "Words":
        return cls(folded, tuple(spaced(folded).split()[:MOST_WORDS]))

    @property
    def different(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.words))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words are taken to mean: the books that have them, and the same with scores, which takes longer."""

    plain: Query
    scored: Query

    def or_else(self, other: "Meaning") -> "Meaning":
        """The books of either; the other's count for less."""
        less = Query.boost_query(other.scored, OTHERWISE)
        return Meaning(any_of([self.plain, other.plain]), any_of([self.scored, less]))


def matching(searcher: Searcher, words: Words, *, cut: bool = False) -> Meaning:
    """All books with all of these words; the last one may be cut if it is rare, or if that is said."""
    begins = {words.words[-1]} if cut or may_be_cut(searcher, words) else set()
    needed = telling(searcher, words, even=begins if cut else set())
    parts = [(Occur.Must, somewhere(searcher, word, may_begin=word in begins)) for word in needed]
    if not needed:
        parts = [(Occur.Must, constant(term("names", word), ANYWHERE)) for word in words.different]
    counted = needed or words.different
    scores = [(Occur.Should, best_place(searcher, word, may_begin=word in begins)) for word in counted]
    scores += [(Occur.Should, query) for query in whole(searcher, words)]
    return Meaning(Query.boolean_query(parts), Query.boolean_query([*parts, *scores]))


def telling(searcher: Searcher, words: Words, *, even: Collection[str] = ()) -> list[str]:
    """The words that not a large part of all books have, each once."""
    return [word for word in words.different if word in even or not is_stop_word(searcher, word)]


def may_be_cut(searcher: Searcher, words: Words) -> bool:
    """Whether the last word is taken for a beginning without being told so."""
    last = words.words[-1]
    return len(last) >= SHORTEST_START and not has_plenty(searcher, last)


def is_stop_word(searcher: Searcher, word: str) -> bool:
    return searcher.num_docs > SMALL_SHOP and searcher.doc_freq("names", word) > STOP_WORD * searcher.num_docs


def has_plenty(searcher: Searcher, word: str) -> bool:
    return searcher.doc_freq("words", word) > PLENTY


def size_of(searcher: Searcher, words: Words) -> int:
    """About how many books match at most, as far as that is known without looking."""
    last = words.words[-1:]
    sizes = [
        max(searcher.doc_freq("words", word), searcher.doc_freq("starts", word) if word in last else 0)
        for word in words.words
    ]
    return min(sizes, default=0)


def somewhere(searcher: Searcher, word: str, *, may_begin: bool) -> Query:
    """The books with this word, one of the same stem, or a name that it begins."""
    found = [term("words", word)]
    if not has_plenty(searcher, word):
        found += [term("words", stem) for stem in stems_in_all_languages(word) if searcher.doc_freq("words", stem)]
    found += [beginning(word)] if may_begin else []
    return constant(any_of(found), ANYWHERE)


def best_place(searcher: Searcher, word: str, *, may_begin: bool) -> Query:
    """How much a word counts by where it stands; places that nobody has it in are not asked."""
    found = [constant(term(name, word), weight) for name, weight in WEIGHTS.items() if searcher.doc_freq(name, word)]
    if not has_plenty(searcher, word):
        stems = [stem for stem in stems_in_all_languages(word) if searcher.doc_freq("title_stems", stem)]
        found += [constant(term("title_stems", stem), STEM_WEIGHT) for stem in stems]
    found += [constant(beginning(word), START_WEIGHT)] if may_begin else []
    return Query.disjunction_max_query(found, tie_breaker=0.1) if found else Query.empty_query()


def whole(searcher: Searcher, words: Words) -> list[Query]:
    """What counts more when the words are all of something, or stand together; that takes long where all are common."""
    queries = exactly(words)
    if len(words.words) > 1 and min(searcher.doc_freq("titles", word) for word in words.words) < COMMON:
        queries.append(constant(Query.phrase_query(schema(), "titles", list(words.words)), TOGETHER))
    return queries


def exactly(words: Words) -> list[Query]:
    return [constant(term(name, words.whole), weight) for name, weight in EXACT_WEIGHTS.items()]


def called_so(words: Words) -> Query:
    """The books that are called just so, however few know them; scored as by `matching`, or nearly, in less time."""
    title = any_of(term(name, words.whole) for name in ("exact_title", "main_title"))
    together = TOGETHER if len(words.words) > 1 else 0
    places = [constant(title, len(words.words) * WEIGHTS["titles"] + together)]
    places += [constant(term(f"exact_{name}", words.whole), len(words.words) * WEIGHTS[place])
               for name, place in (("person", "people"), ("series", "series"))]  # fmt: skip
    return any_of([*exactly(words), Query.disjunction_max_query(places)])


def in_titles(searcher: Searcher, words: Words) -> Query:
    """The books with all the words in their titles."""
    needed = telling(searcher, words) or words.different
    return Query.boolean_query([(Occur.Must, term("titles", word)) for word in needed])


def popular() -> Query:
    return of_tier("popular")


def in_sample(query: Query, times: int) -> Query:
    """What the query finds among one of so many books (`fields.SAMPLES`)."""
    return query if times == 1 else both(query, term("sample", str(times)))


def of_tier(name: str) -> Query:
    return term("tier", name)


@lru_cache(maxsize=10_000)
def stems_in_all_languages(word: str) -> tuple[str, ...]:
    return tuple(stems_of(word, tag) for tag in STEMMERS)


def term(name: str, value: Any) -> Query:
    return Query.term_query(schema(), name, value)


def beginning(word: str, place: str = "names") -> Query:
    """The books with a title, person or series (`names`), or one of these, of which a word begins so."""
    if len(word) in STARTS:
        return term("starts" if place == "names" else f"{place}_starts", word)
    return Query.fuzzy_term_query(schema(), place, word, distance=0, prefix=True)


def constant(query: Query, score: float) -> Query:
    return Query.const_score_query(query, score)


def any_of(queries: Iterable[Query]) -> Query:
    some = list(queries)
    return some[0] if len(some) == 1 else Query.boolean_query([(Occur.Should, query) for query in some])


def both(query: Query, condition: Query, *, but: Query | None = None) -> Query:
    """What the query finds and scores where the condition holds too, and nothing else does."""
    parts = [(Occur.Must, query), (Occur.Must, constant(condition, 0))]
    return Query.boolean_query([*parts, (Occur.MustNot, but)] if but else parts)


def filtering(conditions: Conditions) -> list[Query]:
    """The filters that are set, as queries that score nothing. They find too much where `copies_decide`."""
    values = conditions.values
    queries = [
        one_filter(name, value, of_any_copy=copies_decide(conditions))
        for name, value in values.items()
        if name not in {"q", "isbn"}
    ]
    queries += of_one_copy(values)
    return [constant(query, 0) for query in queries]


def one_filter(name: str, value: Any, *, of_any_copy: bool) -> Query:
    if name == "subject":
        return any_of(term("subjects", ShortNumber.of(each)) for each in value)
    if name in FIELDS:
        return any_of(term(FIELDS[name], str(each)) for each in value)
    if name == "availability":
        return any_of(term("availability", each) for each in value)
    field, end = ("highest_price", "from") if name == "price_min" and of_any_copy else RANGES[name]
    value = ceil(round(value * 100, 6)) if name == "rating_min" else value
    lower, upper = (value, None) if end == "from" else (None, value)
    return Query.range_query(schema(), field, FieldType.Integer, lower_bound=lower, upper_bound=upper)


def of_one_copy(values: dict[str, Any]) -> list[Query]:
    """Several filters on copies hold for one and the same copy: the mark of their combination."""
    names = [name for name in COPY_DIMENSIONS if name in values]
    combinations = [[]]
    for name in names:
        combinations = [[*before, (name, str(value))] for before in combinations for value in values[name]]
    if len(names) < 2 or len(combinations) > MOST_MARKS:
        return []
    return [any_of(term("copies", mark(combination)) for combination in combinations)]


def copies_decide(conditions: Conditions) -> bool:
    """Whether the index alone cannot say that one copy suits: it has no marks for publishers, prices or very many."""
    values = conditions.values
    kinds = [name for name in COPY_DIMENSIONS if name in values]
    if PRICES & values.keys():
        return bool(kinds) or "publisher" in values
    marks = prod(len(values[name]) for name in kinds)
    return ("publisher" in values and bool(kinds)) or (len(kinds) > 1 and marks > MOST_MARKS)


def from_key_on(field: str, key: int, *, downwards: bool) -> Query:
    """The books with this key and those behind it."""
    bounds = {"upper_bound": key} if downwards else {"lower_bound": key}
    return constant(Query.range_query(schema(), field, FieldType.Integer, **bounds), 0)


def books_at(searcher: Searcher, hits: list[tuple[Any, DocAddress]]) -> list[UUID]:
    """The books that were hit."""
    places = [place for _, place in hits]
    high, low = (searcher.fast_field_values(name, places) for name in ("book_high", "book_low"))
    return [UUID(int=(int(left) << 64) | int(right)) for left, right in zip(high, low, strict=True)]
