"""Put books together that are one work, take one apart that is two, and undo it.

Whoever merges or splits locks the books whole, in the order of their ids: reviews, listings and new editions of them
wait until it is done. Everything that a merge changes stands in the `WorkChange` that it leaves.
"""

from catalog.services.works.merging import FILLED_IN, MOST_AT_ONCE, merge_books, moved_to
from catalog.services.works.pairs import say_different
from catalog.services.works.splitting import split_book
from catalog.services.works.undoing import undo_change

__all__ = ["FILLED_IN", "MOST_AT_ONCE", "merge_books", "moved_to", "say_different", "split_book", "undo_change"]
