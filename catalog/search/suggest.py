"""What a reader may be about to type: books, authors, series and subjects whose names begin with the words so far."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from tantivy import Occur, Query, Searcher

from bookstore.pagination import PageRequest
from bookstore.postgres import rows
from catalog.isbn import InvalidISBN, parse_isbn
from catalog.models.works import ShortNumber
from catalog.search import statements
from catalog.search.conditions import conditions_of, every_word, fold
from catalog.search.index import asking
from catalog.search.index.asking import Words
from catalog.search.index.fields import TIERS, spaced
from catalog.search.index.freshness import fresh_snapshot
from catalog.search.index.spelling import better_spelling
from catalog.search.indexed import rows_of
from catalog.search.query import BookQuery

MOST_BOOKS = 8
MOST_NAMES = 5
BOOKS_BEHIND_A_NAME = 40  # popular books whose authors or series are looked at
NAMES = """SELECT place, name ->> 'id' AS id, name ->> 'name' AS name, fold_text(name ->> 'name') AS folded FROM (
        SELECT 'people' AS place, rank, jsonb_array_elements(listing.authors) AS name
        FROM unnest(%(people)s::uuid[]) WITH ORDINALITY AS wanted (book, rank)
        JOIN catalog_listing listing ON listing.book_id = wanted.book
        UNION ALL
        SELECT 'series', rank, listing.series FROM unnest(%(series)s::uuid[]) WITH ORDINALITY AS wanted (book, rank)
        JOIN catalog_listing listing ON listing.book_id = wanted.book AND listing.series IS NOT NULL
    ) AS found ORDER BY rank, name"""
SUBJECTS = """SELECT id, scheme, code, label FROM catalog_subject
    WHERE to_tsvector('simple'::regconfig, coalesce(label_key, '')) @@ to_tsquery('simple'::regconfig, %(words)s)
    ORDER BY label_key, id LIMIT 50"""

Row = dict[str, Any]


@dataclass(slots=True)
class Suggestions:
    """Books as rows of the listing; of people and series id and name; of subjects their scheme and code too."""

    books: list[Row] = field(default_factory=list)
    authors: list[Row] = field(default_factory=list)
    series: list[Row] = field(default_factory=list)
    subjects: list[Row] = field(default_factory=list)
    did_you_mean: str | None = None


def suggest(text: str) -> Suggestions:
    """Suggestions for what was typed, the most popular first; none for what has neither letters nor digits."""
    folded = fold(text)
    if not folded:
        return Suggestions()
    if (snapshot := fresh_snapshot()) is None:
        return Suggestions(books=books_in_postgres(text), subjects=subjects_called(folded, None))
    searcher, words = snapshot.searcher, Words.of(folded)
    found = books_called(searcher, words)
    better = None if found else better_spelling(searcher, words)
    if better:
        words, found = better, books_called(searcher, better)
    names = names_in(searcher, words)
    return Suggestions(
        books=rows_of(found) or books_with_isbn(text),
        authors=names["people"],
        series=names["series"],
        subjects=subjects_called(words.whole, searcher),
        did_you_mean=better and better.whole,
    )


def books_called(searcher: Searcher, words: Words) -> list[UUID]:
    """Books with all the words in their titles, people and series."""
    last = words.words[-1]
    needed = [word for word in asking.telling(searcher, words) if word != last]
    parts = [(Occur.Must, asking.constant(asking.term("names", word), 1)) for word in needed]
    parts.append((Occur.Must, asking.constant(asking.any_of([asking.term("names", last), asking.beginning(last)]), 1)))
    parts += [(Occur.Should, query) for query in asking.whole(searcher, words)]
    parts += [(Occur.Should, asking.constant(asking.term("titles", word), 1)) for word in [*needed, last]]
    return best(searcher, words, Query.boolean_query(parts), MOST_BOOKS, asking.called_so(words))


def best(searcher: Searcher, words: Words, query: Query, size: int, *also: Query) -> list[UUID]:
    """The best books found; where there may be very many, the best of the popular ones and of those found by `also`."""
    looked_at = list(also)
    for tier in TIERS if asking.size_of(searcher, words) > asking.LARGE else ():
        looked_at.append(asking.of_tier(tier))
        found = ranked(searcher, asking.both(query, asking.any_of(looked_at)), size)
        if len(found) == size:
            return found
    return ranked(searcher, query, size)


def ranked(searcher: Searcher, query: Query, size: int) -> list[UUID]:
    hits = searcher.search(query, size, count=False, weight_by_field="weight").hits
    return asking.books_at(searcher, hits)


def names_in(searcher: Searcher, words: Words) -> dict[str, list[Row]]:
    """The people and the series called so, those of the most popular books first."""
    books = {place: books_of_names(searcher, words, place) for place in ("people", "series")}
    named: dict[str, dict[str, str]] = {place: {} for place in books}
    for row in rows(NAMES, books, planned_once=True) if any(books.values()) else []:
        if begin(words.words, spaced(row["folded"]).split()):
            named[row["place"]].setdefault(row["id"], row["name"])
    return {
        place: [{"id": key, "name": name} for key, name in found.items()][:MOST_NAMES] for place, found in named.items()
    }


def books_of_names(searcher: Searcher, words: Words, place: str) -> list[UUID]:
    parts = [(Occur.Must, asking.constant(asking.term(place, word), 1)) for word in words.words[:-1]]
    parts.append((Occur.Must, asking.constant(asking.beginning(words.words[-1], place), 1)))
    return best(searcher, words, Query.boolean_query(parts), BOOKS_BEHIND_A_NAME)


def begin(words: tuple[str, ...], names: list[str]) -> bool:
    """Whether each of the words begins one of the names."""
    return all(any(name.startswith(word) for name in names) for word in words)


def subjects_called(folded: str, searcher: Searcher | None) -> list[Row]:
    """Headings with all the words, those of most books first."""
    subjects = rows(SUBJECTS, {"words": every_word(folded)}, planned_once=True)
    if searcher:
        subjects.sort(key=lambda subject: -searcher.doc_freq("subjects", ShortNumber.of(subject["id"])))
    return subjects[:MOST_NAMES]


def books_in_postgres(text: str) -> list[Row]:
    return books_with_isbn(text) or search_in_postgres(text)


def search_in_postgres(text: str) -> list[Row]:
    conditions = conditions_of(BookQuery(words=text))
    listed, _ = statements.page_of(PageRequest(size=MOST_BOOKS), conditions, "relevance")
    return listed


def books_with_isbn(text: str) -> list[Row]:
    try:
        isbn = parse_isbn(text)
    except InvalidISBN:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT book_id FROM catalog_edition WHERE isbn = %s AND archived_at IS NULL", [isbn])
        return rows_of([row[0] for row in cursor.fetchall()])
