"""Finding books: one query in, ids with total, facets and cursor out. Nothing else knows how it is done."""

from catalog.search.engine import search
from catalog.search.query import BookQuery, Result

__all__ = ["BookQuery", "Result", "search"]
