"""Books and editions leave the catalogue and come back; nothing is destroyed, and what was sold of them stays.

Offers go with their edition, and editions with their book, all at one moment: who comes back brings along what went
with them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from bookstore.deadlocks import again_after_deadlock
from bookstore.errors import NotFound
from catalog.errors import NotInCatalogue
from catalog.models import Book, Edition, Listing, Offer
from catalog.selling.ownership import is_own_book, is_own_edition, may_change_book, may_change_edition
from catalog.services import refresh_books


@again_after_deadlock
def archive_book(book: Book, *, by: User) -> None:
    """Take a book and all its editions and offers out. Raises NotYourRecord, NotFound."""
    found = lock(book.pk)
    if found.is_archived:
        raise NotFound
    may_change_book(found, by)
    take_out(found, found.editions.all(), by_shop=not is_own_book(found, by))
    refresh_books([found.pk])


@again_after_deadlock
def archive_edition(edition: Edition, *, by: User) -> None:
    """Take an edition and its offers out; the last one of a book takes the book along. Raises NotYourRecord, NotFound.

    All of the book's editions are locked: of two that go at once, one is the last.
    """
    book = lock(edition.book_id)
    live = book.editions.filter(archived_at=None)
    found = live.filter(pk=edition.pk).first()
    if found is None or book.is_archived:
        raise NotFound
    may_change_edition(found, by)
    is_last = not live.exclude(pk=found.pk).exists()
    take_out(book if is_last else None, live.filter(pk=found.pk), by_shop=not is_own_edition(found, by))
    refresh_books([book.pk])


def lock(book: UUID) -> Book:
    """Offers before editions before the book, as everybody locks them. Raises NotFound."""
    list(Offer.objects.filter(edition__book=book).lock().values_list("pk"))
    list(Edition.objects.filter(book=book).order_by("pk").select_for_update().values_list("pk"))
    found = Book.objects.filter(pk=book).select_for_update(no_key=True).first()
    if found is None:
        raise NotFound
    return found


def take_out(book: Book | None, editions: Any, *, by_shop: bool) -> None:
    now = timezone.now()
    gone = {"archived_at": now, "archived_by_shop": by_shop, "updated_at": now}
    keys = list(editions.filter(archived_at=None).values_list("pk", flat=True))
    Offer.objects.filter(edition__in=keys, archived_at=None).update(archived_at=now, updated_at=now)
    Edition.objects.filter(pk__in=keys).update(**gone)
    if book is not None:
        Book.objects.filter(pk=book.pk).update(**gone)
        Listing.objects.filter(book=book).delete()


@again_after_deadlock
def bring_back_book(book: Book) -> None:
    """Put an archived book back, with the editions and offers that went with it. Raises NotFound."""
    found = lock(book.pk)
    if found.archived_at is not None:
        editions = found.editions.filter(archived_at=found.archived_at)
        reopen(found.archived_at, list(editions.values_list("pk", flat=True)))
        put_back(Book.objects.filter(pk=found.pk))
        put_back(editions)
    refresh_books([found.pk])


@again_after_deadlock
def bring_back_edition(edition: Edition, *, by_shop: bool = False) -> None:
    """Put an archived edition back, and its book; the shop's word brings its offers back too, and what the shop took
    out, which no offer of a seller does. Raises NotInCatalogue, NotFound.
    """
    if by_shop:
        lock(edition.book_id)
    found = Edition.objects.select_related("book").select_for_update(of=("self",)).get(pk=edition.pk)
    if not by_shop and (found.archived_by_shop or found.book.archived_by_shop):
        raise NotInCatalogue(isbn=found.isbn)
    if by_shop and found.archived_at is not None:
        reopen(found.archived_at, [found.pk])
    put_back(Edition.objects.filter(pk=found.pk))
    put_back(Book.objects.filter(pk=found.book_id).exclude(archived_at=None))
    refresh_books([found.book_id])


def reopen(moment: datetime, editions: list[Any]) -> None:
    offers = Offer.objects.filter(edition__in=editions, archived_at=moment)
    offers.update(archived_at=None, updated_at=timezone.now())


def put_back(rows: Any) -> None:
    rows.update(archived_at=None, archived_by_shop=False, updated_at=timezone.now())
