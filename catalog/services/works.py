"""Put books together that are one work, take one apart that is two, and undo it.

Whoever merges or splits locks the books whole, in the order of their ids: reviews, listings and new editions of them
wait until it is done. Everything that a merge changes stands in the `WorkChange` that it leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from bookstore.deadlocks import again_after_deadlock
from catalog.errors import NotMergeable, NotUndoable
from catalog.models import (
    Book,
    Contribution,
    Edition,
    LikelyDuplicate,
    Listing,
    MergedBook,
    SeriesEntry,
    SourceRecord,
    SubjectLink,
    WorkChange,
    WorkIdentifier,
)
from catalog.models.merging import ISBN_OF_WORK
from catalog.services.changes import refresh_books
from catalog.services.snapshots import restore, snapshot
from catalog.works.loading import fold_names
from catalog.works.rules import Author, Verdict, same_person

MOST_AT_ONCE = 20
FILLED_IN = ("subtitle", "description", "original_language", "first_published")
ARCHIVED = ("archived_at", "archived_by_shop")
LISTS: dict[Any, str] = {Contribution: "contributor", SeriesEntry: "series", SubjectLink: "subject"}


def lock_whole(ids: Sequence[UUID]) -> dict[UUID, Book]:
    """The books that there are of these; nobody points new rows at them, or at their ids, before this is over.

    Their editions first, as everybody locks them.
    """
    list(Edition.objects.select_for_update(no_key=True).filter(book__in=set(ids)).order_by("pk").values_list("pk"))
    return {book.pk: book for book in Book.objects.select_for_update().filter(pk__in=set(ids)).order_by("pk")}


# ---- merging ----------------------------------------------------------------------------------------------------


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


def move_pairs(kept: Book, merged: list[Book]) -> dict[str, Any]:
    """What was thought of the merged books is thought of the one kept: above all that it is not the same as another."""
    gone = {book.pk for book in merged}
    touching = (
        LikelyDuplicate.objects.filter(first__in=gone) | LikelyDuplicate.objects.filter(second__in=gone)
    ).order_by("pk")
    pairs, before = list(touching), snapshot(LikelyDuplicate, pk__in=[pair.pk for pair in touching])
    touching.delete()
    new = []
    for pair in sorted(pairs, key=lambda pair: not pair.different):
        other = next((pk for pk in (pair.first_id, pair.second_id) if pk not in gone), None)
        if other is None or other == kept.pk:
            continue
        pair.first_id, pair.second_id = sorted((kept.pk, other))
        pair._state.adding = True
        new.append(pair)
    LikelyDuplicate.objects.bulk_create(new, ignore_conflicts=True)
    return {"before": before, "moved": [str(pair.pk) for pair in new]}


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


# ---- splitting --------------------------------------------------------------------------------------------------


@again_after_deadlock
def split_book(book: Book, editions: Iterable[Edition], title: str, by: User | None) -> Book:
    """Make a book of its own of some editions, by the same people and about the same subjects. Raises NotMergeable.

    Reviews stay where they are: nobody knows which of the two their readers had read.
    """
    ids, title = {edition.pk for edition in editions}, " ".join(title.split())
    found = lock_whole([book.pk]).get(book.pk)
    own = {edition.pk: edition for edition in Edition.objects.filter(book=found)} if found else {}
    if found is None or not ids or not ids <= own.keys():
        raise NotMergeable(_("These editions are not, or no longer, of this book. Look again."))
    if ids == own.keys() or not title:
        raise NotMergeable(_("Leave the book at least one edition, and give the new one a title."))
    new = Book.objects.create(title=title, original_language=found.original_language)
    copy_lists(found, new)
    moving = Edition.objects.filter(pk__in=ids)
    isbns = [own[pk].isbn for pk in ids if own[pk].isbn]
    sources = SourceRecord.objects.filter(edition__in=moving, tells_book=True)
    moved = {"kept": str(found.pk), "new": str(new.pk), "editions": sorted(map(str, ids)), "sources": ids_of(sources)}
    sources.update(tells_book=False)
    moving.update(book=new)
    for each in (found, new):
        go_with_editions(each)
    WorkIdentifier.objects.filter(book=found, scheme=ISBN_OF_WORK, value__in=isbns).update(book=new)
    say_different(found.pk, new.pk, by)
    refresh_books([found.pk, new.pk])
    WorkChange.objects.create(
        kind=WorkChange.Kind.SPLIT, book=found, title=found.title, other_titles=[new.title], by=by, moved=moved
    )
    return new


def go_with_editions(book: Book) -> None:
    """A book whose editions are all out of the catalogue is out of it with the last one."""
    last = book.editions.order_by(F("archived_at").desc(nulls_first=True)).values(*ARCHIVED)[0]
    if last["archived_at"]:
        Book.objects.filter(pk=book.pk).update(**last)
        Listing.objects.filter(book=book).delete()


def copy_lists(book: Book, new: Book) -> None:
    Contribution.objects.bulk_create(
        Contribution(book=new, contributor_id=part.contributor_id, role=part.role, position=part.position)
        for part in book.contributions.all()
    )
    SubjectLink.objects.bulk_create(
        SubjectLink(book=new, subject_id=link.subject_id, position=link.position) for link in book.subject_links.all()
    )


# ---- not the same -----------------------------------------------------------------------------------------------


def say_different(one: UUID, other: UUID, by: User | None) -> None:
    """Remember that these are two works, whatever speaks for one."""
    first, second = sorted((one, other))
    decided = {"different": True, "decided_by": by, "decided_at": timezone.now()}
    LikelyDuplicate.objects.update_or_create(
        first_id=first, second_id=second, defaults=decided, create_defaults={**decided, "reason": str(_("said so"))}
    )


# ---- undoing ----------------------------------------------------------------------------------------------------


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


def restore_pairs(pairs: dict[str, Any]) -> None:
    LikelyDuplicate.objects.filter(pk__in=pairs["moved"]).delete()
    ids = {row[name] for row in pairs["before"] for name in ("first_id", "second_id")}
    there = {str(pk) for pk in Book.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    whole = [row for row in pairs["before"] if row["first_id"] in there and row["second_id"] in there]
    restore(LikelyDuplicate, whole)


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
