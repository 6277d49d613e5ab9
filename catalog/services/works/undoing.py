"""Taking a merge or a split back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from bookstore.deadlocks import again_after_deadlock
from catalog.errors import NotUndoable
from catalog.models import Book, Edition, Listing, MergedBook, SourceRecord, WorkChange, WorkIdentifier
from catalog.services.changes import refresh_books
from catalog.services.snapshots import restore, snapshot
from catalog.services.works.merging import merge_books
from catalog.services.works.pairs import restore_pairs, say_different
from catalog.services.works.whole import LISTS, lock_whole


@again_after_deadlock
def undo_change(change: WorkChange, by: User | None) -> None:
    """Take a merge or a split back. Raises NotUndoable where something has changed in the way."""
    found = WorkChange.objects.select_for_update().get(pk=change.pk)
    if found.undone_at:
        raise NotUndoable(_("This has been undone already."))
    if found.kind == WorkChange.Kind.MERGE:
        undo_merge(found, by)
    else:
        undo_split(found, by)
    found.undone_at, found.undone_by = timezone.now(), by
    found.save(update_fields=["undone_at", "undone_by", "updated_at"])


def undo_merge(change: WorkChange, by: User | None) -> None:
    moved = change.moved
    kept = make_sure_it_is_last(change)
    make_sure_nothing_is_missing(moved, kept)
    books = restore_books(moved, kept)
    take_facts_back(moved, kept)
    for path in settings.WHEN_A_MERGE_IS_UNDONE:
        import_string(path)(kept, books, moved)
    for book in books:
        say_different(kept.pk, book.pk, by)
    refresh_books([kept.pk, *(book.pk for book in books)])


def make_sure_it_is_last(change: WorkChange) -> Book:
    kept = lock_whole([UUID(change.moved["kept"])]).get(UUID(change.moved["kept"]))
    if kept is None:
        raise NotUndoable(_("The book has itself become part of another, or was deleted. Undo that first."))
    if WorkChange.objects.filter(book=kept, undone_at=None, pk__gt=change.pk).exists():
        raise NotUndoable(_("The book was merged or split again since. Undo that first."))
    return kept


def make_sure_nothing_is_missing(moved: dict[str, Any], kept: Book) -> None:
    editions = [pk for book in moved["books"] for pk in book["editions"]]
    if Edition.objects.filter(pk__in=editions, book=kept).count() != len(editions):
        raise NotUndoable(_("An edition that came with the merge has been moved or deleted since."))
    if Book.objects.filter(pk__in=[book["id"] for book in moved["books"]]).exists():
        raise NotUndoable(_("There is a book with the id of one that was merged."))
    for model, name in LISTS.items():
        wanted = {row[f"{name}_id"] for book in moved["books"] for row in book["lists"][model.__name__]}
        related: Any = model._meta.get_field(name).related_model
        if related.objects.filter(pk__in=wanted).count() != len(wanted):
            raise NotUndoable(_("A {what} that the book had is gone.").format(what=related._meta.verbose_name))


def restore_books(moved: dict[str, Any], kept: Book) -> list[Book]:
    """The merged books as they were, with all that came from them."""
    MergedBook.objects.filter(pk__in=[book["id"] for book in moved["books"]]).delete()
    for book in moved["books"]:
        restore(Book, book["row"])
        for model in LISTS:
            rows = book["lists"][model.__name__]
            model._default_manager.filter(pk__in=[row["id"] for row in rows]).delete()
            restore(model, rows)
        Edition.objects.filter(pk__in=book["editions"]).update(book=book["id"])
        WorkIdentifier.objects.filter(pk__in=book["identifiers"], book=kept).update(book=book["id"])
        MergedBook.objects.filter(pk__in=book["former_ids"], book=kept).update(book=book["id"])
        WorkChange.objects.filter(pk__in=book["changes"], book=kept).update(book=book["id"])
        SourceRecord.objects.filter(pk__in=book["sources"]).update(tells_book=True)
    restore_pairs(moved["pairs"])
    ids = [book["id"] for book in moved["books"]]
    return list(Book.objects.filter(pk__in=ids).order_by("pk"))


def take_facts_back(moved: dict[str, Any], kept: Book) -> None:
    """What the merge wrote and nobody has changed since."""
    now = snapshot(Book, pk=kept.pk)[0]
    back = {name: before for name, (before, after) in moved["filled_in"].items() if now[name] == after}
    if back:
        values = {name: column(name).to_python(value) for name, value in back.items()}
        Book.objects.filter(pk=kept.pk).update(**values)
        Listing.objects.filter(book=kept.pk, book__archived_at__isnull=False).delete()
    forget_words(moved["words"])


def forget_words(words: Iterable[Sequence[str]]) -> None:
    for edition, name, text in words:
        Edition.objects.filter(pk=edition, **{name: text}).update(**{name: ""})


def column(name: str) -> Any:
    return Book._meta.get_field(name)


def undo_split(change: WorkChange, by: User | None) -> None:
    """Merge the two again; the new book's id goes on leading to the old one, and its title is forgotten."""
    moved, kept = change.moved, make_sure_it_is_last(change)
    new = Book.objects.filter(pk=moved["new"]).first()
    if new is None:
        raise NotUndoable(_("The new book has itself become part of another, or was deleted. Undo that first."))
    if WorkChange.objects.filter(book=new, undone_at=None).exists():
        raise NotUndoable(_("The new book was merged or split itself since. Undo that first."))
    again = merge_books(kept, [new], by, str(_("A split was undone.")))
    again.undone_at, again.undone_by = timezone.now(), by
    again.save(update_fields=["undone_at", "undone_by", "updated_at"])
    given = ["title", change.other_titles[0]]
    forget_words(fact for fact in again.moved["words"] if fact[0] in moved["editions"] and fact[1:] == given)
    SourceRecord.objects.filter(pk__in=moved.get("sources", []), edition__book=kept).update(tells_book=True)
    refresh_books([kept.pk])
