"""Export the catalogue as a CSV file."""

import csv
import gzip
import io
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from catalog.exports import export_rows
from catalog.imports.errors import ImportRefused
from catalog.management.commands.import_books import find_seller


class Command(BaseCommand):
    help = "Export books, editions and offers as a CSV file that import_books reads (docs/import-export.md)."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="where to write; - is the standard output, a name in .gz is packed")
        parser.add_argument("--seller", metavar="SLUG", help="only what this seller offers")

    def handle(self, *, file: str, **options: Any) -> None:
        try:
            seller = find_seller(options["seller"])
            if file == "-":
                csv.writer(cast("IO[str]", self.stdout), lineterminator="\n").writerows(export_rows(seller))
                return
            with whole_or_not_at_all(Path(file)) as out:
                csv.writer(out, lineterminator="\n").writerows(export_rows(seller))
        except (OSError, ImportRefused, DatabaseError) as error:
            raise CommandError(" ".join(str(error).split())) from error


@contextmanager
def whole_or_not_at_all(path: Path) -> Iterator[IO[str]]:
    """A file that takes its name only when all is written."""
    part = path.with_name(f".{path.name}.part")
    try:
        raw: IO[bytes] = open(part, "wb")  # noqa: SIM115 - closed with the text around it
        stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw, mode="wb", mtime=0)) if path.suffix == ".gz" else raw
        with raw, io.TextIOWrapper(stream, "utf-8", newline="") as text:
            yield text
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
