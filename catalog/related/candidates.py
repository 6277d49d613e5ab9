"""What may stand in a list of related books, best first: statements that read a bounded number of rows each."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from catalog.vocabularies import AUTHOR, EDITOR, Availability

CANDIDATES = 40  # of each list; some of them fall out as the same work again, or as shown already
BOOKS_OF_ONE_NAME = 1_000  # as many are looked at; nobody has written more but "Various"
MOST_SERIES = MOST_AUTHORS = 5

# Names that catalogues write where nobody is named; their other books have nothing to do with each other.
NOBODY = {"anonymous", "anonym", "anonyme", "unknown", "unbekannt", "various", "various authors", "diverse", "divers"}

# Records of one work differ in an article and in what stands in brackets: "Dracula (Signet Classics)".
WORK = """regexp_replace(
    coalesce(nullif(fold_text(split_part(listing.title, '(', 1)), ''), listing.title_key), '^(the|an?) ', '')"""
BRIEF = f"""listing.book_id AS id, {WORK} AS title,
    ARRAY(SELECT author ->> 'id' FROM jsonb_array_elements(listing.authors) AS author) AS authors,
    listing.availability <= %(can_be_had)s AS can_be_had, listing.popularity"""
WANTED_FIRST = f"(listing.availability <= {Availability.PREORDER.value}) DESC, listing.popularity DESC, listing.book_id"

OWN = f"""SELECT {BRIEF}, listing.languages,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', person.id, 'key', person.name_key)), '[]')
        FROM jsonb_array_elements(listing.authors) AS author
        JOIN catalog_contributor person ON person.id = (author ->> 'id')::uuid) AS people
    FROM catalog_listing listing WHERE listing.book_id = %(book)s"""

# For each series of the book: what follows it, then the series from its beginning.
IN_SERIES = f"""
WITH own AS (
    SELECT series_id, position, id FROM catalog_seriesentry WHERE book_id = %(book)s ORDER BY id LIMIT {MOST_SERIES}
),
found AS (
    SELECT own.id AS entry, 0 AS part, later.* FROM own CROSS JOIN LATERAL (
        SELECT book_id, position FROM catalog_seriesentry
        WHERE series_id = own.series_id AND position > own.position
        ORDER BY position, book_id LIMIT {CANDIDATES}) AS later
    UNION ALL
    SELECT own.id, 1, first.* FROM own CROSS JOIN LATERAL (
        SELECT book_id, position FROM catalog_seriesentry WHERE series_id = own.series_id
        ORDER BY position, book_id LIMIT {CANDIDATES}) AS first
)
SELECT {BRIEF} FROM found JOIN catalog_listing listing ON listing.book_id = found.book_id
ORDER BY found.entry, found.part, found.position, listing.popularity DESC, listing.book_id"""

BY_AUTHORS = f"""
SELECT {BRIEF} FROM catalog_listing listing WHERE listing.book_id IN (
    SELECT part.book_id FROM unnest(%(authors)s::uuid[]) AS author (id) CROSS JOIN LATERAL (
        SELECT book_id FROM catalog_contribution
        WHERE contributor_id = author.id AND role = ANY(%(roles)s) LIMIT {BOOKS_OF_ONE_NAME}) AS part)
ORDER BY {WANTED_FIRST} LIMIT {CANDIDATES}"""

ALSO_BOUGHT = f"""
SELECT {BRIEF} FROM (
    SELECT other_id, buyers FROM catalog_boughttogether WHERE book_id = %(book)s
    ORDER BY buyers DESC, other_id LIMIT {CANDIDATES}) AS pair
JOIN catalog_listing listing ON listing.book_id = pair.other_id
ORDER BY (listing.availability <= {Availability.PREORDER.value}) DESC, pair.buyers DESC,
         listing.popularity DESC, listing.book_id"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A book as far as choosing needs it."""

    id: UUID
    title: str
    authors: list[str]
    can_be_had: bool
    popularity: int

    @property
    def works(self) -> set[tuple[str, str]]:
        """What two records have in common that are most likely of one work: the title and any author."""
        return {(self.title, author) for author in self.authors or [""]}


@dataclass(frozen=True, slots=True)
class OwnBook:
    """The book that others are to be related to."""

    brief: Candidate
    languages: list[str]
    authors: list[UUID]

    @property
    def id(self) -> UUID:
        return self.brief.id


def rows(statement: str, **values: Any) -> list[dict[str, Any]]:
    parameters = {"can_be_had": Availability.PREORDER.value, "roles": [AUTHOR, EDITOR], **values}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def found(statement: str, **values: Any) -> list[Candidate]:
    return [Candidate(**row) for row in rows(statement, **values)]


def own_book(book: UUID) -> OwnBook | None:
    for row in rows(OWN, book=book):
        languages, people = row.pop("languages"), orjson.loads(row.pop("people"))
        named = [UUID(person["id"]) for person in people if person["key"] not in NOBODY]
        return OwnBook(Candidate(**row), languages, named[:MOST_AUTHORS])
    return None


def in_series(book: OwnBook) -> list[Candidate]:
    """The books of its series: the next one first, then from the beginning."""
    return found(IN_SERIES, book=book.id)


def by_authors(book: OwnBook) -> list[Candidate]:
    """Other books of its authors: what can be had first, then the most popular."""
    return found(BY_AUTHORS, authors=book.authors)


def also_bought(book: OwnBook) -> list[Candidate]:
    """What most of its buyers bought too: of these, what can be had first."""
    return found(ALSO_BOUGHT, book=book.id)
