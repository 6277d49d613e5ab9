"""Export a seller's offers of new copies as ONIX."""

import os
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from gzip import GzipFile
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from catalog.exports import export_onix
from catalog.imports.errors import ImportRefused
from catalog.management.commands.import_books import find_seller


class Command(BaseCommand):
    help = "Export what a seller offers new as ONIX 3.1 with reference names (docs/import-export.md)."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="where to write; - is the standard output, .gz packs")
        parser.add_argument("--seller", metavar="SLUG", required=True, help="whose offers")

    def handle(self, *, file: str, **options: Any) -> None:
        try:
            seller = find_seller(options["seller"])
            if seller is None:
                raise ImportRefused("Name a seller.")
            if file == "-":
                export_onix(self.binary_output(), seller)
                return
            with whole_or_not_at_all(Path(file)) as out:
                count = export_onix(out, seller)
            self.stdout.write(f"{count} products.")
        except (OSError, ImportRefused, DatabaseError) as error:
            raise CommandError(" ".join(str(error).split())) from error

    def binary_output(self) -> IO[bytes]:
        """The bytes behind the standard output, or the text where that has none."""
        stream = getattr(self.stdout, "_out", self.stdout)
        return cast("IO[bytes]", getattr(stream, "buffer", None) or AsText(stream))


class AsText:
    """Bytes on their way to a stream of text."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, data: bytes) -> int:
        self._stream.write(data.decode())
        return len(data)


@contextmanager
def whole_or_not_at_all(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name only when all is written."""
    part = path.with_name(f".{path.name}.part")
    try:
        with open(part, "wb") as raw:
            if path.suffix == ".gz":
                with GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
                    yield cast("IO[bytes]", packed)
            else:
                yield raw
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
