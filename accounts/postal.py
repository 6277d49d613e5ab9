"""What postal codes, phone numbers and VAT numbers look like, country by country.

Postal codes as the Universal Postal Union describes them; a country that stands nowhere here takes any code.
"""

import re
import unicodedata

from stdnum import get_cc_module
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError as NumberError

DIGITS = {
    3: "FO IS LS MG OM PG",
    4: "AF AL AM AT AU BD BE BG CC CH CV CX CY DK ET GE GL GW HM HT HU LI LR MK MZ NE NF NO NZ PH PY SJ "
       "SV TN VE ZA",
    5: "BA BT CU DE DO DZ EE EG ES FI FR GF GP GT HN HR ID IQ IT JO KE KR KW LA LK LY MA MC ME MM MQ MX MY NC NI NP PE "
       "PF PK PM RE RS SD SN SM TH TR TZ UA UY VA WF YT ZM",
    6: "BY CN CO EC KG MN NG RO RU SG TJ TM TT UZ",
    7: "CL JP",
}  # fmt: skip
# What is not simply so many digits. Spaces and hyphens are left out before it is looked at.
SHAPES = {
    "AD": r"AD[1-7]\d{2}",
    "AR": r"\d{4}|[A-Z]\d{4}[A-Z]{3}",
    "AX": r"22\d{3}",
    "AZ": r"(AZ)?\d{4}",
    "BB": r"(BB)?\d{5}",
    "BM": r"[A-Z]{2}[A-Z0-9]{2}",
    "BN": r"[A-Z]{2}\d{4}",
    "BR": r"\d{8}",
    "CA": r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z]\d[ABCEGHJ-NPRSTV-Z]\d",
    "CR": r"\d{4,5}",
    "CZ": r"[1-7]\d{4}",
    "GB": r"GIR0AA|[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}",
    "GG": r"GY\d{1,2}\d[A-Z]{2}",
    "GI": r"GX111AA",
    "GR": r"\d{5}",
    "IE": r"(D6W|[AC-FHKNPRTV-Y]\d{2})[AC-FHKNPRTV-Y\d]{4}",
    "IM": r"IM\d{1,2}\d[A-Z]{2}",
    "IR": r"\d{10}",
    "JE": r"JE\d{1,2}\d[A-Z]{2}",
    "KH": r"\d{5,6}",
    "KZ": r"\d{6}|[A-Z]\d{2}[A-Z]\d[A-Z]\d",
    "LB": r"\d{4}(\d{4})?",
    "LT": r"(LT)?\d{5}",
    "LV": r"(LV)?\d{4}",
    "MD": r"(MD)?\d{4}",
    "MT": r"[A-Z]{3}\d{4}",
    "NL": r"[1-9]\d{3}[A-Z]{2}",
    "PL": r"\d{5}",
    "PR": r"00[679]\d{2}(\d{4})?",
    "PT": r"\d{4}(\d{3})?",
    "SE": r"\d{5}",
    "SI": r"(SI)?\d{4}",
    "SK": r"[089]\d{4}",
    "SZ": r"[HLMS]\d{3}",
    "TW": r"\d{3}(\d{2,3})?",
    "VN": r"\d{5,6}",
    "US": r"\d{5}(\d{4})?",
    "IL": r"\d{5}(\d{2})?",
    "SA": r"\d{5}(\d{4})?",
    "IN": r"[1-9]\d{5}",
    "LU": r"(L)?\d{4}",
    **dict.fromkeys(["AS", "GU", "MH", "FM", "MP", "PW", "VI"], r"\d{5}(\d{4})?"),
}
WITHOUT = frozenset(  # or where many letters come without one
    """
    AE AG AI AO AQ AW BF BH BI BJ BL BO BQ BS BV BW BZ CD CF CG CI CK CM CW DJ DM ER FJ FK GA GD GH GM GN GQ GS GY
    HK IO JM KI KM KN KP KY LC MF ML MO MR MS MU MV MW NA NR NU PA PN PS QA RW SB SC SH SL SO SR SS ST SX SY TC TD
    TF TG TK TL TO TV UG UM VC VG VU WS YE ZW
    """.split()  # noqa: SIM905 - a list would be a page long
)
EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())  # noqa: SIM905
PHONE = re.compile(r"\+?[0-9()/. -]+")
VAT_SHAPE = re.compile(r"[A-Z0-9]{4,18}")


def needs_postal_code(country: str) -> bool:
    return country not in WITHOUT


def normal_postal_code(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).upper().split())


def is_postal_code(text: str, country: str) -> bool:
    """Whether the code could be one of that country's; what it is written with between its parts does not matter."""
    code = re.sub(r"[\s-]", "", text)
    if country in SHAPES:
        return re.fullmatch(SHAPES[country], code, re.ASCII) is not None
    length = next((length for length, countries in DIGITS.items() if country in countries.split()), None)
    return length is None or (code.isascii() and code.isdigit() and len(code) == length)


def is_phone(text: str) -> bool:
    """Seven to fifteen digits (E.164 has fifteen at most), with what people write between them."""
    return PHONE.fullmatch(text) is not None and 7 <= sum(letter.isdigit() for letter in text) <= 15


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
