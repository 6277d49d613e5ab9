"""Import an ONIX file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from catalog.imports.errors import ImportRefused
from catalog.imports.onix.runs import import_onix
from catalog.imports.report import Report
from catalog.management.commands.import_books import find_seller, size


class Command(BaseCommand):
    help = "Import ONIX 3.0 or 3.1, plain, gzipped or zipped, - for the standard input (docs/import-export.md)."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--seller", metavar="SLUG", help="who offers new copies at the prices in it")
        parser.add_argument("--dry-run", action="store_true", help="do everything, report it, and change nothing")
        parser.add_argument("--resume", action="store_true", help="go on where the import of this file was interrupted")
        parser.add_argument("--report", type=Path, metavar="FILE", help="where to write what was not taken")

    def handle(self, *, file: str, **options: Any) -> None:
        if options["dry_run"] and options["resume"]:
            raise CommandError("Choose --dry-run or --resume: a dry run leaves nothing to go on from.")
        try:
            with tqdm(total=size(Path(file)), unit="B", unit_scale=True, disable=None, desc=Path(file).name) as bar:
                reports = import_onix(
                    file,
                    seller=find_seller(options["seller"]),
                    dry_run=options["dry_run"],
                    resume=options["resume"],
                    progress=lambda done: bar.update(done - bar.n),
                    report_to=options["report"],
                )
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. What was imported stays; go on with --resume.") from error
        except (ImportRefused, DatabaseError, OSError) as error:
            raise CommandError(" ".join(str(error).split())) from error
        for report in reports:
            self.show(report)

    def show(self, report: Report) -> None:
        counts = report.counts
        self.stdout.write(f"Encoding: {report.encoding}")
        self.stdout.write(
            f"{counts['rows']} records: {counts['created']} created, {counts['updated']} updated, "
            f"{counts['unchanged']} unchanged, {counts['rejected']} rejected."
        )
        self.stdout.write(f"Values: {counts['left_out']} left out, {counts['repaired']} repaired.")
        self.stdout.write(f"Report: {report.path}")
        if report.dry_run:
            self.stdout.write("This was a dry run; nothing was changed.")
