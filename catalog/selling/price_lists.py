"""Price and stock lists: a seller's CSV of what offers cost from now on, and how many copies there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Seller, User
from bookstore.deadlocks import again_after_deadlock
from bookstore.errors import BookstoreError, Invalid, NotFound
from catalog.errors import BelowHeld
from catalog.imports.cells import Cells
from catalog.imports.errors import ImportRefused, UnreadableRest
from catalog.imports.files import ImportFile, LineReader
from catalog.imports.placing import UNCHANGED, UPDATED
from catalog.imports.record import LEFT_OUT, REJECTED, Note, RowRejected
from catalog.imports.report import KIND_OF_OUTCOME, Report, ReportFile
from catalog.imports.rows import BadRow, Row, Table
from catalog.models import Offer, StockReason
from catalog.models.offers import LARGEST_STOCK, OfferQuerySet
from catalog.selling.bulk import Change, Outcome, change_offers, price_of
from catalog.vocabularies import Condition

COPIES = ("quantity", "on_hand")  # those that can be bought, or those counted, held ones too: as in the API
COLUMNS = ("offer", "isbn", "condition", "price", *COPIES, "currency")
BATCH = 1000
AMOUNT = re.compile(r"[0-9]+([.,][0-9]+)?|[0-9]{1,3}(\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(,[0-9]{3})+\.[0-9]+", re.ASCII)
SPACES = re.compile(r"\s")
NOT_FOUND = "The seller has no such offer."


def update_offers(
    path: Path, seller: Seller, *, by: User | None = None, dry_run: bool = False, report_to: Path | None = None
) -> Report:
    """Bring a list's prices and counts into the seller's offers, some hundreds at a time. Raises ImportRefused.

    A file that cannot be read to its end is read as far as it can be.
    """
    file = ImportFile.inspect(path)
    with LineReader(file) as reader:
        table = Table(reader, COLUMNS)
        if not {"offer", "isbn"} & set(table.columns) or not {"price", *COPIES} & set(table.columns):
            raise ImportRefused("The header needs a column isbn or offer, and a column price, quantity or on_hand.")
        stamp = f"{timezone.now():%Y%m%d-%H%M%S-%f}"
        report = Report(report_to or settings.DATA_DIR / "imports" / f"{path.name}-{stamp}.csv", str(file.encoding))
        report.dry_run = dry_run
        try:
            output = ReportFile(report.path)
        except OSError as error:
            raise ImportRefused(f"The report {report.path} cannot be written: {error.strerror}.") from error
        with closing(output):
            PriceList(seller, by, report, output).read(table)
    return report


class PriceList:
    """A list being read."""

    def __init__(self, seller: Seller, by: User | None, report: Report, output: ReportFile) -> None:
        self.offers: OfferQuerySet = Offer.objects.filter(seller=seller)
        self.by, self.report, self.output = by, report, output
        self.seen: dict[UUID, int] = {}

    def read(self, table: Iterable[Row | BadRow]) -> None:
        rows = iter(table)
        try:
            while batch := list(next_rows(rows)):
                self.take(batch)
        except UnreadableRest as error:
            raise ImportRefused(f"{error} What stands before has been taken.") from error

    def take(self, rows: list[Row | BadRow]) -> None:
        notes: list[Note] = []
        changes = [change for row in rows if (change := read_row(row, notes))]
        outcomes = self.change(changes)
        for outcome in outcomes:
            if outcome.refusal:
                notes.append(note_of(outcome.row, outcome.refusal))
        fates = [UPDATED if outcome.changed else UNCHANGED for outcome in outcomes if outcome.offer]
        self.report.counts.update(fates)
        self.report.counts.update(KIND_OF_OUTCOME[note.outcome] for note in notes)
        self.report.counts["rows"] += len(rows)
        self.output.write(sorted(notes, key=lambda note: note.line))

    @again_after_deadlock
    def change(self, changes: list[Change]) -> list[Outcome]:
        """In one transaction, which a dry run takes back."""
        seen = dict(self.seen)
        outcomes = self.change_once(changes, seen)
        transaction.set_rollback(self.report.dry_run)
        self.seen = seen
        return outcomes

    def change_once(self, changes: list[Change], seen: dict[UUID, int]) -> list[Outcome]:
        """Make the changes. A value that cannot be taken costs the row that value, not the other."""
        told: dict[str, Any] = {"by": self.by, "reason": StockReason.IMPORT, "seen": seen}
        outcomes = change_offers(changes, self.offers, **told)
        refusals = {outcome.row: outcome.refusal for outcome in outcomes if outcome.refusal}
        rest = [part for change in changes if (part := without_fault(change, refusals.get(change.row)))]
        again = {outcome.row: outcome for outcome in change_offers(rest, self.offers, **told)} if rest else {}
        for outcome in outcomes:
            if outcome.row in again:
                outcome.offer, outcome.changed = again[outcome.row].offer, again[outcome.row].changed
        return outcomes


def next_rows(rows: Iterator[Row | BadRow]) -> Iterator[Row | BadRow]:
    for _number, row in zip(range(BATCH), rows, strict=False):
        yield row


def read_row(row: Row | BadRow, notes: list[Note]) -> Change | None:
    """What the row asks for, if it can be told which offer it means."""
    if isinstance(row, BadRow):
        notes.append(Note(row.line, row.column, row.value, row.reason, REJECTED))
        return None
    cells = ListCells(row)
    try:
        change = cells.change()
    except RowRejected as error:
        notes.append(Note(row.line, error.column, error.value, error.reason, REJECTED))
        return None
    notes += cells.notes
    return change


class ListCells(Cells):
    """Cells of a price list."""

    escaped = False

    def change(self) -> Change:
        offer, isbn = self.which()
        amount = self.amount()
        currency = self.raw("currency").upper() or None
        if amount and currency:
            amount = self.price_in(amount, currency)
        return Change(
            self.line, offer=offer, isbn=isbn, condition=self.condition(), amount=amount, currency=currency,
            **self.copies(),
        )  # fmt: skip

    def which(self) -> tuple[UUID | None, str | None]:
        named = self.raw("offer")
        if named:
            try:
                return UUID(named), None
            except ValueError as error:
                raise RowRejected("offer", named, "It is not an offer's id.") from error
        isbn = self.isbn("isbn")
        if isbn is None:
            told = next((note.reason for note in self.notes if note.column == "isbn"), "The row names no offer.")
            raise RowRejected("isbn", self.raw("isbn"), told)
        return None, isbn

    def condition(self) -> str | None:
        value = self.raw("condition").lower().replace(" ", "_")
        if value and value not in Condition.values:
            raise RowRejected("condition", value, f"It is none of {', '.join(Condition.values)}.")
        return value or None

    def amount(self) -> str | None:
        """`12.90`, `12,90` or `1.234,50`, as `12.90` and `1234.50`."""
        value = SPACES.sub("", self.raw("price"))
        if not value:
            return None
        if not AMOUNT.fullmatch(value):
            self.leave_out("price", value, "It is not an amount of money; write 12.90 or 12,90.")
            return None
        whole, mark, rest = re.fullmatch(r"(.*?)(?:([.,])(\d*))?", value).groups()  # type: ignore[union-attr]
        return re.sub(r"[.,]", "", whole) + (f".{rest}" if mark else "")

    def price_in(self, amount: str, currency: str) -> str | None:
        try:
            price_of(amount, currency)
        except Invalid as refusal:
            self.leave_out("price", f"{amount} {currency}", refusal.errors[0].message)
            return None
        return amount

    def copies(self) -> dict[str, Any]:
        given = {column: value for column in COPIES if (value := SPACES.sub("", self.raw(column)))}
        if len(given) > 1:
            self.leave_out("quantity", given.pop("quantity"), "The row says on_hand too, and that is taken.")
        counts = {column: self.count(column, value) for column, value in given.items()}
        return {column: count for column, count in counts.items() if count is not None}

    def count(self, column: str, value: str) -> int | None:
        if not re.fullmatch(r"[0-9]{1,15}(\.0+)?", value, re.ASCII) or int(value.partition(".")[0]) > LARGEST_STOCK:
            self.leave_out(column, value, f"It is not a number of copies up to {LARGEST_STOCK}.")
            return None
        return int(value.partition(".")[0])


def without_fault(change: Change, refusal: BookstoreError | None) -> Change | None:
    """What is left of a change when its refused price or count is left out."""
    if isinstance(refusal, BelowHeld):
        return replace(change, on_hand=None)
    return replace(change, amount=None) if is_about_price(refusal) else None


def is_about_price(refusal: BookstoreError | None) -> bool:
    return isinstance(refusal, Invalid) and [error.field for error in refusal.errors] == ["price.amount"]


def note_of(line: int, refusal: BookstoreError) -> Note:
    """A line of the report for a row that the shop could not take."""
    if isinstance(refusal, NotFound):
        return Note(line, "offer", "", NOT_FOUND, REJECTED)
    if isinstance(refusal, BelowHeld):
        return Note(line, "on_hand", str(refusal.facts["wanted"]), str(refusal), LEFT_OUT)
    if refusal.errors:
        outcome = LEFT_OUT if is_about_price(refusal) else REJECTED
        column = refusal.errors[0].field.partition(".")[0]
        return Note(line, column, "", refusal.errors[0].message, outcome)
    return Note(line, "", "", str(refusal), REJECTED)
