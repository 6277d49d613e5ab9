"""What may be wrong with the catalogue of an installation."""

from collections.abc import Iterator

from bookstore.doctor import Finding, check, failure, ok
from catalog.models import Book, Listing, Offer


@check("Listings", needs="PostgreSQL")
def listings() -> Iterator[Finding]:
    missing = Book.objects.filter(listing=None).count()
    if missing:
        yield failure(
            f"{missing} books are in the catalogue but not in the shop window", "Run: manage.py refresh_listings"
        )
    else:
        yield ok(f"{Listing.objects.count()} books in the shop window")


@check("Stock", needs="PostgreSQL")
def stock() -> Iterator[Finding]:
    wrong = Offer.objects.not_accounted_for().count()
    if wrong:
        yield failure(
            f"{wrong} offers have other copies on hand than their movements sum to",
            "Somebody changed stock with the triggers off; see docs/operators.md, In the night.",
        )
    else:
        yield ok("every copy on hand is accounted for")
