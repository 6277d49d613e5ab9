"""What became of a file: counts for the operator, and a CSV with a line for each thing not taken."""

import csv
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.imports.record import LEFT_OUT, REJECTED, REPAIRED, Note

COLUMNS = ("line", "column", "value", "reason", "outcome", "record")
LONGEST_VALUE = 200
KINDS = ("rows", "created", "updated", "unchanged", "rejected", "left_out", "repaired")
KIND_OF_OUTCOME = {REJECTED: "rejected", LEFT_OUT: "left_out", REPAIRED: "repaired"}


@dataclass(slots=True)
class Report:
    """Counts of rows (created, updated, unchanged, rejected) and of values (left out, repaired)."""

    path: Path
    encoding: str
    dry_run: bool = False
    counts: Counter[str] = field(default_factory=Counter)

    def __getattr__(self, name: str) -> int:
        if name in KINDS:
            return self.counts[name]
        raise AttributeError(name)

    def as_json(self) -> dict[str, Any]:
        return {kind: self.counts[kind] for kind in KINDS}


class ReportFile:
    """The CSV, written batch by batch; `size` tells where to go on after a break."""

    def __init__(self, path: Path, size: int = 0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(path, "a", encoding="utf-8", newline="")  # noqa: SIM115 - close() ends it
        self._file.truncate(size)
        self._writer = csv.writer(self._file)
        if size == 0:
            self._writer.writerow(COLUMNS)
            self._file.flush()

    def write(self, notes: Iterable[Note]) -> int:
        """Write, and return the size of the file now."""
        self._writer.writerows(
            (note.line, note.column, note.value[:LONGEST_VALUE], note.reason, note.outcome, note.record)
            for note in notes
        )
        self._file.flush()
        return os.fstat(self._file.fileno()).st_size

    def take_back(self, size: int) -> None:
        self._file.truncate(size)

    def close(self) -> None:
        self._file.close()
