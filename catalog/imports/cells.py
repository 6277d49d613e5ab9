"""The cells of a row as values, with a note for each that cannot be taken."""

import html
import re

from catalog.imports.record import LEFT_OUT, REPAIRED, Note, RowRejected
from catalog.imports.rows import Row
from catalog.isbn import InvalidISBN, parse_isbn
from catalog.partial_dates import PartialDate
from catalog.vocabularies import LONGEST_TITLE, language_tag

LONGEST_NAME = 500
LARGEST = 2_147_483_647
WHOLE_NUMBER = re.compile(r"[0-9]{1,15}(\.0+)?", re.ASCII)
AMERICAN_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
YEAR = re.compile(r"(-?\d{1,4})(?:\.0+)?", re.ASCII)


class Cells:
    """One row being read."""

    escaped = True  # HTML entities stand for characters

    def __init__(self, row: Row) -> None:
        self.line = row.line
        self.notes: list[Note] = []
        self._cells = row.cells
        if row.repair:
            self.repaired("", ",".join(row.cells.values()), row.repair)

    def leave_out(self, column: str, value: str, reason: str) -> None:
        self.notes.append(Note(self.line, column, value, reason, LEFT_OUT))

    def repaired(self, column: str, value: str, reason: str) -> None:
        self.notes.append(Note(self.line, column, value, reason, REPAIRED))

    def raw(self, column: str) -> str:
        value = self._cells.get(column, "")
        if "\0" in value:
            self._cells[column] = value = value.replace("\0", "")
            self.repaired(column, value, "NUL characters were removed.")
        return value.strip()

    def text(self, column: str, longest: int | None = LONGEST_NAME) -> str:
        """One line of text."""
        value = self.raw(column)
        return self.short(column, one_line(html.unescape(value) if self.escaped else value), longest)

    def short(self, column: str, value: str, longest: int | None = LONGEST_NAME) -> str:
        if longest is not None and len(value) > longest:
            self.leave_out(column, value, f"It has more than {longest} characters.")
            return ""
        return value

    def title(self, column: str = "title") -> str:
        return self.as_title(column, self.text(column, None))

    def as_title(self, column: str, value: str) -> str:
        if not value:
            raise RowRejected(column, "", "A book needs a title.")
        if len(value) > LONGEST_TITLE:
            raise RowRejected(column, value, f"The title has more than {LONGEST_TITLE} characters.")
        return value

    def reference(self, column: str) -> str:
        """The source's own key of the row."""
        value = self.raw(column)
        if not value or len(value) > LONGEST_NAME:
            raise RowRejected(column, value, "The row has no key, or one too long to keep.")
        return value

    def whole_number(self, column: str, largest: int = LARGEST) -> int | None:
        """A positive number; blank and 0 mean that it is not known."""
        value = self.raw(column)
        if not value:
            return None
        if not WHOLE_NUMBER.fullmatch(value):
            self.leave_out(column, value, "It is not a whole number.")
            return None
        number = int(value.partition(".")[0])
        if number > largest:
            self.leave_out(column, value, f"It is larger than {largest}.")
            return None
        return number or None

    def year(self, column: str) -> PartialDate | None:
        """A year, negative before our era; blank and 0 mean that it is not known."""
        value = self.raw(column)
        match = YEAR.fullmatch(value)
        if match and int(match[1]):
            return PartialDate(int(match[1]))
        if value and not match:
            self.leave_out(column, value, "It is not a year.")
        return None

    def american_date(self, column: str) -> PartialDate | None:
        """Month/day/year."""
        value = self.raw(column)
        match = AMERICAN_DATE.fullmatch(value)
        if not value:
            return None
        try:
            if match is None:
                raise ValueError("It is not a date of the form month/day/year.")
            month, day, year = (int(part) for part in match.groups())
            if not (month and day):
                raise ValueError(f"{value} is not a date.")
            return PartialDate(year, month, day)
        except ValueError as error:
            self.leave_out(column, value, str(error))
            return None

    def date(self, column: str) -> PartialDate | None:
        """1997, 1997-06 or 1997-06-26."""
        value = self.raw(column)
        try:
            return PartialDate.parse(value) if value else None
        except ValueError as error:
            self.leave_out(column, value, str(error))
            return None

    def isbn(self, column: str) -> str | None:
        value = self.raw(column)
        try:
            return parse_isbn(value) if value else None
        except InvalidISBN as error:
            self.leave_out(column, value, str(error))
            return None

    def language(self, column: str) -> str:
        return self.language_of(column, self.raw(column))

    def language_of(self, column: str, value: str) -> str:
        try:
            return language_tag(value) if value else ""
        except ValueError as error:
            self.leave_out(column, value, str(error))
            return ""


def one_line(text: str) -> str:
    return " ".join(text.split())


def given(**fields: object) -> dict[str, object]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value not in (None, "")}
