"""Import a catalogue from a CSV file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from accounts.models import Seller
from catalog.imports.errors import ImportRefused
from catalog.imports.formats import FORMATS
from catalog.imports.report import Report
from catalog.imports.runs import import_file


class Command(BaseCommand):
    help = "Import books, editions and offers from a CSV file, plain or gzipped (docs/import-export.md)."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", required=True, choices=list(FORMATS))
        parser.add_argument("--seller", metavar="SLUG", help="whose offers the rows are")
        parser.add_argument("--dry-run", action="store_true", help="do everything, report it, and change nothing")
        parser.add_argument("--resume", action="store_true", help="go on where the import of this file was interrupted")
        parser.add_argument("--report", type=Path, metavar="FILE", help="where to write what was not taken")

    def handle(self, *, file: Path, format: str, **options: Any) -> None:
        if options["dry_run"] and options["resume"]:
            raise CommandError("Choose --dry-run or --resume: a dry run leaves nothing to go on from.")
        try:
            seller = find_seller(options["seller"])
            if seller and not FORMATS[format].has_offers:
                self.stderr.write(f"The format {format} carries no prices: no offers of {seller} come from it.")
            with tqdm(total=size(file), unit="B", unit_scale=True, disable=None, desc=file.name) as bar:
                report = import_file(
                    file,
                    format,
                    seller=seller,
                    dry_run=options["dry_run"],
                    resume=options["resume"],
                    progress=lambda done: bar.update(done - bar.n),
                    report_to=options["report"],
                )
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. What was imported stays; go on with --resume.") from error
        except (ImportRefused, DatabaseError) as error:
            raise CommandError(" ".join(str(error).split())) from error
        self.show(report)

    def show(self, report: Report) -> None:
        counts = report.counts
        self.stdout.write(f"Encoding: {report.encoding}")
        self.stdout.write(
            f"{counts['rows']} rows: {counts['created']} created, {counts['updated']} updated, "
            f"{counts['unchanged']} unchanged, {counts['rejected']} rejected."
        )
        self.stdout.write(f"Values: {counts['left_out']} left out, {counts['repaired']} repaired.")
        self.stdout.write(f"Report: {report.path}")
        if report.dry_run:
            self.stdout.write("This was a dry run; nothing was changed.")


def size(file: Path) -> int | None:
    return file.stat().st_size if file.is_file() else None


def find_seller(slug: str | None) -> Seller | None:
    if not slug:
        return None
    seller = Seller.objects.filter(slug=slug).first()
    if seller is None:
        raise ImportRefused(f"There is no seller {slug}.")
    return seller
