"""A book whole: all that is its, and its lock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from catalog.models import Book, Contribution, Edition, SeriesEntry, SourceRecord, SubjectLink
from catalog.services.snapshots import snapshot

ARCHIVED = ("archived_at", "archived_by_shop")
LISTS: dict[Any, str] = {Contribution: "contributor", SeriesEntry: "series", SubjectLink: "subject"}


def lock_whole(ids: Sequence[UUID]) -> dict[UUID, Book]:
    """The books that there are of these; nobody points new rows at them, or at their ids, before this is over.

    Their editions first, as everybody locks them.
    """
    list(Edition.objects.select_for_update(no_key=True).filter(book__in=set(ids)).order_by("pk").values_list("pk"))
    return {book.pk: book for book in Book.objects.select_for_update().filter(pk__in=set(ids)).order_by("pk")}


def facts_of(book: Book) -> dict[str, Any]:
    """All of a book that does not live on by itself, and which rows are its."""
    return {
        "id": str(book.pk),
        "row": snapshot(Book, pk=book.pk),
        "lists": {model.__name__: snapshot(model, book=book) for model in LISTS},
        "editions": ids_of(book.editions),
        "identifiers": ids_of(book.identifiers),
        "former_ids": ids_of(book.former_ids),
        "changes": ids_of(book.work_changes),
        "sources": ids_of(SourceRecord.objects.filter(edition__book=book, tells_book=True)),
    }


def ids_of(rows: Any) -> list[str]:
    return [str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]
