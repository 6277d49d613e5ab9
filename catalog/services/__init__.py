from catalog.services.changes import books_showing, refresh_books
from catalog.services.cover_files import thumbnail_name
from catalog.services.covers import remove_cover, set_cover
from catalog.services.listings import refresh_listings
from catalog.services.offers import change_offer, offer_copies
from catalog.services.stock import (
    Wanted,
    because,
    hold_copies,
    price_changed,
    release_copies,
    return_copies,
    sell_copies,
)
from catalog.services.works import merge_books, moved_to, say_different, split_book, undo_change

__all__ = [
    "Wanted",
    "because",
    "books_showing",
    "change_offer",
    "hold_copies",
    "merge_books",
    "moved_to",
    "offer_copies",
    "price_changed",
    "refresh_books",
    "refresh_listings",
    "release_copies",
    "remove_cover",
    "return_copies",
    "say_different",
    "sell_copies",
    "set_cover",
    "split_book",
    "thumbnail_name",
    "undo_change",
]
