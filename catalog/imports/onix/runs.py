"""An ONIX file from beginning to end: each message in it is an import of its own."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from accounts.models import Seller
from catalog.imports.batches import Item
from catalog.imports.errors import ImportRefused
from catalog.imports.onix.apart import lots, lots_read_apart
from catalog.imports.onix.files import inspect, local_file, messages
from catalog.imports.onix.messages import Message, Product, sender_of
from catalog.imports.onix.product import read_product
from catalog.imports.onix.reading import Circumstances
from catalog.imports.onix.trees import Tree, words
from catalog.imports.record import REPAIRED, Note
from catalog.imports.report import Report
from catalog.imports.runs import Progress, Source, run_import
from catalog.models import ImportRun, ProductFacts

FORMAT = "onix"
STDIN = {"-": "standard input"}
READ_APART_FROM = 1_000_000  # bytes; less is read before another process has begun
OWN_SENDER_TYPE = "01"  # list 44: proprietary


class Onix:
    """The format, as the batches know it."""

    name = FORMAT
    trusts_isbn = True
    unit = "Record"


def import_onix(
    name: str,
    *,
    seller: Seller | None = None,
    dry_run: bool = False,
    resume: bool = False,
    progress: Progress | None = None,
    report_to: Path | None = None,
    run: ImportRun | None = None,
    title: str = "",
    is_trusted: bool = True,
) -> list[Report]:
    """Bring the messages of a file into the catalogue; `-` is the standard input. Raises ImportRefused."""
    reports: list[Report] = []
    with local_file(name) as path, messages(path, title or STDIN.get(name, name)) as found:
        for number, (called, message) in enumerate(found):
            source = MessageSource(message, called, seller, is_trusted=is_trusted)
            with contextlib.closing(source):
                reports.append(
                    run_import(
                        source,
                        seller=seller,
                        dry_run=dry_run,
                        resume=resume,
                        progress=progress,
                        report_to=numbered(report_to, number),
                        run=run if number == 0 else None,
                    )
                )
    return reports


def numbered(report: Path | None, number: int) -> Path | None:
    """The second message of a zip has a report of its own beside the first."""
    return report.with_stem(f"{report.stem}-{number + 1}") if report and number else report


class MessageSource(Source):
    """The records of one message."""

    format = Onix()
    batch = 300  # records of ten kilobytes and more

    def __init__(self, path: Path, title: str, seller: Seller | None, *, is_trusted: bool) -> None:
        self.file, self.said = inspect(path)
        self.title = Path(title).name
        with Message(self.file) as message:
            self.about = circumstances(message.header, seller, is_trusted=is_trusted)
        self._read = 0
        self._open = contextlib.ExitStack()

    def close(self) -> None:
        self._open.close()

    @property
    def bytes_read(self) -> int:
        return self._read

    def first_notes(self) -> list[Note]:
        return [Note(1, "", "", self.said, REPAIRED)] if self.said else []

    def items(self) -> Iterator[Item]:
        read = lots_read_apart if self.file.size > READ_APART_FROM else lots
        for bytes_read, lot in self._open.enter_context(contextlib.closing(read(self.file, self.about))):
            self._read = bytes_read
            for told in lot:
                yield read_product(told, self.about) if isinstance(told, Product) else told


def circumstances(header: Tree, seller: Seller | None, *, is_trusted: bool = True) -> Circumstances:
    """What a seller uploads is known under the seller's name: nobody can speak for somebody else."""
    key, name = sender_of(header)
    sender = key or "unknown"
    return Circumstances(
        sender=sender if is_trusted or seller is None else f"seller {seller.slug}, {sender}",
        sender_name=name,
        country=settings.SHOP_COUNTRY,
        currency=settings.SHOP_CURRENCY,
        today=timezone.localdate(),
        seller=seller.slug if seller else "",
        is_trusted=is_trusted,
        is_own=key == own_sender(),
        default_language=words(header, "DefaultLanguageOfText"),
        default_currency=words(header, "DefaultCurrencyCode"),
        default_price_type=words(header, "DefaultPriceType"),
        blocks_of=blocks_of,
    )


def own_sender() -> str:
    """The key of a message that this shop wrote."""
    return f"{OWN_SENDER_TYPE}:{settings.SHOP_URL}"[:100]


def blocks_of(reference: str) -> Tree | None:
    """The blocks of a record of which the shop has the edition's facts."""
    rows = ProductFacts.objects.filter(
        reference=reference, edition__source_records__source=FORMAT, edition__source_records__reference=reference
    )
    facts = rows.values_list("facts", flat=True).first()
    return None if facts is None else facts.get("onix", {})


__all__ = ["ImportRefused", "import_onix"]
