"""Catalogues from files: read row by row, matched with what the shop has, written in batches, reported on."""

from catalog.imports.errors import ImportRefused
from catalog.imports.formats import FORMATS
from catalog.imports.report import Report
from catalog.imports.runs import import_file

__all__ = ["FORMATS", "ImportRefused", "Report", "import_file"]
