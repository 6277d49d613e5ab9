"""ISBNs (ISO 2108): read in any form, kept as thirteen digits, shown with the agency's hyphens."""

import io
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from django.conf import settings
from stdnum import numdb

PREFIXES = ("978", "979")
MUSIC_PREFIX = "9790"  # ISMN, for printed music (ISO 10957)
LABEL = re.compile(r"^(urn:)?isbn(?:[- ]?1[03](?=[:\s]))?[:\s]*", re.IGNORECASE)  # "ISBN-13: ", "urn:isbn:"
SEPARATORS = {"Pd", "Zs", "Cf"}  # Unicode's dashes, spaces and invisible marks
LONGEST_SPELLING = 40  # thirteen digits with a space or hyphen between any two, and "ISBN-13: " before them


class InvalidISBN(ValueError):
    """Not an ISBN; the message says what is wrong with it."""


def parse_isbn(text: str) -> str:
    """The thirteen digits of an ISBN-10 or ISBN-13 in any spelling. Raises InvalidISBN, never guesses."""
    digits = compact(text)
    if len(digits) == 10 and digits[:9].isdigit() and (digits[9].isdigit() or digits[9] == "X"):
        if check_digit_10(digits[:9]) != digits[9]:
            raise InvalidISBN(f"{text} has a wrong check digit.")
        digits = "978" + digits[:9]
        return digits + check_digit_13(digits)
    if len(digits) != 13 or not digits.isdigit():
        raise InvalidISBN(f"{text[:LONGEST_SPELLING]} is not an ISBN: it needs 10 or 13 digits.")
    if digits.startswith(MUSIC_PREFIX):
        raise InvalidISBN(f"{text} is an ISMN, the number of printed music, not an ISBN.")
    if not digits.startswith(PREFIXES):
        raise InvalidISBN(f"{text} is not an ISBN: those of 13 digits begin with 978 or 979.")
    if check_digit_13(digits[:12]) != digits[12]:
        raise InvalidISBN(f"{text} has a wrong check digit.")
    return digits


def compact(text: str) -> str:
    """Digits and X of a spelling: spaces, dashes of every kind, `ISBN:` and `urn:isbn:` are left out."""
    if len(text) > LONGEST_SPELLING:
        return ""
    if text.isascii() and text.isdigit():
        return text
    text = LABEL.sub("", unicodedata.normalize("NFKC", text).strip())
    kept = [char for char in text.upper() if unicodedata.category(char) not in SEPARATORS and char != "\N{MINUS SIGN}"]
    return "".join(kept) if all(char.isascii() for char in kept) else ""


def check_digit_13(first_twelve: str) -> str:
    total = sum(map(int, first_twelve[::2])) + 3 * sum(map(int, first_twelve[1::2]))
    return str(-total % 10)


def check_digit_10(first_nine: str) -> str:
    remainder = sum(place * int(digit) for place, digit in enumerate(first_nine, start=1)) % 11
    return "X" if remainder == 10 else str(remainder)


def isbn10(isbn: str) -> str | None:
    """The ten-digit form; only ISBNs that begin with 978 have one."""
    return isbn[3:12] + check_digit_10(isbn[3:12]) if isbn.startswith("978") else None


def hyphenate(isbn: str) -> str:
    """The agency's spelling, `978-0-306-40615-7`; the bare digits where no range is known."""
    return hyphenated(isbn, ranges())


@lru_cache(maxsize=20_000)
def hyphenated(isbn: str, known_ranges: Any) -> str:
    parts = known_ranges.split(isbn[:12])
    return "-".join([*parts, isbn[12]]) if len(parts) == 4 else isbn


@cache
def ranges() -> Any:
    """The agency's ranges: those of ISBN_RANGE_FILE (its RangeMessage.xml), else those in python-stdnum."""
    path = settings.ISBN_RANGE_FILE
    return read_ranges(Path(path)) if path else numdb.get("isbn")


def read_ranges(path: Path) -> Any:
    """Read a RangeMessage.xml (isbn-international.org) as python-stdnum keeps its own."""
    return numdb.read(io.StringIO("\n".join(range_lines(ET.parse(path)))))  # noqa: S314 - operator's file


def range_lines(message: "ET.ElementTree[ET.Element]") -> Iterator[str]:
    for prefix in PREFIXES:
        yield prefix
        for group in message.iterfind("RegistrationGroups/Group"):
            group_prefix, _, number = (group.findtext("Prefix") or "").partition("-")
            if group_prefix != prefix:
                continue
            yield f" {number}"
            for rule in group.iterfind("Rules/Rule"):
                length = int(rule.findtext("Length") or 0)
                low, _, high = (rule.findtext("Range") or "").partition("-")
                if length:
                    yield f"  {low[:length]}-{high[:length]}"
