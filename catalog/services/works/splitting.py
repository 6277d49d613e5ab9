"""Making a book of its own of some of another's editions."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from bookstore.deadlocks import again_after_deadlock
from catalog.errors import NotMergeable
from catalog.models import Book, Contribution, Edition, Listing, SourceRecord, SubjectLink, WorkChange, WorkIdentifier
from catalog.models.merging import ISBN_OF_WORK
from catalog.services.changes import refresh_books
from catalog.services.works.pairs import say_different
from catalog.services.works.whole import ARCHIVED, ids_of, lock_whole


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
