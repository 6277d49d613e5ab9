"""ISBNs in any spelling; the vectors of the trade's own examples."""

import xml.etree.ElementTree as ET

import pytest

from bookstore.testing import shared_data
from catalog import isbn as isbns
from catalog.isbn import InvalidISBN, hyphenate, isbn10, parse_isbn

PAIRS = [("9780306406157", "0306406152"), ("9780804429573", "080442957X"), ("9783161484100", "316148410X")]


@pytest.mark.parametrize(("thirteen", "ten"), PAIRS)
def test_ten_and_thirteen_digits_are_the_same_number(thirteen, ten):
    assert parse_isbn(ten) == parse_isbn(thirteen) == thirteen
    assert isbn10(thirteen) == ten


@pytest.mark.parametrize(
    "spelling",
    [
        "978-0-306-40615-7",
        " 978 0306 40615 7 ",
        "978–0–306–40615–7",
        "978\u20110\u2011306\u201140615\u20117",
        "ISBN 9780306406157",
        "ISBN-13: 978-0-306-40615-7",
        "urn:isbn:9780306406157",
        "ISBN-10 0-306-40615-2",
        "ISBN13: 9780306406157",
        "isbn10 0306406152",
        "ISBN0306406152",
        "ISBN: 978 0 306 40615 7",
        "９７８０３０６４０６１５７",
    ],
)
def test_any_spelling_is_read(spelling):
    assert parse_isbn(spelling) == "9780306406157"


def test_a_small_x_is_an_x():
    assert parse_isbn("0-8044-2957-x") == "9780804429573"


@pytest.mark.parametrize("valid", ["9798600000001", "9791091881258", "9791188888887", "9791220000000"])
def test_numbers_from_979_have_no_ten_digits(valid):
    assert parse_isbn(valid) == valid
    assert isbn10(valid) is None


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("9780306406158", "check digit"),
        ("0306406153", "check digit"),
        ("9790260000438", "ISMN"),
        ("4006381333931", "978 or 979"),
        ("978031600000X", "10 or 13 digits"),
        ("9.78043902348e+12", "10 or 13 digits"),
        ("", "10 or 13 digits"),
        ("X" * 10, "10 or 13 digits"),
        ("12345", "10 or 13 digits"),
        ("-130306406152", "10 or 13 digits"),
        ("٩٧٨٠٣٠٦٤٠٦١٥٧", "10 or 13 digits"),
        ("9" * 10_000, "10 or 13 digits"),
    ],
)
def test_what_is_no_isbn_is_refused_with_its_reason(wrong, reason):
    with pytest.raises(InvalidISBN, match=reason):
        parse_isbn(wrong)


def test_hyphens_stand_where_the_agency_puts_them():
    assert hyphenate("9780306406157") == "978-0-306-40615-7"
    assert hyphenate("9782070360024") == "978-2-07-036002-4"
    assert hyphenate("9786700000006") == "9786700000006"  # no range is given out there


def test_the_agencys_newest_ranges_can_be_loaded(settings):
    """At both ends of each of its ranges, the number is cut as its RangeMessage.xml says."""
    message = shared_data("isbn") / "RangeMessage.xml"
    settings.ISBN_RANGE_FILE = str(message)
    isbns.ranges.cache_clear()
    try:
        for group in ET.parse(message).iterfind("RegistrationGroups/Group"):
            prefix = group.findtext("Prefix")
            for rule in group.iterfind("Rules/Rule"):
                length = int(rule.findtext("Length"))
                for end in rule.findtext("Range").split("-") if length else ():
                    first = (prefix.replace("-", "") + end).ljust(12, "0")[:12]
                    number = first + isbns.check_digit_13(first)
                    rest = number[len(prefix) - 1 : 12]
                    assert hyphenate(number) == f"{prefix}-{rest[:length]}-{rest[length:]}-{number[12]}"
    finally:
        isbns.ranges.cache_clear()
