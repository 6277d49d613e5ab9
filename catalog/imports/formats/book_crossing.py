"""BX-Books.csv of the Book-Crossing data, some of which was encoded twice and lost bytes between."""

import ftfy

from catalog.imports.cells import Cells, given
from catalog.imports.formats.base import Format
from catalog.imports.names import in_reading_order
from catalog.imports.people import people
from catalog.imports.record import Record
from catalog.imports.rows import Row
from catalog.imports.titles import split_series

LOST_BYTE = ("\u00c3\u0083?", "\u00c3\u0083\u00c6\u0092")  # a byte of "Ã" twice encoded, which became "?"


class BookCrossing(Format):
    name = "book-crossing"
    required = ("ISBN", "Book-Title", "Book-Author", "Year-Of-Publication", "Book-Publisher")

    def record(self, row: Row) -> Record:
        cells = TwiceEncoded(row)
        title, series = split_series(cells.title("Book-Title"))
        return Record(
            line=row.line,
            reference=cells.reference("ISBN"),
            book={"title": title},
            edition=given(published=cells.year("Year-Of-Publication")),
            isbn=cells.isbn("ISBN"),
            publisher=cells.text("Book-Publisher"),
            people=people(cells, "Book-Author", [author(cells)]),
            series=series,
            notes=cells.notes,
        )


class TwiceEncoded(Cells):
    """Cells whose text may be UTF-8 read as Latin-1 and encoded again."""

    def raw(self, column: str) -> str:
        value = super().raw(column)
        if value.isascii():
            return value
        repaired = ftfy.fix_encoding(value.replace(*LOST_BYTE))
        if repaired == value:
            return value
        self.repaired(column, value, f"It was encoded twice: {repaired}")
        return repaired


def author(cells: Cells) -> str:
    name = cells.text("Book-Author", None)
    turned = in_reading_order(name)
    if turned != name:
        cells.repaired("Book-Author", name, f"The parts of the name were out of order: {turned}")
    return turned
