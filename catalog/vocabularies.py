"""The trade's vocabularies, as far as the shop acts on them. Codes it does not know are kept as they came."""

from typing import Final

from babel import Locale
from babel.core import UnknownLocaleError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from langcodes import standardize_tag, tag_is_valid


class Format(models.TextChoices):
    """What a reader holds: the shop's words for ONIX lists 150 and 175."""

    HARDBACK = "hardback", _("Hardback")
    PAPERBACK = "paperback", _("Paperback")
    BOARD_BOOK = "board_book", _("Board book")
    SPIRAL_BOUND = "spiral_bound", _("Spiral bound")
    LEATHER_BOUND = "leather_bound", _("Leather bound")
    EBOOK = "ebook", _("E-book")
    AUDIOBOOK = "audiobook", _("Audiobook")
    AUDIO_CD = "audio_cd", _("Audio CD")
    MAP = "map", _("Map")
    CALENDAR = "calendar", _("Calendar")
    BOX_SET = "box_set", _("Box set")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not stated")


class Condition(models.TextChoices):
    """The state of a copy: new, or the grades of the used-book trade (AB Bookman's scale of 1949)."""

    NEW = "new", _("New")
    AS_NEW = "as_new", _("As new")
    FINE = "fine", _("Fine")
    VERY_GOOD = "very_good", _("Very good")
    GOOD = "good", _("Good")
    FAIR = "fair", _("Fair")
    POOR = "poor", _("Poor")


class Availability(models.IntegerChoices):
    """Whether and when a reader can have a book; the lower, the better."""

    IN_STOCK = 0, _("In stock")
    TO_ORDER = 1, _("To order")
    PREORDER = 2, _("Pre-order")
    OUT_OF_STOCK = 3, _("Out of stock")
    UNAVAILABLE = 4, _("Unavailable")

    @property
    def word(self) -> str:
        """The API's word for it."""
        return self.name.lower()


# ONIX list 65, by what the shop does about it.
SUPPLIER_DELIVERS: Final = ("20", "21", "22", "23")
NOT_YET_PUBLISHED: Final = ("10", "11", "12")
NEVER_SOLD: Final = ("01", "09", "34", "46", "49")  # cancelled, postponed, withdrawn, recalled

# ONIX list 65, as its codes are called.
AVAILABILITY_CODES: Final = {
    "01": _("Cancelled"),
    "09": _("Postponed indefinitely"),
    "10": _("Not yet available"),
    "11": _("Awaiting stock"),
    "12": _("Not yet available, will be printed on demand"),
    "20": _("Available"),
    "21": _("In stock at the supplier"),
    "22": _("To order"),
    "23": _("Printed on demand"),
    "30": _("Temporarily unavailable"),
    "31": _("Out of stock"),
    "32": _("Reprinting"),
    "33": _("Awaiting reissue"),
    "34": _("Temporarily withdrawn from sale"),
    "40": _("Not available"),
    "41": _("Replaced by a new product"),
    "42": _("Available in another format"),
    "43": _("No longer supplied"),
    "46": _("Withdrawn from sale"),
    "47": _("Remaindered"),
    "49": _("Recalled"),
    "51": _("Out of print"),
    "99": _("Uncertain"),
}

# ONIX list 17; the rest is shown as "Contributor".
ROLES: Final = {
    "A01": _("Author"),
    "A02": _("With"),
    "A09": _("Creator"),
    "A12": _("Illustrator"),
    "A13": _("Photographer"),
    "A15": _("Preface"),
    "A19": _("Afterword"),
    "A23": _("Foreword"),
    "A24": _("Introduction"),
    "A36": _("Cover design"),
    "A38": _("Original author"),
    "B01": _("Editor"),
    "B02": _("Revised by"),
    "B04": _("Abridged by"),
    "B05": _("Adapted by"),
    "B06": _("Translator"),
    "B09": _("Series editor"),
    "C01": _("Compiler"),
    "E03": _("Narrator"),
    "E07": _("Read by"),
    "Z99": _("Other"),
}
AUTHOR: Final = "A01"
EDITOR: Final = "B01"


def role_name(code: str) -> str:
    return str(ROLES.get(code, _("Contributor")))


def language_tag(text: str) -> str:
    """The shortest BCP 47 tag (RFC 5646) for a tag or an ISO 639 code: `eng` and `EN` are `en`.

    Raises ValueError for what is no language tag.
    """
    tag = text.strip().replace("_", "-")
    if not tag or not tag_is_valid(tag):
        raise ValueError(f"{text[:40]!r} is not a language tag.")
    return standardize_tag(tag)


def language_name(tag: str) -> str:
    """The language's name in the reader's language, or the tag where none is known."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(get_language() or "en") or tag
    except (UnknownLocaleError, ValueError):
        return tag
