"""What may be wrong with the catalogue of an installation."""

from collections.abc import Iterator

from bookstore.doctor import Finding, check, failure, ok
from catalog.models import Book, Listing


@check("Listings", needs="PostgreSQL")
def listings() -> Iterator[Finding]:
    missing = Book.objects.filter(listing=None).count()
    if missing:
        yield failure(
            f"{missing} books are in the catalogue but not in the shop window", "Run: manage.py refresh_listings"
        )
    else:
        yield ok(f"{Listing.objects.count()} books in the shop window")
