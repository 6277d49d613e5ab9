"""When two books are one work: the rules, and what they need to know of a book."""

from catalog.works.rules import Author, Verdict, Work, compare

__all__ = ["Author", "Verdict", "Work", "compare"]
