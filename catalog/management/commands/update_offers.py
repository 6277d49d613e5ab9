"""Update the prices and stock of a seller's offers from a CSV file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Seller
from catalog.imports.errors import ImportRefused
from catalog.selling import update_offers


class Command(BaseCommand):
    help = "Update prices and stock of a seller's offers from a CSV file, plain or gzipped (docs/import-export.md)."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--seller", metavar="SLUG", required=True, help="whose offers they are")
        parser.add_argument("--dry-run", action="store_true", help="do everything, write the report, change nothing")
        parser.add_argument("--report", type=Path, metavar="FILE", help="where the report goes")

    def handle(self, *args: Any, file: Path, seller: str, dry_run: bool, report: Path | None, **options: Any) -> None:
        found = Seller.objects.filter(slug=seller).first()
        if found is None:
            raise CommandError(f"There is no seller {seller}.")
        try:
            told = update_offers(file, found, dry_run=dry_run, report_to=report)
        except ImportRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Rows: {told.updated} updated, {told.unchanged} unchanged, {told.rejected} rejected.")
        self.stdout.write(f"Values: {told.left_out} left out, {told.repaired} repaired.")
        self.stdout.write(f"Report: {told.path}")
        if dry_run:
            self.stdout.write("This was a dry run; nothing was changed.")
