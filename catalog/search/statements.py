"""The search over PostgreSQL: one statement for a page, one for the total, one for each facet."""

from dataclasses import astuple
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from bookstore import postgres, versions
from bookstore.pagination import PageRequest, Total, capped_count, read_cursor, write_cursor
from catalog.models.listings import NO_PRICE_SORTS_LAST
from catalog.reads import COLUMNS
from catalog.search.conditions import Conditions
from catalog.search.facets import count_facets
from catalog.search.query import BookQuery, Result

# Exact titles first; then the words' weight (title 1, people and series 0.9, subtitle, publisher and subjects 0.2,
# description 0.05), raised for what readers take most and for what can be had.
SCORE = """round((
    CASE WHEN listing.title_key = %(folded)s THEN 2 ELSE 0 END
    + ts_rank('{0.05, 0.2, 0.9, 1.0}', listing.search, to_tsquery('simple', %(q)s))
    + 0.05 * ln(1 + listing.popularity)
    + CASE WHEN listing.availability <= 2 THEN 0.2 ELSE 0 END)::numeric, 6)"""

# For each sort: the expressions it goes by, which way, ending in the book's id, so that the order is total.
# The expressions are those of the listing's indexes.
NEWEST = f"coalesce(listing.published, {-(2**31)})"
CHEAPEST = f"coalesce(listing.price_minor, {NO_PRICE_SORTS_LAST})"
SORT_KEYS: dict[str, tuple[str, tuple[str, ...]]] = {
    "popular": ("DESC", ("listing.popularity", "listing.book_id")),
    "newest": ("DESC", (NEWEST, "listing.book_id")),
    "price": ("ASC", (CHEAPEST, "listing.book_id")),
    "-price": ("DESC", ("coalesce(listing.price_minor, -1)", "listing.book_id")),
    "rating": ("DESC", ("coalesce(listing.rating_average, 0)", "listing.rating_count", "listing.book_id")),
    "title": ("ASC", ("listing.sort_title", "listing.book_id")),
    "relevance": ("DESC", (SCORE, "listing.popularity", "listing.book_id")),
}


def search(query: BookQuery, conditions: Conditions, sort: str) -> Result:
    """One page of the books that a query finds. Raises InvalidCursor."""
    found, next_cursor = page_of(query.page, conditions, sort)
    facets = {name: facet_of(name, conditions) for name in query.facets}
    total = total_of(conditions)
    return Result(found, total, next_cursor, facets, is_missed=total.count == 0)


def page_of(
    page: PageRequest, conditions: Conditions, sort: str, *, among: list[UUID] | None = None, in_turn: bool = False
) -> tuple[list[dict[str, Any]], str | None]:
    """A page in that order of what the conditions find, or of books that were found already.

    `in_turn` has PostgreSQL go along the order and look at each book's copies, which is right where many suit.
    """
    direction, keys = SORT_KEYS[sort]
    is_whole = not conditions.values and among is None  # the catalogue, without a filter
    parameters = {} if is_whole else {**conditions.parameters, "among": among}
    where = conditions.sql(in_turn=in_turn) if among is None else "listing.book_id = ANY(%(among)s)"
    if page.cursor:
        values = read_cursor(page.cursor, sort)
        names = [f"after_{place}" for place in range(len(keys))]
        parameters |= dict(zip(names, values, strict=True))
        beyond = ">" if direction == "ASC" else "<"
        where += f" AND ({', '.join(keys)}) {beyond} ({', '.join(f'%({name})s' for name in names)})"
    sort_columns = ", ".join(f"{key} AS sort_{place}" for place, key in enumerate(keys))
    order = ", ".join(f"{key} {direction}" for key in keys)
    statement = f"""SELECT {COLUMNS}, {sort_columns} FROM catalog_listing listing
        WHERE {where} ORDER BY {order} LIMIT {page.size + 1} OFFSET {page.offset}"""
    found = postgres.rows(statement, parameters, planned_once=is_whole and not page.cursor and page.page == 1)
    if len(found) <= page.size:
        return found, None
    found = found[: page.size]
    return found, write_cursor(sort, [found[-1][f"sort_{place}"] for place in range(len(keys))])


def total_of(conditions: Conditions) -> Total:
    """The number of books found, counted once for each version of the catalogue."""
    statement = f"SELECT 1 FROM catalog_listing listing WHERE {conditions.sql()}"
    counted = versions.remembered(
        "catalog",
        f"total:{conditions.digest if conditions.values else ''}",
        lambda: astuple(capped_count(statement, conditions.parameters)),
    )
    return Total(*counted)


def facet_of(name: str, conditions: Conditions) -> list[dict[str, Any]]:
    """One facet's values, counted once for each version of the catalogue and language of the labels."""
    key = f"facet:{name}:{get_language()}:{conditions.digest}"
    counted: list[dict[str, Any]] = versions.remembered("catalog", key, lambda: count_facets(name, conditions))
    return counted
