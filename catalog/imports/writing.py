"""A placed batch on its way into the database: one statement per kind of row."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from catalog.imports import among, bulk, copied
from catalog.imports.lookups import find_contributors, find_named, find_subjects
from catalog.imports.placing import Batch
from catalog.imports.state import LISTS, BookState
from catalog.models import (
    Book,
    Contribution,
    Contributor,
    Publisher,
    Series,
    SeriesEntry,
    SourceRecord,
    Subject,
    SubjectLink,
)
from catalog.services.cover_fetches import want_covers


def write(batch: Batch) -> set[UUID]:
    """Write what is new or changed, and return the books concerned."""
    books = list(batch.catalogue.books.values())
    editions = list(batch.catalogue.editions.values())
    publishers = find_named(Publisher, [state.publisher for state in editions if "publisher" in state.changed])
    for state in editions:
        if "publisher" in state.changed:
            state.edition.publisher = publishers[state.publisher]
    bulk.insert(state.book for state in books if state.is_new)
    update([(state.book, state.changed - set(LISTS)) for state in books if not state.is_new])
    if batch.brought_back:
        Book.objects.filter(pk__in=batch.brought_back).update(archived_at=None)
    bulk.insert(state.edition for state in editions if state.is_new)
    update([(state.edition, state.changed) for state in editions if not state.is_new])
    write_people([state for state in books if "people" in state.changed])
    find_contributors(who for state in books for who in state.told_of)
    write_series([state for state in books if "series" in state.changed])
    write_subjects([state for state in books if "subjects" in state.changed])
    bulk.insert(batch.new_records)
    bulk.update([SourceRecord(pk=pk, digest=digest) for pk, digest in batch.new_digests.items()], ["digest"])
    want_covers({edition: record.cover_url for record, edition in batch.placed if record.cover_url})
    batch.catalogue.joining.write()
    touched = {state.book.id for state in books if state.is_new or state.changed}
    return touched | {state.book.book.id for state in editions if state.is_new or state.changed}


def update(rows: Iterable[tuple[Any, set[str]]]) -> None:
    """Save the changed fields of the rows that have some."""
    changed = [(row, names) for row, names in rows if names]
    for row, _ in changed:
        row.updated_at = timezone.now()
    if changed:
        fields = set().union(*(names for _, names in changed))
        bulk.update([row for row, _ in changed], [*fields, "updated_at"])


def replace(model: type[Model], books: list[BookState], names: Sequence[str], lines: Iterable[str]) -> None:
    """Put these rows in the place of those that the books had."""
    known = [state.book.id for state in books if not state.is_new]
    if known:
        model._default_manager.filter(among.keys("book", known)).delete()
    numbers = bulk.new_numbers()
    bulk.copy(model, ["id", *names], (f"{next(numbers):032x}\t{line}\n".encode() for line in lines))


def write_people(books: list[BookState]) -> None:
    found = find_contributors(who for state in books for who in state.people)
    lines = (line for state in books for line in contributions(state, found))
    replace(Contribution, books, ("book_id", "contributor_id", "role", "position"), lines)


def contributions(state: BookState, found: dict[Any, Contributor]) -> Iterator[str]:
    book, parts = state.book.id.hex, dict.fromkeys((found[who.key].id.hex, who.role) for who in state.people)
    for place, (contributor, role) in enumerate(parts, start=1):
        yield f"{book}\t{contributor}\t{copied.escaped(role)}\t{place}"


def write_series(books: list[BookState]) -> None:
    found = find_named(Series, [each.name for state in books for each in state.series])
    entries = {
        (state.book.id, found[each.name].id): (state, each) for state in books for each in reversed(state.series)
    }
    lines = [
        copied.values(state.book.id, found[each.name].id, each.label, each.position)
        for state, each in sorted(entries.values(), key=lambda entry: entry[0].series.index(entry[1]))
    ]
    replace(SeriesEntry, books, ("book_id", "series_id", "label", "position"), lines)


def write_subjects(books: list[BookState]) -> None:
    found: dict[Any, Subject] = find_subjects({each: None for state in books for each in state.subjects})
    keys = {heading: subject.id.hex for heading, subject in found.items()}
    lines = (
        f"{book}\t{keys[each]}\t{place}"
        for state in books
        for book in (state.book.id.hex,)
        for place, each in enumerate(dict.fromkeys(state.subjects), start=1)
    )
    replace(SubjectLink, books, ("book_id", "subject_id", "position"), lines)
