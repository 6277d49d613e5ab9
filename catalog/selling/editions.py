"""Editions as sellers write them: at most one for each ISBN, however many scan it at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Seller, User
from bookstore.deadlocks import again_after_deadlock
from bookstore.errors import FieldError, Invalid, NotFound
from catalog.errors import IsbnTaken, UnknownIsbn
from catalog.imports.lookups import find_named
from catalog.models import Book, Edition, Offer, Publisher
from catalog.selling.archive import bring_back_edition
from catalog.selling.ownership import may_change_edition
from catalog.selling.records import find_or_make_names_alone, lock_book, new_book
from catalog.services import offer_copies, refresh_books, remove_cover, set_cover
from catalog.services.covers import read as read_picture

OF_THE_BOOK = frozenset({"subtitle", "people", "series", "subjects", "original_language", "first_published"})


@again_after_deadlock
def add_edition(*, seller: Seller | None, book: Book | None = None, **facts: Any) -> Edition:
    """A new edition of the book, or of a new book that it is the first of. Raises IsbnTaken, Invalid."""
    with isbn_is_free(facts.get("isbn")):
        edition = new_edition(seller, book, facts)
    refresh_books([edition.book_id])
    return edition


def new_edition(seller: Seller | None, book: Book | None, facts: dict[str, Any]) -> Edition:
    publisher = facts.pop("publisher", "")
    of_book = {name: facts.pop(name) for name in OF_THE_BOOK & facts.keys()}
    if book is None:
        title, description = facts.pop("title"), facts.pop("description", "")
        book = new_book(seller, title=title, description=description, **of_book)
    else:
        book = still_there(book)
    return Edition.objects.create(book=book, created_by=seller, publisher=named(publisher), **facts)


def still_there(book: Book) -> Book:
    """The book, which nobody archives or merges until the transaction ends. Raises Invalid."""
    try:
        return lock_book(book)
    except NotFound as gone:
        raise Invalid(errors=[FieldError("does_not_exist", _("The shop has no such book."), "book")]) from gone


@again_after_deadlock
def change_edition(edition: Edition, *, by: User, **facts: Any) -> Edition:
    """Change what is given. Raises NotYourRecord, IsbnTaken, NotFound for one archived meanwhile."""
    found = lock_own(edition, by)
    if "publisher" in facts:
        facts["publisher_id"] = getattr(named(facts.pop("publisher")), "pk", None)
    changed = {name: value for name, value in facts.items() if getattr(found, name) != value}
    for name, value in changed.items():
        setattr(found, name, value)
    if changed:
        with isbn_is_free(facts.get("isbn")):
            found.save(update_fields=[*changed, "updated_at"])
        refresh_books([found.book_id])
    return found


def lock_own(edition: Edition, by: User) -> Edition:
    """The edition, which nobody offers or changes until the transaction ends. Raises NotYourRecord, NotFound."""
    found = Edition.objects.filter(pk=edition.pk, archived_at=None).select_for_update().first()
    if found is None:
        raise NotFound
    may_change_edition(found, by)
    return found


def set_cover_of(edition: Edition, *, by: User, picture: bytes) -> Edition:
    """Raises NotACover, NotYourRecord, NotFound. Nobody waits while the picture is read."""
    image = read_picture(picture)
    with transaction.atomic():
        found = lock_own(edition, by)
        set_cover(found, image)
        refresh_books([found.book_id])
    return found


@again_after_deadlock
def remove_cover_of(edition: Edition, *, by: User) -> None:
    """Raises NotYourRecord, NotFound."""
    found = lock_own(edition, by)
    remove_cover(found)
    refresh_books([found.book_id])


@again_after_deadlock
def offer_by_isbn(*, isbn: str, record: dict[str, Any], seller: Seller, by: User, **copies: Any) -> Offer:
    """Put copies up for sale of the edition with this ISBN, which `record` describes where the shop has none.

    Raises UnknownIsbn, NotInCatalogue, AlreadyOffered.
    """
    return offer_copies(edition=edition_to_offer(isbn, seller=seller, **record), seller=seller, by=by, **copies)


def edition_to_offer(isbn: str, *, seller: Seller, **facts: Any) -> Edition:
    """The edition with this ISBN, made where the shop has none and the title is given; what else is given of one that
    the shop has counts for nothing. Raises UnknownIsbn, NotInCatalogue.
    """
    rows = Edition.objects.filter(isbn=isbn).select_related("book")
    rows = rows.select_for_update(no_key=True, of=("self",))  # not archived meanwhile
    found = rows.first()
    if found is None:
        if not facts.get("title"):
            error = FieldError("unknown_isbn", str(UnknownIsbn.message), "isbn")
            raise UnknownIsbn(isbn=isbn, needs=["title"], errors=[error])
        try:
            return add_edition(seller=seller, isbn=isbn, **facts)
        except IsbnTaken:  # by somebody who scanned it at the same moment
            found = rows.get()
    if found.is_archived or found.book.is_archived:
        bring_back_edition(found)
    return found


def named(publisher: str) -> Publisher | None:
    if not publisher:
        return None
    find_or_make_names_alone()
    return find_named(Publisher, [publisher])[publisher]


@contextmanager
def isbn_is_free(isbn: str | None) -> Iterator[None]:
    """Say of the constraint what it means, however many try at once."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        other = Edition.objects.filter(isbn=isbn).first() if isbn else None
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        if other is None or not constraint.startswith("catalog_edition_isbn"):
            raise
        url = f"{settings.SHOP_URL}/api/v1/editions/{isbn}/"
        raise IsbnTaken(isbn=isbn, edition=str(other.pk), url=url, archived=other.is_archived) from error
