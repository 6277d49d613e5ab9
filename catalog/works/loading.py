"""Books of the shop as the rules of matching look at them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from catalog import arrays
from catalog.partial_dates import PartialDate
from catalog.vocabularies import Format
from catalog.works.rules import Author, Work

MAKERS = ("A01", "A02", "B01", "C01")  # authors; where a book has none, its editors or compilers
# Registration groups of ISBNs, where nearly all books are in one language.
GROUPS = {"9780": "en", "9781": "en", "9782": "fr", "9783": "de", "9784": "ja", "9785": "ru", "9787": "zh",
          "97880": "cs", "97882": "no", "97883": "pl", "97884": "es", "97885": "pt", "97887": "da", "97888": "it",
          "97889": "ko", "97890": "nl", "97891": "sv", "9798": "en", "97910": "fr", "97911": "ko",
          "97912": "it"}  # fmt: skip
MOST_NAMESAKES = 500  # books of one title that are looked at, the oldest first

# What stands behind the main title, without the bracket that ends it, and that bracket.
BEHIND = "substr({title}, length(work_main({title})) + 1)"
BRACKET = r"'\(([^()]|\([^()]*\))*\)\s*$'"
REST = f"fold_text(regexp_replace({BEHIND}, {BRACKET}, '') || ' ' || {{subtitle}}), " \
       f"fold_text(coalesce(substring({BEHIND} from {BRACKET.replace('([^()]|', '(?:[^()]|')}), ''))"  # fmt: skip
LAST, GIVEN = "fold_text(split_part({name}, ',', 1))", "fold_text(substr({name}, strpos({name}, ',') + 1))"

FOLD_TITLES = f"""
SELECT title, subtitle, work_key(title), {REST.format(title="title", subtitle="subtitle")}
FROM unnest(%s::text[], %s::text[]) AS told (title, subtitle)"""
FOLD_NAMES = f"""
SELECT name, sort_name, fold_text(name), {LAST.format(name="sort_name")}, {GIVEN.format(name="sort_name")}
FROM unnest(%s::text[], %s::text[]) AS told (name, sort_name)"""

WORKS = f"""
SELECT book.id, {{key}}, {REST.format(title="book.title", subtitle="book.subtitle")},
       book.first_published, book.original_language,
       (SELECT jsonb_agg(jsonb_build_array(part.role, person.name_key, {LAST.format(name="person.sort_name")},
                                           {GIVEN.format(name="person.sort_name")},
                                           person.birth_year, person.death_year) ORDER BY part.position, part.id)
        FROM catalog_contribution part JOIN catalog_contributor person ON person.id = part.contributor_id
        WHERE part.book_id = book.id AND part.role = ANY(%(makers)s)),
       (SELECT jsonb_object_agg(series.name_key, coalesce(nullif(entry.label, ''), trim_scale(entry.position)::text))
        FROM catalog_seriesentry entry JOIN catalog_series series ON series.id = entry.series_id
        WHERE entry.book_id = book.id AND (entry.label <> '' OR entry.position IS NOT NULL)),
       (SELECT jsonb_agg(DISTINCT jsonb_build_array(edition.language, left(edition.isbn, 6), edition.format,
                                                    edition.title <> '' AND edition.title <> book.title))
        FROM catalog_edition edition WHERE edition.book_id = book.id)
FROM {{chosen}}"""
# Ranked afterwards: an order and a limit for each key would tempt the planner to walk through all books by id.
OF_KEYS = f"""
WITH namesakes AS MATERIALIZED (
    SELECT book.*, wanted.key
    FROM unnest(%(keys)s::text[]) AS wanted (key) JOIN catalog_book book ON work_key(title) = wanted.key
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY key ORDER BY id) AS place FROM namesakes)
{WORKS.format(key="book.key", chosen="ranked AS book WHERE place <= %(most)s ORDER BY book.id")}"""
OF_IDS = WORKS.format(
    key="work_key(book.title)", chosen="catalog_book book WHERE book.id = ANY(%(ids)s) ORDER BY book.id"
)


BY_INDEX, AS_EVER = "SET LOCAL enable_seqscan = off", "SET LOCAL enable_seqscan = on"


@transaction.atomic
def works_with_keys(keys: Iterable[str]) -> list[Work]:
    """The books with these keys, the oldest first."""
    return load(OF_KEYS, keys=sorted(set(keys) - {""}), most=MOST_NAMESAKES)


@transaction.atomic
def works_of(ids: Iterable[UUID]) -> list[Work]:
    return load(OF_IDS, ids=list(ids))


def load(statement: str, **values: Any) -> list[Work]:
    if not any(values.get(name) for name in ("keys", "ids")):
        return []
    with connection.cursor() as cursor:
        cursor.execute(BY_INDEX)  # tables that grow from nothing are taken for empty, and would be read whole
        cursor.execute(statement, {"makers": list(MAKERS), **values})
        works = [work(*row) for row in cursor.fetchall()]
        cursor.execute(AS_EVER)
        return works


def work(id: UUID, key: str, rest: str, bracket: str, published: int | None, original: str, *lists: str | None) -> Work:  # noqa: A002
    people, series, editions = (orjson.loads(each) if each else [] for each in lists)
    return Work(
        id=id,
        key=key,
        rest=rest,
        bracket=bracket,
        authors=main_authors([(role, Author(*facts)) for role, *facts in people]),
        languages=languages((tag, isbn) for tag, isbn, _, _ in editions),
        series=dict(series),
        year=None if published is None else PartialDate.from_number(published).year,
        is_set=any(form == Format.BOX_SET for _, _, form, _ in editions),
        names_original=bool(original) and any(differs for *_, differs in editions),
    )


def main_authors(parts: list[tuple[str, Author]]) -> tuple[Author, ...]:
    """All of the first kind that there is."""
    for kind in MAKERS:
        if found := tuple(author for role, author in parts if role == kind):
            return found
    return ()


def languages(editions: Iterable[tuple[str, str | None]]) -> frozenset[str]:
    """The languages of editions; where one does not say it, that of the country that its ISBN is from."""
    return frozenset(found for tag, isbn in editions if (found := tag.partition("-")[0] or language_of(isbn or "")))


def language_of(isbn: str) -> str:
    return next((language for group, language in GROUPS.items() if isbn.startswith(group)), "")


def fold_titles(titles: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Key, rest and bracket of titles and subtitles."""
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in folded(FOLD_TITLES, titles)}


def fold_names(names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Whole, last and given names, of names as they are read and as they are sorted."""
    return {(row[0], row[1]): whole_last_given(*row[2:]) for row in folded(FOLD_NAMES, names)}


def whole_last_given(name: str, last: str, given: str) -> tuple[str, str, str]:
    return name, last, "" if given == last else given


def folded(statement: str, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    different = list(dict.fromkeys(pairs))
    if not different:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, [arrays.of_texts(column) for column in zip(*different, strict=True)])
        return list(cursor.fetchall())
