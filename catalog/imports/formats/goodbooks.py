"""books.csv of zygmuntz/goodbooks-10k."""

from catalog.imports.cells import Cells, given
from catalog.imports.formats.base import Format
from catalog.imports.names import by_commas
from catalog.imports.people import people
from catalog.imports.record import Record
from catalog.imports.rows import Row
from catalog.imports.titles import split_series
from catalog.isbn import InvalidISBN, check_digit_10, parse_isbn


class Goodbooks(Format):
    name = "goodbooks"
    required = ("book_id", "isbn", "authors", "original_publication_year", "title", "language_code", "ratings_count")

    def record(self, row: Row) -> Record:
        cells = Cells(row)
        title, series = split_series(cells.title())
        return Record(
            line=row.line,
            reference=cells.reference("book_id"),
            book=given(
                title=title,
                first_published=cells.year("original_publication_year"),
                popularity=cells.whole_number("ratings_count"),
            ),
            edition=given(language=cells.language("language_code")),
            isbn=isbn10_without_leading_zeros(cells, "isbn"),
            people=people(cells, "authors", by_commas(cells.text("authors", None))),
            series=series,
            notes=cells.notes,
        )


def isbn10_without_leading_zeros(cells: Cells, column: str) -> str | None:
    """An ISBN-10 from a list that kept it as a number; the zeros are put back where the check digit proves them."""
    value = cells.raw(column)
    if not 0 < len(value) < 10:
        return cells.isbn(column)
    padded = value.upper().zfill(10)
    if not padded[:9].isdigit() or check_digit_10(padded[:9]) != padded[9]:
        cells.leave_out(column, value, f"{value} is not an ISBN-10 that lost its leading zeros.")
        return None
    try:
        return parse_isbn(padded)
    except InvalidISBN as error:
        cells.leave_out(column, value, str(error))
        return None
