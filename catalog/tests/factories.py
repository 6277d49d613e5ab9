"""Rows for tests, made by plain functions."""

from typing import Any

from accounts.models import Seller
from catalog.models import Book, Contribution, Contributor, Edition, Offer, Publisher
from catalog.services import refresh_listings


def make_seller(name: str = "Corner Bookshop") -> Seller:
    return Seller.objects.get_or_create(slug=name.lower().replace(" ", "-"), defaults={"name": name})[0]


def make_author(name: str = "Ursula K. Le Guin") -> Contributor:
    sort_name = " ".join([*name.split()[-1:], *name.split()[:-1]])
    return Contributor.objects.create(name=name, sort_name=sort_name)


def make_publisher(name: str = "Harper & Row") -> Publisher:
    return Publisher.objects.create(name=name)


def make_book(
    title: str = "The Dispossessed", *, author: Contributor | str | None = "Ursula K. Le Guin", **fields: Any
) -> Book:
    book = Book.objects.create(title=title, **fields)
    if author:
        person = make_author(author) if isinstance(author, str) else author
        Contribution.objects.create(book=book, contributor=person)
    refresh_listings([book.pk])
    return book


def make_edition(book: Book | None = None, isbn: str | None = None, **fields: Any) -> Edition:
    edition = Edition.objects.create(book=book or make_book(), isbn=isbn, **{"format": "paperback", **fields})
    refresh_listings([edition.book_id])
    return edition


def make_offer(edition: Edition | None = None, *, price_minor: int = 1290, on_hand: int = 3, **fields: Any) -> Offer:
    edition = edition or make_edition()
    seller = fields.pop("seller", None) or make_seller()
    offer = Offer.objects.create(edition=edition, seller=seller, price_minor=price_minor, on_hand=on_hand, **fields)
    refresh_listings([edition.book_id])
    return offer
