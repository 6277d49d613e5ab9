"""The trade's vocabularies, as far as the shop acts on them. Codes it does not know are kept as they came."""

from functools import lru_cache
from typing import Final

from babel import Locale
from babel.core import UnknownLocaleError
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from langcodes import standardize_tag, tag_is_valid

LONGEST_KEPT: Final = 35  # characters of a language tag, as RFC 5646 expects them
LONGEST_TITLE: Final = 2000  # Project Gutenberg has titles of 958 characters


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
    "01": pgettext_lazy("of a product", "Cancelled"),
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
    "44": _("Only from the publisher"),
    "45": _("Not sold separately"),
    "46": _("Withdrawn from sale"),
    "47": _("Remaindered"),
    "48": _("Replaced by print on demand"),
    "49": _("Recalled"),
    "50": _("Not sold as a set"),
    "51": _("Out of print"),
    "52": _("No longer sold in this market"),
    "97": _("No recent word"),
    "98": _("No more news"),
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
# ONIX list 196, in words for readers; the rest is shown by its code.
ACCESSIBILITY: Final = {
    "00": _("Summary"),
    "02": _("Meets EPUB Accessibility 1.0, level A"),
    "03": _("Meets EPUB Accessibility 1.0, level AA"),
    "04": _("Meets EPUB Accessibility 1.1"),
    "05": _("Meets PDF/UA-1"),
    "06": _("Meets PDF/UA-2"),
    "08": _("Accessibility not known"),
    "09": _("Not accessible, or in parts only"),
    "10": _("Nothing in reading systems is switched off"),
    "11": _("Table of contents to navigate by"),
    "12": _("Index to navigate by"),
    "13": _("One logical reading order"),
    "14": _("Short descriptions of pictures"),
    "15": _("Full descriptions of pictures"),
    "16": _("Charts also as data"),
    "17": _("Formulas as MathML"),
    "18": _("Chemistry as ChemML"),
    "19": _("Page numbers of the print edition"),
    "20": _("Recorded audio in step with the text"),
    "21": _("Hints for speech output"),
    "22": _("Languages marked"),
    "24": _("Made to read with dyslexia"),
    "25": _("Colour is never the only sign"),
    "26": _("High contrast of text"),
    "27": _("High contrast of speech and background sound"),
    "28": _("Full audio descriptions"),
    "29": _("Next and previous to navigate by"),
    "30": _("ARIA roles"),
    "31": _("Accessible controls"),
    "32": _("Landmarks to navigate by"),
    "34": _("Chemistry as MathML"),
    "35": _("Formulas as LaTeX"),
    "36": _("Text can be resized and restyled"),
    "37": _("Very high contrast of text"),
    "38": _("Unusual words explained"),
    "51": _("Everything can be heard as recorded audio"),
    "52": _("Everything can be read without sight"),
    "75": _("Exempt: the publisher is a micro-enterprise"),
    "76": _("Exempt: a disproportionate burden"),
    "77": _("Exempt: it would alter the work"),
    "80": _("WCAG 2.0"),
    "81": _("WCAG 2.1"),
    "82": _("WCAG 2.2"),
    "84": _("WCAG level A"),
    "85": _("WCAG level AA"),
    "86": _("WCAG level AAA"),
    "90": _("Certified by"),
    "91": _("Last assessed on"),
    "92": _("More on it"),
    "93": _("Certified by"),
    "94": _("More on it"),
    "95": _("More on it"),
    "96": _("More on it, from the publisher"),
    "98": _("Trusted intermediary"),
    "99": _("Whom to ask at the publisher"),
}
AUTHOR: Final = "A01"
EDITOR: Final = "B01"
ANY_ROLE = _("Contributor")


def role_name(code: str) -> str:
    return role_name_in(get_language(), code)


@lru_cache(maxsize=2_000)
def role_name_in(_language: str | None, code: str) -> str:
    return str(ROLES.get(code, ANY_ROLE))


def accessibility_name(code: str) -> str:
    return str(ACCESSIBILITY.get(code, code))


def language_tag(text: str) -> str:
    """The shortest BCP 47 tag (RFC 5646) for a tag or an ISO 639 code: `eng` and `EN` are `en`.

    Raises ValueError for what is no language tag.
    """
    tag = text.strip().replace("_", "-")
    found = shortest_tag(tag) if len(tag) <= LONGEST_KEPT else shortest_tag.__wrapped__(tag)
    if not found:
        raise ValueError(f"{text[:40]!r} is not a language tag.")
    return found


@lru_cache(maxsize=1000)  # all files together name a few, and each costs a tenth of a millisecond
def shortest_tag(tag: str) -> str:
    return standardize_tag(tag) if tag and tag_is_valid(tag) else ""


def language_name(tag: str) -> str:
    """The language's name in the reader's language, or the tag where none is known."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(get_language() or "en") or tag
    except (UnknownLocaleError, ValueError):
        return tag
