"""Making one book of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from bookstore.deadlocks import again_after_deadlock
from catalog.errors import NotMergeable
from catalog.models import (
    Book,
    Contribution,
    Edition,
    MergedBook,
    SeriesEntry,
    SourceRecord,
    SubjectLink,
    WorkChange,
    WorkIdentifier,
)
from catalog.services.changes import refresh_books
from catalog.services.snapshots import snapshot
from catalog.services.works.pairs import move_pairs
from catalog.services.works.whole import ARCHIVED, facts_of, ids_of, lock_whole
from catalog.works.loading import fold_names
from catalog.works.rules import Author, Verdict, same_person

MOST_AT_ONCE = 20
FILLED_IN = ("subtitle", "description", "original_language", "first_published")


@again_after_deadlock
def merge_books(keep: Book, others: Sequence[Book], by: User | None, reason: str = "") -> WorkChange:
    """Make one book of several. What `keep` knows stays; blanks are filled from the others, in their order.

    Their ids lead to it from now on. Raises NotMergeable.
    """
    ids = [other.pk for other in others]
    if not 1 <= len(set(ids)) == len(ids) < MOST_AT_ONCE or keep.pk in ids:
        raise NotMergeable(_("Choose 2 to {most} different books.").format(most=MOST_AT_ONCE))
    found = lock_whole([keep.pk, *ids])
    if len(found) != len(ids) + 1:
        raise NotMergeable(_("One of these books has just been merged or deleted. Look again."))
    kept, merged = found[keep.pk], [found[pk] for pk in ids]
    moved: dict[str, Any] = {"kept": str(kept.pk), "books": [facts_of(book) for book in merged]}
    moved |= move_rows(kept, merged) | fill_in(kept, merged)
    for path in settings.WHEN_BOOKS_MERGE:
        moved |= import_string(path)(kept, merged)
    Book.objects.filter(pk__in=ids).delete()
    MergedBook.objects.bulk_create(MergedBook(old_id=pk, book=kept) for pk in ids)
    refresh_books([kept.pk])
    titles = [book.title for book in merged]
    return WorkChange.objects.create(
        kind=WorkChange.Kind.MERGE, book=kept, title=kept.title, other_titles=titles, reason=reason, by=by, moved=moved
    )


def move_rows(kept: Book, merged: list[Book]) -> dict[str, Any]:
    """Everything that points to the merged books points to the one kept."""
    words = [fact for book in merged for fact in keep_own_words(kept, book)]
    SourceRecord.objects.filter(edition__book__in=merged).update(tells_book=False)
    for book in merged:
        add_people(kept, book)
        add_missing(SeriesEntry, "series_id", kept, book)
        add_missing(SubjectLink, "subject_id", kept, book)
    for model in (Edition, WorkIdentifier, MergedBook, WorkChange):
        model._default_manager.filter(book__in=merged).update(book=kept)
    return {"words": words, "pairs": move_pairs(kept, merged)}


def keep_own_words(kept: Book, book: Book) -> list[list[str]]:
    """The title and the description that the book had stay with its editions, where they say something else."""
    said = []
    for name in ("title", "description"):
        text = getattr(book, name)
        wanting = book.editions.filter(**{name: ""}) if text and text != (getattr(kept, name) or text) else None
        if wanting is not None:
            said += [[pk, name, text] for pk in ids_of(wanting)]
            wanting.update(**{name: text})
    return said


def add_people(kept: Book, book: Book) -> None:
    """Contributors that the book kept has not, by whatever spelling of their names."""
    ours = list(kept.contributions.select_related("contributor"))
    theirs = list(book.contributions.select_related("contributor"))
    whos = [part.contributor for part in (*ours, *theirs)]
    names = fold_names((who.name, who.sort_name) for who in whos)
    author = {who.pk: Author(*names[who.name, who.sort_name], who.birth_year, who.death_year) for who in whos}
    place = max((part.position for part in ours), default=0)
    for part in theirs:
        alike = (same_person(author[part.contributor_id], author[each.contributor_id])
                 for each in ours if each.role == part.role)  # fmt: skip
        if max(alike, default=Verdict.DIFFERENT) == Verdict.DIFFERENT:
            place += 1
            Contribution.objects.filter(pk=part.pk).update(book=kept, position=min(place, 32_767))
            ours.append(part)


def add_missing(model: Any, what: str, kept: Book, book: Book) -> None:
    """Series and subjects that the book kept is not in."""
    known = model._default_manager.filter(book=kept).values(what)
    model._default_manager.filter(book=book).exclude(**{f"{what}__in": known}).update(book=kept)


def fill_in(kept: Book, merged: list[Book]) -> dict[str, Any]:
    """Facts that the book kept did not have; and what is counted, counted together. It is in the catalogue if one of
    them was.
    """
    before = snapshot(Book, pk=kept.pk)[0]
    for name in FILLED_IN:
        values = (getattr(book, name) for book in (kept, *merged))
        setattr(kept, name, next(filter(None, values), getattr(kept, name)))
    kept.popularity = max(book.popularity for book in (kept, *merged))
    kept.rating_counts = [sum(counts) for counts in zip(*(book.rating_counts for book in (kept, *merged)), strict=True)]
    if not all(book.is_archived for book in merged):
        kept.archived_at, kept.archived_by_shop = None, False
    kept.save(update_fields=[*FILLED_IN, *ARCHIVED, "popularity", "rating_counts", "updated_at"])
    after = snapshot(Book, pk=kept.pk)[0]
    names = [name for name in (*FILLED_IN, *ARCHIVED, "popularity") if before[name] != after[name]]
    return {"filled_in": {name: [before[name], after[name]] for name in names}}


def moved_to(book: UUID) -> UUID | None:
    """The book that one of this id has become part of, if it has."""
    return MergedBook.objects.filter(pk=book).values_list("book_id", flat=True).first()
