"""books.csv of the Goodreads-books list of 11,127 titles, where a comma inside a value became a space."""

from catalog.imports.cells import Cells, given
from catalog.imports.formats.base import Format
from catalog.imports.people import people
from catalog.imports.record import Record
from catalog.imports.rows import Row
from catalog.imports.titles import split_series


class Goodreads(Format):
    name = "goodreads"
    required = ("bookID", "title", "authors", "isbn", "isbn13", "language_code", "num_pages", "ratings_count",
                "publication_date", "publisher")  # fmt: skip

    def record(self, row: Row) -> Record:
        cells = Cells(row)
        title, series = split_series(cells.title())
        return Record(
            line=row.line,
            reference=cells.reference("bookID"),
            book=given(title=title, popularity=cells.whole_number("ratings_count")),
            edition=given(
                language=cells.language("language_code"),
                published=cells.american_date("publication_date"),
                pages=cells.whole_number("num_pages"),
            ),
            isbn=cells.isbn("isbn13") or cells.isbn("isbn"),
            publisher=cells.text("publisher"),
            people=people(cells, "authors", cells.text("authors", None).split("/")),
            series=series,
            notes=cells.notes,
        )
