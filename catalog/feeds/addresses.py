"""Where the shop's public pages are, as everybody outside reaches them (settings.SHOP_URL)."""

from typing import Any

from django.conf import settings
from django.utils.text import slugify

LONGEST_SLUG = 60


def slug_of(title: str) -> str:
    """The readable part of a book's address; it finds nothing by itself."""
    return slugify(title[: 4 * LONGEST_SLUG])[:LONGEST_SLUG].strip("-_") or "book"


def book_path(book: Any, title: str) -> str:
    return f"/books/{book}/{slug_of(title)}/"


def book_address(book: Any, title: str) -> str:
    return f"{settings.SHOP_URL}{book_path(book, title)}"


def api_address(book: Any) -> str:
    return f"{settings.SHOP_URL}/api/v1/books/{book}/"
