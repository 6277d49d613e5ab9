"""The formats that can be read, by name."""

from catalog.imports.formats.base import Format
from catalog.imports.formats.book_crossing import BookCrossing
from catalog.imports.formats.bookstore import Bookstore
from catalog.imports.formats.goodbooks import Goodbooks
from catalog.imports.formats.goodreads import Goodreads
from catalog.imports.formats.gutenberg import Gutenberg

FORMATS: dict[str, type[Format]] = {
    format.name: format for format in (Goodbooks, Goodreads, BookCrossing, Gutenberg, Bookstore)
}

__all__ = ["FORMATS", "Format"]
