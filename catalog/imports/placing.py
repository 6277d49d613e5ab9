"""Where a record belongs: an edition that the shop has, a book that it has, or a new book."""

from uuid import UUID

from catalog.imports import bulk
from catalog.imports.matching import Catalogue, book_reference
from catalog.imports.record import LEFT_OUT, Note, Record, RowRejected
from catalog.imports.state import BookState, EditionState
from catalog.models import Book, Edition, SourceRecord

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"


class Batch:
    """Records being placed among the shop's books; nothing is written yet."""

    def __init__(self, source: str, records: list[Record], *, trusts_isbn: bool) -> None:
        self.source = source
        self.trusts_isbn = trusts_isbn
        self.catalogue = Catalogue(source, records)
        self.notes: list[Note] = []
        self.ids = bulk.new_keys()
        self.new_records: list[SourceRecord] = []
        self.new_digests: dict[UUID, str] = {}
        self.placed: list[tuple[Record, UUID]] = []
        self.brought_back: set[UUID] = set()
        self.told: list[tuple[Record, EditionState]] = []  # what is new or has changed since its last import

    def place(self, record: Record, *, first_of_book: bool, repeated: bool) -> str:
        """Returns what became of the row's book and edition. Raises RowRejected."""
        known = self.catalogue.known.get(record.reference)
        if known and known.digest == record.digest:
            self.placed.append((record, known.edition_id))
            return UNCHANGED
        state, overwrite = self.find(record)
        if not record.has_edition:
            return self.place_book(record, first_of_book)
        is_new = state is None
        if state is None:
            state, changed = self.create(record, first_of_book), True
        elif repeated:
            changed = False
        else:
            self.check_book(record, state)
            changed = self.update(record, state, overwrite, first_of_book)
        self.remember(record, state, is_new)
        self.told.append((record, state))
        self.placed.append((record, state.edition.id))
        return CREATED if is_new else UPDATED if changed else UNCHANGED

    def find(self, record: Record) -> tuple[EditionState | None, bool]:
        """The edition that the shop has, and whether this source's word is above what the shop has of it."""
        known = self.catalogue.known.get(record.reference)
        if record.reference in self.catalogue.by_reference:
            return self.catalogue.by_reference[record.reference], False
        by_id = self.catalogue.editions.get(record.edition_id) if record.edition_id else None
        if by_id is not None:
            return by_id, record.is_trusted
        if known is not None:
            return self.catalogue.editions[known.edition_id], known.made_the_edition
        state = self.catalogue.by_isbn.get(record.isbn) if record.isbn else None
        if state is not None and state.edition.id in self.catalogue.claimed and not self.trusts_isbn:
            return None, False
        return state, False

    def check_book(self, record: Record, state: EditionState) -> None:
        named = self.catalogue.book_of(record)
        if named is not None and named is not state.book:
            raise RowRejected("book", record.book_key, "The shop has this edition with another book.")

    def place_book(self, record: Record, first_of_book: bool) -> str:
        """A row about a book only, which its id names."""
        book = self.catalogue.book_of(record)
        if book is None:
            book = self.new_book(record)
            self.catalogue.books[book.book.id] = book
            return CREATED
        return UPDATED if book.apply(record, overwrite=first_of_book) else UNCHANGED

    def create(self, record: Record, first_of_book: bool) -> EditionState:
        book = self.catalogue.book_of(record)
        joined = self.catalogue.joined(record) if book is None else None
        if joined is not None and record.book_key:
            self.catalogue.guest_keys.add(record.book_key)
        is_guest = joined is not None or self.catalogue.is_guest(record)
        book = book or joined
        if book is None:
            book = self.new_book(record)
        else:
            book.apply(record, overwrite=first_of_book and record.book_id == book.book.id)
        state = EditionState(self.new_edition(record, book), book, is_new=True, is_guest=is_guest)
        state.apply(record, overwrite=True)
        self.take_isbn(record, state, overwrite=True)
        return state

    def new_edition(self, record: Record, book: BookState) -> Edition:
        """It brings back a book that a seller archived; of a book that the shop took out it is out, too."""
        edition = bulk.fresh(Edition)
        edition.id, edition.book = record.edition_id or next(self.ids), book.book
        if book.book.archived_by_shop:
            edition.archived_at, edition.archived_by_shop = book.book.archived_at, True
        elif book.book.is_archived:
            self.brought_back.add(book.book.id)
        return edition

    def new_book(self, record: Record) -> BookState:
        book = BookState(bulk.fresh(Book), is_new=True)
        book.book.id = record.book_id or next(self.ids)
        book.apply(record, overwrite=True)
        return book

    def update(self, record: Record, state: EditionState, overwrite: bool, first_of_book: bool) -> bool:
        state.is_guest = self.is_guest(record, state)
        book_changed = state.book.apply(record, overwrite=overwrite and first_of_book and not state.is_guest)
        edition_changed = state.apply(record, overwrite=overwrite)
        return self.take_isbn(record, state, overwrite) or book_changed or edition_changed

    def is_guest(self, record: Record, state: EditionState) -> bool:
        """Whether the record speaks for its edition only, because the book is one that others tell of."""
        if record.book_id:
            return record.book_id != state.book.book.id
        known = self.catalogue.known.get(record.reference)
        return known is not None and not known.tells_book

    def take_isbn(self, record: Record, state: EditionState, overwrite: bool) -> bool:
        current, wanted = state.edition.isbn, record.isbn
        if not wanted or wanted == current or (current and not overwrite):
            return False
        if wanted in self.catalogue.by_isbn:
            self.notes.append(Note(record.line, "isbn", wanted, "Another edition in the shop has it.", LEFT_OUT))
            return False
        state.edition.isbn = wanted
        state.changed.add("isbn")
        self.catalogue.by_isbn[wanted] = state
        return True

    def remember(self, record: Record, state: EditionState, is_new: bool) -> None:
        """Keep what the source said, for the next import; an id of our own needs no memory."""
        known = self.catalogue.known.get(record.reference)
        if known is not None:
            self.new_digests[known.id] = record.digest
        elif record.edition_id != state.edition.id:
            own = state.edition.id if is_new else next(self.ids)
            self.new_records.append(self.source_record(own, record.reference, record.digest, state))
        key = book_reference(record)
        is_remembered = key in self.catalogue.known or record.book_key in self.catalogue.book_by_key
        if record.book_key and record.book_id != state.book.book.id and not is_remembered:
            self.new_records.append(self.source_record(next(self.ids), key, "", state))
        self.catalogue.add(state, record)

    def source_record(self, id: UUID, reference: str, digest: str, state: EditionState) -> SourceRecord:
        row = bulk.fresh(SourceRecord)
        row.id, row.source, row.reference, row.digest = id, self.source, reference, digest
        row.edition_id, row.tells_book = state.edition.id, not state.is_guest
        return row
