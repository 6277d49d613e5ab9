"""One batch of a file: placed, written, and accounted for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from uuid import UUID

from catalog.imports import among, seen
from catalog.imports.offers import Offers, Wanted
from catalog.imports.placing import UNCHANGED, UPDATED, Batch
from catalog.imports.products import write_facts
from catalog.imports.record import REJECTED, Note, Record, RowRejected
from catalog.imports.report import KIND_OF_OUTCOME
from catalog.imports.rows import BadRow
from catalog.imports.writing import write
from catalog.models import Edition
from catalog.services import refresh_listings
from catalog.services.changes import refresh_followers

Item = Record | BadRow


class Kind(Protocol):
    """What a batch needs to know of its format."""

    @property
    def name(self) -> str: ...

    @property
    def trusts_isbn(self) -> bool:
        """Whether two of its records with one ISBN are of one edition."""

    @property
    def unit(self) -> str:
        """What its numbers count: lines, or records."""


@dataclass(slots=True)
class Outcome:
    """What became of a batch."""

    notes: list[Note] = field(default_factory=list)
    fates: dict[int, str] = field(default_factory=dict)

    def reject(self, line: int, column: str, value: str, reason: str) -> None:
        self.notes.append(Note(line, column, value, reason, REJECTED))

    def locate(self, places: dict[int, tuple[int, str]]) -> None:
        """Where records are numbered, say on which line of the file they stand and what their sender calls them."""
        if places:
            self.notes = [
                replace(note, line=places[note.line][0], record=places[note.line][1]) if note.line in places else note
                for note in self.notes
            ]

    def counts(self, rows: dict[int, int]) -> Counter[str]:
        counts = Counter(KIND_OF_OUTCOME[note.outcome] for note in self.notes)
        for line, fate in self.fates.items():
            counts[fate] += rows[line]
        return counts + Counter(rows=sum(rows.values()))


def write_items(format: Kind, items: Sequence[Item]) -> Outcome:
    """Bring the items into the catalogue, in the caller's transaction."""
    outcome = Outcome()
    for item in items:
        if isinstance(item, BadRow):
            outcome.reject(item.line, item.column, item.value, item.reason)
    records = [item for item in items if isinstance(item, Record)]
    batch = Batch(format.name, records, trusts_isbn=format.trusts_isbn)
    for record, sighting in zip(records, seen.remember(records), strict=True):
        place(batch, record, sighting, outcome, format.unit)
    offers = Offers(wanted_offers(batch))  # locked before the books, as buyers lock them
    books = write(batch)
    books |= write_products(batch, outcome)
    books |= write_offers(offers, outcome)
    if books:
        refresh_listings(books)
        refresh_followers(books)
    outcome.notes += batch.notes
    outcome.notes.sort(key=lambda note: note.line)
    outcome.locate({item.line: (item.at, item.name) for item in items if item.at})
    return outcome


def place(batch: Batch, record: Record, sighting: seen.Sighting, outcome: Outcome, unit: str) -> None:
    try:
        if sighting.repeats_line and sighting.differs:
            raise RowRejected(
                "", record.reference, f"{unit} {sighting.repeats_line} tells of the same edition differently."
            )
        outcome.fates[record.line] = batch.place(
            record, first_of_book=sighting.first_of_book, repeated=bool(sighting.repeats_line)
        )
        outcome.notes += record.notes
    except RowRejected as rejected:
        outcome.reject(record.line, rejected.column, rejected.value, rejected.reason)


def wanted_offers(batch: Batch) -> list[Wanted]:
    return [(record.line, record.offer, edition) for record, edition in batch.placed if record.offer is not None]


def write_products(batch: Batch, outcome: Outcome) -> set[UUID]:
    """Write what the trade says of the editions beyond their columns, and return the books concerned."""
    changed = write_facts(batch.told)
    for record, _ in changed:
        if outcome.fates.get(record.line) == UNCHANGED:
            outcome.fates[record.line] = UPDATED
    return {state.book.book.id for _, state in changed}


def write_offers(offers: Offers, outcome: Outcome) -> set[UUID]:
    """Write the offers of the placed records, and return the books whose offers changed."""
    changed = {line for line, fate in offers.place().items() if fate != UNCHANGED}
    offers.write()
    outcome.notes += offers.notes
    for line in changed:
        if outcome.fates[line] == UNCHANGED:
            outcome.fates[line] = UPDATED
    editions = {edition for line, _, edition in offers.wanted if line in changed}
    return set(Edition.objects.filter(among.keys("pk", editions)).values_list("book", flat=True)) if editions else set()
