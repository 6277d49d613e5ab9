"""Rows for tests, made by plain functions."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Seller
from bookstore import versions
from catalog.models import Book, Contribution, Contributor, Edition, Offer, PricePeriod, Publisher
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


def costing(offer: Offer, *prices: tuple[Any, ...]) -> Offer:
    """The offer as if it had had these prices: days ago, minor units and, where it is another, the currency."""
    now = timezone.now()
    rows = [(now - timedelta(days=days), minor, *currency) for days, minor, *currency in prices]
    begun = [(moment, minor, *(currency or [settings.SHOP_CURRENCY])) for moment, minor, *currency in rows]
    Offer.objects.filter(pk=offer.pk).update(price_minor=begun[-1][1], currency=begun[-1][2])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # triggers are off
        PricePeriod.objects.filter(offer=offer).delete()
        for (began, minor, currency), following in pairwise([*begun, None]):
            ended = following and following[0]
            PricePeriod.objects.create(
                offer=offer, price_minor=minor, currency=currency, began_at=began, ended_at=ended
            )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    versions.bump("catalog")
    offer.refresh_from_db()
    return offer
