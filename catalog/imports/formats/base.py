"""What all formats share."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from catalog.imports.record import Note, Record, RowRejected
from catalog.imports.rows import BadRow, Row


class Format(ABC):
    """A kind of file: its columns, and how a row becomes a record."""

    name: ClassVar[str]
    required: ClassVar[tuple[str, ...]]
    optional: ClassVar[tuple[str, ...]] = ()
    has_offers: ClassVar[bool] = False
    ignored_columns_are_reported: ClassVar[bool] = False

    unit: ClassVar[str] = "Line"

    @property
    def trusts_isbn(self) -> bool:
        return self.has_offers

    def __init__(self, path: Path, seller: str = "") -> None:
        self.path = path
        self.seller = seller

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        return cls.required + cls.optional

    @abstractmethod
    def record(self, row: Row) -> Record:
        """What a row tells. Raises RowRejected."""

    def records(self, rows: Iterator[Row | BadRow]) -> Iterator[Record | BadRow]:
        for row in rows:
            yield row if isinstance(row, BadRow) else self.record_or_reason(row)

    def record_or_reason(self, row: Row) -> Record | BadRow:
        try:
            return self.record(row)
        except RowRejected as rejected:
            return BadRow(row.line, rejected.value, rejected.reason, rejected.column)

    def notes_on_header(self, columns: list[str]) -> list[Note]:
        if not self.ignored_columns_are_reported:
            return []
        unknown = [name for name in columns if name not in self.columns()]
        return [Note(1, name, "", "This column is not known and is not read.", "value left out") for name in unknown]
