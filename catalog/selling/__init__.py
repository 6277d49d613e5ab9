from catalog.selling.archive import archive_book, archive_edition, bring_back_book, bring_back_edition
from catalog.selling.bulk import Change, Outcome, change_offers
from catalog.selling.editions import add_edition, change_edition, offer_by_isbn, remove_cover_of, set_cover_of
from catalog.selling.ownership import is_own_book, is_own_edition
from catalog.selling.price_lists import update_offers
from catalog.selling.records import add_book, change_book

__all__ = [
    "Change",
    "Outcome",
    "add_book",
    "add_edition",
    "archive_book",
    "archive_edition",
    "bring_back_book",
    "bring_back_edition",
    "change_book",
    "change_edition",
    "change_offers",
    "is_own_book",
    "is_own_edition",
    "offer_by_isbn",
    "remove_cover_of",
    "set_cover_of",
    "update_offers",
]
