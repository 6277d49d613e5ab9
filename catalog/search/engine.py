"""Which of the two answers a query: the index, or PostgreSQL where there is none yet.

ISBNs, and lists without words, facets or several filters on one copy, always come from PostgreSQL: it answers those as
fast, and from the same moment as the rest of the request.
"""

from typing import Any

from django.utils.translation import get_language

from bookstore import versions
from catalog.search import statements
from catalog.search.conditions import conditions_of
from catalog.search.index.freshness import fresh_snapshot
from catalog.search.indexed import Question
from catalog.search.query import BookQuery, Result


def search(query: BookQuery) -> Result:
    """One page of the books that a query finds. Raises InvalidCursor."""
    conditions = conditions_of(query)
    in_words = "q" in conditions.values
    sort = query.sort if query.sort != "relevance" or in_words else "popular"
    is_searched = in_words or conditions.combines_copies()
    asks_the_index = (is_searched or query.facets) and "isbn" not in conditions.values
    snapshot = fresh_snapshot() if asks_the_index else None
    if snapshot is None:
        return statements.search(query, conditions, sort)
    question = Question(snapshot.searcher, conditions)
    rows, cursor = question.page(query.page, sort) if is_searched else statements.page_of(query.page, conditions, sort)
    return Result(
        rows, question.total(), cursor, facets_of(query.facets, question), question.did_you_mean, question.is_missed
    )


def facets_of(names: tuple[str, ...], question: Question) -> dict[str, list[dict[str, Any]]]:
    """The facets asked for, counted once for each version of the catalogue and language of the labels."""
    if not names:
        return {}
    key = f"indexed facets:{','.join(names)}:{get_language()}:{question.conditions.digest}"
    counted: dict[str, list[dict[str, Any]]] = versions.remembered("catalog", key, lambda: question.facets(names))
    return counted
