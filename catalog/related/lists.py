"""The lists of books beside a book."""

from typing import Any
from uuid import UUID

from bookstore import versions
from catalog import reads
from catalog.related.candidates import Candidate, OwnBook, also_bought, by_authors, in_series, own_book, rows
from catalog.related.similar import similar

LONGEST = 12
LISTS = ("also_bought", "same_series", "same_author", "similar")

# In this order they choose, and what one has shown the others leave out: a series is shown without holes.
CHOOSING = {"same_series": in_series, "also_bought": also_bought, "same_author": by_authors, "similar": similar}

THE_BOOKS = f"SELECT {reads.COLUMNS} FROM catalog_listing listing WHERE listing.book_id = ANY(%(books)s)"
THEIR_TITLES = "SELECT book_id AS id, title FROM catalog_listing WHERE book_id = ANY(%(books)s)"


def related_books(book: UUID, base_url: str) -> dict[str, list[dict[str, Any]]] | None:
    """The four lists, each of LONGEST books at most as lists show them, or None where there is no such book."""
    own = own_book(book)
    if own is None:
        return None
    chosen = remembered_choice(own)
    ids = [one for some in chosen.values() for one in some]
    shown = {row["id"]: reads.in_list(row, base_url) for row in rows(THE_BOOKS, books=ids)}
    return {name: [shown[one] for one in chosen[name] if one in shown] for name in LISTS}


def related_titles(book: UUID) -> dict[str, list[dict[str, Any]]]:
    """The four lists by id and title alone, all empty where there is no such book."""
    own = own_book(book)
    chosen = remembered_choice(own) if own else {name: [] for name in LISTS}
    shown = {row["id"]: row for row in rows(THEIR_TITLES, books=[one for some in chosen.values() for one in some])}
    return {name: [shown[one] for one in chosen[name] if one in shown] for name in LISTS}


def remembered_choice(own: OwnBook) -> dict[str, list[UUID]]:
    """What is chosen for a book, once for each version of the catalogue."""
    chosen: dict[str, list[Any]] = versions.remembered("catalog", f"related:{own.id}", lambda: choose(own))
    return {name: [UUID(str(one)) for one in ids] for name, ids in chosen.items()}


def choose(own: OwnBook) -> dict[str, list[UUID]]:
    """No book twice, no record of the same work twice, and neither the book itself nor another record of it."""
    seen_books, seen_works = {own.id}, set(own.brief.works)
    chosen = {}
    for name, candidates in CHOOSING.items():
        picked: list[Candidate] = []
        for other in candidates(own):
            if len(picked) < LONGEST and other.id not in seen_books and not other.works & seen_works:
                picked.append(other)
                seen_books.add(other.id)
                seen_works |= other.works
        chosen[name] = [other.id for other in picked]
    return chosen
