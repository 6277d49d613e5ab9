from catalog.services.changes import books_showing, refresh_books
from catalog.services.covers import remove_cover, set_cover, thumbnail_name
from catalog.services.listings import refresh_listings
from catalog.services.offers import reopen_offers, withdraw_offers

__all__ = [
    "books_showing",
    "refresh_books",
    "refresh_listings",
    "remove_cover",
    "reopen_offers",
    "set_cover",
    "thumbnail_name",
    "withdraw_offers",
]
