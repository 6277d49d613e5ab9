"""What a misspelt query was meant to be, by the words of titles, people and series that the shop has."""

from collections.abc import Iterator
from uuid import UUID

from rapidfuzz.distance import OSA
from tantivy import Occur, Query, Searcher

from bookstore.postgres import rows
from catalog.search.index import asking
from catalog.search.index.asking import Words
from catalog.search.index.fields import schema, spaced

LOOKED_AT = 50
SHORTEST = 3  # letters of a word that may be misspelt
LONG = 8  # letters of a word that may have two faults at once
MOST_WORDS = 8
NAMES = """SELECT book_id, titles || people || series_names AS names
    FROM catalog_listing WHERE book_id = ANY(%(books)s)"""


def better_spelling(searcher: Searcher, words: Words) -> Words | None:
    """The nearest words that occur together, the more popular book's among the equally near; None if there are none.

    A fault is a wrong, missing, additional or exchanged letter (optimal string alignment distance). Words that nobody
    has are doubted first, then all that few have. Where even so nothing is found, two words may be one.
    """
    if len(words.words) > MOST_WORDS:
        return None
    rare = {word for word in words.different if not asking.has_plenty(searcher, word)}
    unknown = {word for word in rare if not searcher.doc_freq("names", word)}
    for doubted in (unknown, rare) if rare > unknown else (rare,):
        if doubted and (meant := nearest_found(searcher, words.words, doubted)):
            return None if meant == words.words else Words(" ".join(meant), meant)
    for place in range(len(words.words) - 1):
        one = "".join(words.words[place : place + 2])
        together = (*words.words[:place], one, *words.words[place + 2 :])
        if searcher.doc_freq("names", one) and (meant := nearest_found(searcher, together, unknown)):
            return Words(" ".join(meant), meant)
    return None


def without_some(searcher: Searcher, words: Words) -> Iterator[Words]:
    """The query without the words that nobody has; or without one, first without that which most have."""
    if len(words.different) > MOST_WORDS:
        return
    had = {
        word: max(searcher.doc_freq("words", form) for form in (word, *asking.stems_in_all_languages(word)))
        for word in words.different
    }
    known = [word for word, books in had.items() if books]
    often = sorted(known, key=lambda word: -had[word])
    for left_out in [had.keys() - known] if len(known) < len(had) else [{word} for word in often]:
        fewer = tuple(word for word in words.words if word not in left_out)
        if any(word in fewer for word in asking.telling(searcher, words)):
            yield Words(" ".join(fewer), fewer)


def nearest_found(searcher: Searcher, words: tuple[str, ...], doubted: set[str]) -> tuple[str, ...] | None:
    for faults in (1, 2):
        query = nearly(searcher, words, doubted, faults)
        hits = searcher.search(query, LOOKED_AT, count=False, weight_by_field="weight").hits
        if hits:
            return nearest(words, doubted, names_of(asking.books_at(searcher, hits)))
    return None


def nearly(searcher: Searcher, words: tuple[str, ...], doubted: set[str], faults: int) -> Query:
    """All words that tell anything, the doubted ones with that many faults at most, one more in a long unknown one."""
    return Query.boolean_query([
        (Occur.Must, one_word(searcher, word, faults if word in doubted else 0, last=place == len(words) - 1))
        for place, word in enumerate(words) if word in doubted or not asking.is_stop_word(searcher, word)
    ])  # fmt: skip


def one_word(searcher: Searcher, word: str, faults: int, *, last: bool) -> Query:
    queries = [asking.constant(asking.term("names", word), 2)]
    if last and len(word) >= asking.SHORTEST_START:
        queries.append(asking.constant(asking.beginning(word), 1.5))
    if allowed := faults_in(word, faults):
        allowed = min(allowed, faults) if searcher.doc_freq("names", word) else allowed
        fuzzy = Query.fuzzy_term_query(schema(), "names", word, distance=allowed, transposition_cost_one=True)
        queries.append(asking.constant(fuzzy, 1))
    return Query.disjunction_max_query(queries)


def faults_in(word: str, faults: int) -> int:
    if not faults or len(word) < SHORTEST or any(letter.isdigit() for letter in word):
        return 0
    if len(word) <= SHORTEST:
        return 1
    return min(faults + (len(word) >= LONG), 2)


def names_of(books: list[UUID]) -> list[set[str]]:
    """The words of each book's title, people and series, in the order of the books."""
    listings = rows(NAMES, {"books": books}, planned_once=True)
    found = {row["book_id"]: set(spaced(" ".join(row["names"])).split()) for row in listings}
    return [found[book] for book in books if book in found]


def nearest(words: tuple[str, ...], doubted: set[str], books: list[set[str]]) -> tuple[str, ...]:
    """The words of the book that the query is nearest to, in the query's order; those not doubted as they are."""
    best = min((as_in(words, doubted, names) for names in books), key=lambda found: found[0], default=(0, words))
    return best[1]


def as_in(words: tuple[str, ...], doubted: set[str], names: set[str]) -> tuple[int, tuple[str, ...]]:
    """How far the words are from a book's own, and those: the last one as it is where it begins one of them."""
    pairs = [nearest_word(word, names) if word in doubted and faults_in(word, 1) else (0, word) for word in words]
    last = words[-1]
    if len(last) >= asking.SHORTEST_START and any(name.startswith(last) for name in names):
        pairs[-1] = (0, last)
    return sum(faults for faults, _ in pairs), tuple(name for _, name in pairs)


def nearest_word(word: str, names: set[str]) -> tuple[int, str]:
    if word in names:
        return 0, word
    return min(((OSA.distance(word, name), name) for name in names), default=(len(word), word))
