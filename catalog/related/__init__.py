"""What else to look at beside a book."""

from catalog.related.lists import LISTS, LONGEST, related_books, related_titles

__all__ = ["LISTS", "LONGEST", "related_books", "related_titles"]
