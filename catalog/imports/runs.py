"""An import from beginning to end, or from where an interrupted one stopped."""

import contextlib
import gc
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import DeadlockDetected, ForeignKeyViolation

from accounts.models import Seller
from catalog.imports import seen
from catalog.imports.batches import Item, Kind, write_items
from catalog.imports.errors import ImportRefused, UnreadableRest
from catalog.imports.files import ImportFile, LineReader
from catalog.imports.formats import FORMATS, Format
from catalog.imports.record import Note, Record
from catalog.imports.report import KIND_OF_OUTCOME, Report, ReportFile
from catalog.imports.rows import BadRow, Table
from catalog.models import Book, ImportRun

BATCH = 1000
LOCK = 0x626F6F6B  # any number that nothing else in the shop locks
MEANWHILE = (DeadlockDetected, ForeignKeyViolation)
LOST = (OperationalError, InterfaceError, OSError)

FEW, GROWN = 500, 4  # books; and how many times as many make the planner's idea of the tables out of date

# How far the run is stands in the same transaction: what a crash of the server takes, --resume brings again.
NEED_NOT_WAIT = "SET LOCAL synchronous_commit = off"

Progress = Callable[[int], None]


class Source(ABC):
    """An open file that gives records, whatever it is written in."""

    format: Kind
    file: ImportFile
    title: str  # what the file is called
    batch = BATCH  # how many records are written at a time

    @property
    @abstractmethod
    def bytes_read(self) -> int: ...

    @abstractmethod
    def first_notes(self) -> list[Note]:
        """What is to be said of the file as a whole."""

    @abstractmethod
    def items(self) -> Iterator[Item]: ...

    @abstractmethod
    def close(self) -> None: ...


class TableSource(Source):
    """A CSV file of one of the formats that stand in tables."""

    def __init__(self, path: Path, format: str, seller: Seller | None, title: str = "") -> None:
        if format not in FORMATS:
            raise ImportRefused(f"There is no format {format}; there are {', '.join(FORMATS)}.")
        self.file, self.title = ImportFile.inspect(path), title or path.name
        self.reader = LineReader(self.file)
        try:
            self.format: Format = FORMATS[format](path, seller.slug if seller else "")
            self.table = Table(self.reader, self.format.columns(), self.format.required)
        except BaseException:
            self.close()
            raise

    @property
    def bytes_read(self) -> int:
        return self.reader.bytes_read

    def first_notes(self) -> list[Note]:
        return self.format.notes_on_header(self.table.columns)

    def items(self) -> Iterator[Item]:
        return self.format.records(iter(self.table))

    def close(self) -> None:
        self.reader.close()


def import_file(path: Path, format: str, *, seller: Seller | None = None, title: str = "", **options: Any) -> Report:
    """Bring a table into the catalogue; the options are those of `run_import`. Raises ImportRefused."""
    with contextlib.closing(TableSource(path, format, seller, title)) as source:
        return run_import(source, seller=seller, **options)


def run_import(
    source: Source,
    *,
    seller: Seller | None = None,
    dry_run: bool = False,
    resume: bool = False,
    progress: Progress | None = None,
    report_to: Path | None = None,
    run: ImportRun | None = None,
) -> Report:
    """Bring what a source tells into the catalogue; `progress` is told the bytes read so far. Raises ImportRefused.

    A run that is given is begun; otherwise there is a new one, or the interrupted one that is to be resumed.
    """
    with only_one(), few_collections(), transaction.atomic() if dry_run else contextlib.nullcontext():
        if run is not None:
            begin(run, source)
        else:
            run = find_run(source, seller) if resume else begin(ImportRun(seller=seller), source)
        with contextlib.closing(Import(run, source, report_to)) as work:
            work.report.dry_run = dry_run
            work.go(source, lambda: progress(source.bytes_read) if progress else None)
        if dry_run:
            transaction.set_rollback(True)
    return work.report


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Refuse a second import while one is running: each would see half of the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise ImportRefused("Another import is running. Start this one when it has ended.")
    try:
        yield
    finally:
        with contextlib.suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@contextlib.contextmanager
def few_collections() -> Iterator[None]:
    """Batches are large and have no cycles; looking for some after every few hundred objects takes long."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def begin(run: ImportRun, source: Source) -> ImportRun:
    run.format = source.format.name
    run.file_name = source.title[:500]
    run.file_digest = source.file.digest
    run.encoding = str(source.file.encoding)
    run.status = ImportRun.Status.RUNNING
    run.save()
    return run


def find_run(source: Source, seller: Seller | None) -> ImportRun:
    """The last import of this very file, if it did not reach the end."""
    runs = ImportRun.objects.filter(file_digest=source.file.digest, format=source.format.name, seller=seller)
    run = runs.exclude(status=ImportRun.Status.WAITING).order_by("-id").first()
    if run is None:
        raise ImportRefused(
            f"There is nothing to resume: {source.title} as it is now was not being imported as {source.format.name}."
        )
    if run.status == ImportRun.Status.FINISHED:
        raise ImportRefused(f"There is nothing to resume: {source.title} was imported to its end.")
    return run


class Import:
    """A run at work."""

    def __init__(self, run: ImportRun, source: Source, report_to: Path | None) -> None:
        self.run, self.format = run, source.format
        kept = run.counts.get("report", "")
        path = report_to or Path(kept or settings.DATA_DIR / "imports" / f"{file_name(source.title)}-{run.pk}.csv")
        self.report = Report(path, run.encoding, counts=Counter(run.counts.get("kinds", {})))
        size = run.counts.get("report_size", 0) if str(path) == kept and path.exists() else 0
        try:
            self.report_file = ReportFile(path, size)
        except OSError as error:
            raise ImportRefused(f"The report {path} cannot be written: {error.strerror}.") from error

    def close(self) -> None:
        self.report_file.close()

    def go(self, source: Source, tell: Callable[[], None]) -> None:
        """Take batch by batch. Raises ImportRefused where that has to stop; what was taken stays."""
        try:
            seen.start()
            if not self.run.rows_done:
                self.take_notes(source.first_notes())
            known, before = books_by_planner(), self.report.created
            for items in batches(self.rest(source.items()), source.batch):
                self.take(items)
                items.clear()  # so that only one batch is in memory while the next one is read
                tell()
                if known + self.report.created - before > GROWN * max(known, FEW):
                    analyze()
                    known, before = books_by_planner(), self.report.created
            self.end(ImportRun.Status.FINISHED)
        except UnreadableRest as error:
            self.end(ImportRun.Status.FAILED, str(error))
            raise ImportRefused(f"{error} What stands before has been imported.") from error
        except LOST as error:
            with contextlib.suppress(*LOST, DatabaseError):
                self.end(ImportRun.Status.FAILED, str(error))
            raise ImportRefused(
                f"The import stopped after {self.run.rows_done} rows: {' '.join(str(error).split())} "
                "What was imported stays; go on with --resume."
            ) from error
        except Exception as error:
            with contextlib.suppress(DatabaseError, InterfaceError):
                self.end(ImportRun.Status.FAILED, str(error) or type(error).__name__)
            raise

    def rest(self, items: Iterator[Item]) -> Iterator[Item]:
        """The items that an interrupted run has not taken; the others are only remembered."""
        skipped, records = 0, []
        while skipped < self.run.rows_done and (item := next(items, None)):
            skipped += rows_of(item)
            records += [item] if isinstance(item, Record) else []
            if len(records) == BATCH or skipped >= self.run.rows_done:
                seen.remember(records)
                records = []
        return items

    def take(self, items: list[Item], tries: int = 5) -> None:
        """Take a batch in one transaction; one that the database refuses is halved until the bad row is alone."""
        before = (self.run.rows_done, self.run.counts)
        try:
            self.take_at_once(items)
        except DatabaseError as error:
            self.run.rows_done, self.run.counts = before
            self.report_file.take_back(self.run.counts.get("report_size", 0))
            if isinstance(error.__cause__, MEANWHILE) and tries:
                self.take(items, tries - 1)  # somebody in the console went first, or has just merged a book away
                return
            if isinstance(error, LOST) or isinstance(items[0], BadRow):
                raise
            if len(items) == 1:
                self.take([bad_row(items[0], error)])
                return
            middle = len(items) // 2
            self.take(items[:middle])
            self.take(items[middle:])

    def take_at_once(self, items: list[Item]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(NEED_NOT_WAIT)
            outcome = write_items(self.format, items)
            counts = self.report.counts + outcome.counts({item.line: rows_of(item) for item in items})
            self.run.rows_done += sum(rows_of(item) for item in items)
            self.save(counts, outcome.notes)
        self.report.counts = counts

    def take_notes(self, notes: list[Note]) -> None:
        self.save(self.report.counts + Counter(KIND_OF_OUTCOME[note.outcome] for note in notes), notes)
        self.report.counts.update(KIND_OF_OUTCOME[note.outcome] for note in notes)

    def save(self, counts: Counter[str], notes: list[Note]) -> None:
        size = self.report_file.write(notes)
        self.run.counts = {"kinds": dict(counts), "report": str(self.report.path), "report_size": size}
        self.run.save(update_fields=["rows_done", "counts", "updated_at"])

    def end(self, status: ImportRun.Status, error: str = "") -> None:
        self.run.status, self.run.error, self.run.finished_at = status, error, timezone.now()
        self.run.save(update_fields=["status", "error", "finished_at", "updated_at"])


def books_by_planner() -> int:
    """How many books PostgreSQL plans for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [Book._meta.db_table])
        return max(0, int(cursor.fetchone()[0]))


def analyze() -> None:
    """Tell PostgreSQL how large the tables are by now: its own schedule is too slow for an import."""
    tables = [model._meta.db_table for model in apps.get_app_config("catalog").get_models()]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, tables))}, import_seen")


def rows_of(item: Item) -> int:
    return item.rows if isinstance(item, Record) else 1


def bad_row(item: Item, error: DatabaseError) -> BadRow:
    reason = str(error).partition("\n")[0]
    value = item.reference if isinstance(item, Record) else ""
    return BadRow(item.line, value, f"The database refused it: {reason}", at=item.at, name=item.name)


def file_name(title: str) -> str:
    """A title that may be part of a file's name."""
    return re.sub(r"[^\w.-]+", "-", Path(title).name)[:100] or "import"


def batches(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    """So many items at a time; what was read before a file breaks off comes first."""
    broken: UnreadableRest | None = None
    batch: list[Item] = []
    try:
        for item in items:
            batch.append(item)
            if len(batch) == size:
                yield batch
                batch = []
    except UnreadableRest as error:
        broken = error
    if batch:
        yield batch
    if broken:
        raise broken
