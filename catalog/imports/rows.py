"""CSV (RFC 4180) read row by row, so that one broken row costs no other."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from catalog.imports.errors import ImportRefused

LONGEST_RECORD = 1_000_000  # characters of one row, over all its lines
LONGEST_FIELD = csv.field_size_limit()
DELIMITERS = (",", ";", "\t")
SAYINGS = {
    "unexpected end of data": "A quoted field is never closed.",
    "expected after": "A quote inside a quoted field is not doubled.",
    "field larger": f"A field has more than {LONGEST_FIELD:,} characters.",
}

Line = tuple[int, str | None]


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row by column, and the line that it begins on."""

    line: int
    cells: dict[str, str]
    repair: str = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """What cannot be taken, and why."""

    line: int
    value: str
    reason: str
    column: str = ""
    at: int = 0  # the line in the file, where `line` is the number of the record
    name: str = ""  # the sender's name of the record


class TooLong(Exception):
    """A line or a row that is not kept in memory."""


class Feed:
    """Physical lines for csv.reader, which remembers those of the row at hand and takes them back."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = iter(lines)
        self._again: deque[Line] = deque()
        self.start_row()

    def start_row(self) -> None:
        self.taken: list[Line] = []
        self.size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        if line[1] is None:
            raise TooLong("A line has more than 1,000,000 characters.")
        self.size += len(line[1])
        if self.size > LONGEST_RECORD:
            raise TooLong("A quoted field is never closed, or a row has more than 1,000,000 characters.")
        return line[1]

    def give_back_all_but_first(self) -> Line:
        self._again.extendleft(reversed(self.taken[1:]))
        return self.taken[0]


class Table:
    """A header and its rows. Of columns known by name, spelling (capitals, spaces around) does not matter."""

    def __init__(self, lines: Iterable[Line], known: Iterable[str] = (), required: Iterable[str] = ()) -> None:
        self._feed = Feed(lines)
        self._names = {name.casefold(): name for name in known}
        self.columns = self._read_header()
        missing = [name for name in required if name not in self.columns]
        if missing:
            raise ImportRefused(f"The header has no column {', '.join(missing)}; it has: {self._shown()}.")
        twice = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if twice:
            raise ImportRefused(f"The header has the column {', '.join(twice)} more than once.")

    def _shown(self) -> str:
        return ", ".join(self.columns)[:200]

    def _read_header(self) -> list[str]:
        try:
            first = next((text for text in self._feed if text.strip()), None)
        except TooLong as error:
            raise ImportRefused(f"The file has no header: {error}") from error
        if first is None:
            raise ImportRefused("The file has no header.")
        headers = [self._header(first, delimiter) for delimiter in DELIMITERS]
        best = max(headers, key=lambda names: sum(name in self._names.values() for name in names))
        self._delimiter = DELIMITERS[headers.index(best)]
        self._reader = csv.reader(self._feed, delimiter=self._delimiter, strict=True)
        return best

    def _header(self, line: str, delimiter: str) -> list[str]:
        names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]
        return [self._names.get(name.casefold(), name) for name in names]

    def __iter__(self) -> Iterator[Row | BadRow]:
        while True:
            self._feed.start_row()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._with_plain_quotes() or self._broken(saying(error))
                continue
            except TooLong as error:
                yield self._broken(str(error))
                continue
            if cells:
                yield self._row(cells)

    def _row(self, cells: list[str]) -> Row | BadRow:
        if len(cells) == len(self.columns):
            return Row(self._feed.taken[0][0], dict(zip(self.columns, cells, strict=True)))
        return self._broken(f"The row has {len(cells)} fields, the header {len(self.columns)}.")

    def _with_plain_quotes(self) -> Row | None:
        """The line read as if quotes meant nothing: `"A" Is for Abductive` is such a title."""
        number, text = self._feed.taken[0]
        if not text or text.count('"') % 2 or len(text) > LONGEST_FIELD:
            return None
        cells = next(csv.reader([text], delimiter=self._delimiter, quoting=csv.QUOTE_NONE))
        if len(cells) != len(self.columns):
            return None
        self._feed.give_back_all_but_first()
        return Row(number, dict(zip(self.columns, cells, strict=True)), "Quotes in it were taken as they stand.")

    def _broken(self, reason: str) -> BadRow:
        number, text = self._feed.give_back_all_but_first()
        return BadRow(number, (text or "").strip(), reason)


def saying(error: csv.Error) -> str:
    return next((sentence for part, sentence in SAYINGS.items() if part in str(error)), str(error))
