"""Books as sellers write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from accounts.models import Seller, User
from bookstore.deadlocks import again_after_deadlock
from bookstore.errors import NotFound
from catalog.imports.record import Heading, Person, SeriesPlace
from catalog.imports.state import BookState
from catalog.imports.writing import write_people, write_series, write_subjects
from catalog.models import Book, Edition
from catalog.selling.ownership import may_change_book
from catalog.services import refresh_books

NAMES = 0x6E616D65  # any number that nothing else in the shop locks
WRITERS = {"people": write_people, "series": write_series, "subjects": write_subjects}


@again_after_deadlock
def add_book(*, seller: Seller | None, **facts: Any) -> Book:
    """A new work. `people`, `series` and `subjects` are lists, all else are fields of the book."""
    book = new_book(seller, **facts)
    refresh_books([book.pk])
    return book


def new_book(seller: Seller | None, **facts: Any) -> Book:
    """The caller refreshes the listing."""
    lists = take_lists(facts)
    book = Book.objects.create(created_by=seller, **facts)
    write_lists(book, lists, is_new=True)
    return book


@again_after_deadlock
def change_book(book: Book, *, by: User, **facts: Any) -> Book:
    """Change what is given. Raises NotYourRecord, NotFound for one archived meanwhile."""
    found = lock_book(book)
    may_change_book(found, by)
    lists = take_lists(facts)
    changed = {name: value for name, value in facts.items() if getattr(found, name) != value}
    for name, value in changed.items():
        setattr(found, name, value)
    if changed or lists:
        found.save(update_fields=[*changed, "updated_at"])
        write_lists(found, lists)
        refresh_books([found.pk])
    return found


def lock_book(book: Book) -> Book:
    """The book and its editions, which nobody offers or changes until the transaction ends. Raises NotFound."""
    list(Edition.objects.filter(book=book).order_by("pk").select_for_update().values_list("pk"))
    found = Book.objects.filter(pk=book.pk, archived_at=None).select_for_update(no_key=True).first()
    if found is None:
        raise NotFound
    return found


def take_lists(facts: dict[str, Any]) -> dict[str, Sequence[Person | SeriesPlace | Heading]]:
    return {name: facts.pop(name) for name in WRITERS if name in facts}


def write_lists(book: Book, lists: dict[str, Any], *, is_new: bool = False) -> None:
    """Put these lists in the place of the book's own."""
    if any(lists.values()):
        find_or_make_names_alone()
    state = BookState(book, is_new)
    for name, rows in lists.items():
        setattr(state, name, tuple(rows))
        WRITERS[name]([state])


def find_or_make_names_alone() -> None:
    """Whoever writes at the same time waits, and then finds the people, publishers and subjects made here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NAMES])
