"""The catalogue's refusals."""

from django.utils.translation import gettext_lazy as _

from bookstore.errors import BookstoreError, Invalid


class NotACover(BookstoreError):
    status, code, title = 400, "not_a_cover", _("Not a cover")
    message = _("This is no picture that the shop can read; send a JPEG, PNG or WebP.")


class StorageUnavailable(BookstoreError):
    status, code, title = 503, "storage_unavailable", _("Storage unavailable")
    message = _("The picture cannot be kept right now. Try again in a moment.")


class OutOfStock(BookstoreError):
    code, title = "out_of_stock", _("Out of stock")
    message = _("Only {available} of “{title}” left; you asked for {wanted}.")


class PriceChanged(BookstoreError):
    code, title = "price_changed", _("Price changed")
    message = _("The price of “{title}” has changed since you saw it.")


class NotForSale(BookstoreError):
    code, title = "not_for_sale", _("Not for sale")
    message = _("“{title}” is not for sale now.")


class AlreadyOffered(BookstoreError):
    code, title = "already_offered", _("Already offered")
    message = _("You have an open offer of new copies of this edition. Change that one.")


class NotMergeable(BookstoreError):
    code, title = "not_mergeable", _("Cannot be merged or split")
    message = _("These books cannot be merged or split as asked.")


class NotUndoable(BookstoreError):
    code, title = "not_undoable", _("Cannot be undone")
    message = _("Something has changed since, so this cannot be undone.")


class UnknownIsbn(Invalid):
    """Not a code of its own: `invalid`, with `unknown_isbn` at the field, and what is needed to go on."""

    message = _("The shop has no edition with this ISBN. Send its title along, and it will have one.")


class IsbnTaken(BookstoreError):
    code, title = "isbn_taken", _("ISBN taken")
    message = _("The shop has an edition with the ISBN {isbn} already.")


class NotYourRecord(BookstoreError):
    status, code, title = 403, "not_your_record", _("Not your record")
    message = _("Others sell this too, or it is not yours; only the shop can change it.")


class NotInCatalogue(BookstoreError):
    code, title = "not_in_catalogue", _("Not in the catalogue")
    message = _("The shop has taken the edition {isbn} out of its catalogue.")


class AmbiguousOffer(BookstoreError):
    code, title = "ambiguous_offer", _("Several offers")
    message = _("You have several offers of this ISBN in this condition. Name one by its id.")


class RowRepeated(BookstoreError):
    code, title = "row_repeated", _("Row repeated")
    message = _("Row {row} is about the same offer; this one was not looked at.")


class BelowHeld(BookstoreError):
    code, title = "below_held", _("Fewer than are held")
    message = _("{held} copies are held for purchases that are being paid; there cannot be fewer.")
