"""Addresses as they are written on a parcel."""

from collections.abc import Mapping

from django.utils.html import format_html_join

from accounts.countries import country_name

LINES = (("first_name", "last_name"), ("company",), ("line1",), ("line2",), ("postal_code", "city"), ("region",),
         ("country",), ("phone",), ("vat_number",))  # fmt: skip
LONGEST_PLACE = 40


def as_lines(address: Mapping[str, str]) -> str:
    named = {**address, "country": country_name(address["country"])}
    lines = (" ".join(filter(None, (named.get(name) for name in names))) for names in LINES)
    return format_html_join("", "{}<br>", ((line,) for line in lines if line))


def in_short(address: Mapping[str, str]) -> str:
    """Who and where, for a list."""
    place = f"{address['last_name']}, {address['city']}"
    short = place if len(place) <= LONGEST_PLACE else f"{place[: LONGEST_PLACE - 1]}…"
    return f"{short} ({address['country']})"
