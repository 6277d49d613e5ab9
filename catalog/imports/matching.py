"""What the shop already has of a batch: loaded with a few queries, then looked up row by row."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from catalog.imports import among
from catalog.imports.joining import Joining
from catalog.imports.record import Heading, Person, Record, SeriesPlace
from catalog.imports.state import BookState, EditionState
from catalog.imports.titles import plain_number
from catalog.models import Book, Contribution, Edition, MergedBook, SeriesEntry, SourceRecord, SubjectLink


@dataclass(slots=True)
class Known:
    """A source's record of an edition, as the shop keeps it."""

    id: UUID
    edition_id: UUID
    digest: str
    tells_book: bool = True

    @property
    def made_the_edition(self) -> bool:
        """The record of the source that an edition came from bears the edition's own id."""
        return self.id == self.edition_id


class Catalogue:
    """The editions and books that a batch may be about."""

    def __init__(self, source: str, records: list[Record]) -> None:
        self.source = source
        self.known = self._load_known(records)
        changed = [record for record in records if not self.is_unchanged(record)]
        self.editions: dict[UUID, EditionState] = {}
        self.books: dict[UUID, BookState] = {}
        self._load_editions(changed)
        named = {record.book_id for record in changed if record.book_id}
        self.merged = dict(MergedBook.objects.filter(pk__in=named).values_list("pk", "book_id")) if named else {}
        self.joining = Joining(source, [record for record in changed if self.may_join(record)])
        self._load_books((named | set(self.merged.values()) | self.joining.candidates()) - self.books.keys())
        self._load_lists()
        self.by_isbn = {state.edition.isbn: state for state in self.editions.values() if state.edition.isbn}
        self.claimed = self._load_claimed()
        self.book_by_key: dict[str, BookState] = {}
        self.by_reference: dict[str, EditionState] = {}
        self.guest_keys: set[str] = set()

    def is_unchanged(self, record: Record) -> bool:
        known = self.known.get(record.reference)
        return known is not None and known.digest == record.digest

    def book_of(self, record: Record) -> BookState | None:
        """The book that the record names, by its id or by the key of an earlier row."""
        named = self.merged.get(record.book_id, record.book_id) if record.book_id else None
        if named in self.books:
            return self.books[named]
        known = self.known.get(book_reference(record))
        remembered = self.editions.get(known.edition_id) if known else None
        return remembered.book if remembered else self.book_by_key.get(record.book_key)

    def may_join(self, record: Record) -> bool:
        """Whether what the record says of its work counts: one that names a book of its own by an id has its place."""
        return record.has_edition and record.book_id is None

    def joined(self, record: Record) -> BookState | None:
        """The book that a new edition is of, though the record does not name it."""
        found = self.joining.find(record)
        return self.books.get(found) if found else None

    def is_guest(self, record: Record) -> bool:
        """Whether the record's key stands for a book that others tell of."""
        known = self.known.get(book_reference(record)) if record.book_key else None
        return record.book_key in self.guest_keys or (known is not None and not known.tells_book)

    def add(self, state: EditionState, record: Record) -> None:
        self.editions[state.edition.id] = state
        self.books[state.book.book.id] = state.book
        self.by_reference[record.reference] = state
        self.claimed.add(state.edition.id)
        if state.edition.isbn:
            self.by_isbn[state.edition.isbn] = state
        if record.book_key:
            self.book_by_key.setdefault(record.book_key, state.book)
            self.joining.keyed.add(state.book.book.id)
        self.joining.settle(record, state.book.book.id, state.edition.isbn)

    def _load_known(self, records: list[Record]) -> dict[str, Known]:
        references = {record.reference for record in records} | {
            book_reference(record) for record in records if record.book_key
        }
        rows = SourceRecord.objects.filter(among.texts("reference", references), source=self.source)
        return {row.reference: Known(row.pk, row.edition_id, row.digest, row.tells_book) for row in rows}

    def _load_editions(self, records: list[Record]) -> None:
        ids = {record.edition_id for record in records if record.edition_id}
        for record in records:
            ids |= {self.known[name].edition_id for name in (record.reference, book_reference(record))
                    if name in self.known}  # fmt: skip
        isbns = {record.isbn for record in records if record.isbn}
        if not ids and not isbns:
            return
        rows = Edition.objects.filter(among.keys("pk", ids) | among.texts("isbn", isbns)).select_related(
            "book", "publisher"
        )
        rows = rows.annotate(told_by=F("product__reference"))
        for edition in rows.order_by("id"):
            book = self.books.setdefault(edition.book_id, BookState(edition.book))
            edition.book = book.book
            publisher = edition.publisher.name if edition.publisher else ""
            self.editions[edition.pk] = EditionState(edition, book, publisher=publisher, told_by=edition.told_by or "")

    def _load_books(self, ids: Iterable[UUID]) -> None:
        if ids:
            self.books |= {book.pk: BookState(book) for book in Book.objects.filter(among.keys("pk", ids))}

    def _load_lists(self) -> None:
        if not self.books:
            return
        people = defaultdict(list)
        for part in Contribution.objects.filter(among.keys("book", self.books)).select_related("contributor"):
            people[part.book_id].append(told_person(part))
        series = defaultdict(list)
        for entry in SeriesEntry.objects.filter(among.keys("book", self.books)).select_related("series").order_by("id"):
            series[entry.book_id].append(told_series(entry))
        subjects = defaultdict(list)
        for link in SubjectLink.objects.filter(among.keys("book", self.books)).select_related("subject"):
            subjects[link.book_id].append(told_subject(link))
        for pk, state in self.books.items():
            state.people, state.series, state.subjects = tuple(people[pk]), tuple(series[pk]), tuple(subjects[pk])

    def _load_claimed(self) -> set[UUID]:
        """Editions that this source has told of before."""
        rows = (
            SourceRecord.objects.filter(among.keys("edition", self.editions), source=self.source)
            if self.editions
            else []
        )
        return {row.edition_id for row in rows}


def book_reference(record: Record) -> str:
    return f"book:{record.book_key}"


def told_person(part: Contribution) -> Person:
    who = part.contributor
    return Person(who.name, who.sort_name, part.role, who.birth_year, who.death_year)


def told_series(entry: SeriesEntry) -> SeriesPlace:
    """A number without a label is its own label."""
    return SeriesPlace(entry.series.name, entry.label or plain_number(entry.position), entry.position)


def told_subject(link: SubjectLink) -> Heading:
    return Heading(link.subject.scheme, link.subject.code, link.subject.label)
