"""The catalogue on its way out: as rows of the shop's own table, and as ONIX."""

from catalog.exports.onix import export_onix
from catalog.exports.tables import COLUMNS, export_rows

__all__ = ["COLUMNS", "export_onix", "export_rows"]
