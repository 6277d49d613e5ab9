"""The countries of the world, as ISO 3166-1 has them."""

from functools import cache

from babel import Locale
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Codes that Unicode's list has and ISO does not assign: reserved ones, those for tests, and groups of countries.
NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"])


@cache
def countries() -> frozenset[str]:
    """Every officially assigned alpha-2 code."""
    codes = map(str, Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - NOT_COUNTRIES


def check_country(code: str) -> None:
    if code not in countries():
        sentence = _("“%(code)s” is no country code of ISO 3166-1: write DE, FR, US.")
        raise ValidationError(sentence, "unknown_country", {"code": code})


def country_name(code: str) -> str:
    """The country as a parcel's label has it, in English; the code itself where it is unknown."""
    return str(Locale("en").territories.get(code, code))
