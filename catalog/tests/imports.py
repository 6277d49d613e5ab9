"""What the tests of imports share: small files, and the folder of real ones."""

import csv
from pathlib import Path

from catalog.imports.report import Report
from catalog.imports.runs import import_file

GOODBOOKS = "book_id,isbn,authors,original_publication_year,title,language_code,ratings_count"
GOODREADS = (
    "bookID,title,authors,average_rating,isbn,isbn13,language_code,  num_pages,ratings_count,text_reviews_count,"
    "publication_date,publisher"
)
BOOK_CROSSING = "ISBN,Book-Title,Book-Author,Year-Of-Publication,Book-Publisher"
GUTENBERG = "gutenberg_id,title,author,gutenberg_author_id,language,gutenberg_bookshelf,rights,has_text"


def written(folder: Path, *lines: str, name: str = "books.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path


def take(folder: Path, format: str, *lines: str, **options) -> Report:
    return import_file(written(folder, *lines), format, report_to=folder / "report.csv", **options)


def reported(folder: Path) -> list[tuple[str, str, str]]:
    """Line, column and outcome of everything in the report."""
    with open(folder / "report.csv", newline="") as file:
        return [(row["line"], row["column"], row["outcome"]) for row in csv.DictReader(file)]


def counted(report: Report) -> dict[str, int]:
    """The counts that are not nought."""
    return {kind: count for kind, count in report.counts.items() if count}
