"""What the shop makes of ONIX's code lists. Codes that are not here are kept as they came."""

from typing import Final

from catalog.vocabularies import Format

# Lists 7 and 150: the whole code, or else its first letter.
FORMATS: Final = {
    "BA": Format.UNKNOWN, "BB": Format.HARDBACK, "BC": Format.PAPERBACK, "BE": Format.SPIRAL_BOUND,
    "BG": Format.LEATHER_BOUND, "BH": Format.BOARD_BOOK, "B": Format.OTHER,
    "AC": Format.AUDIO_CD, "AE": Format.AUDIO_CD, "AJ": Format.AUDIOBOOK, "AN": Format.AUDIOBOOK,
    "AO": Format.AUDIOBOOK, "AA": Format.AUDIOBOOK, "A": Format.OTHER,
    "C": Format.MAP, "E": Format.EBOOK, "PC": Format.CALENDAR, "S": Format.BOX_SET, "00": Format.UNKNOWN,
}  # fmt: skip

# List 27: the schemes that the shop knows by name; Thema's and BIC's qualifiers are part of their trees.
SCHEMES: Final = {
    "93": "thema", "94": "thema", "95": "thema", "96": "thema", "97": "thema", "98": "thema", "99": "thema",
    "10": "bisac", "12": "bic", "13": "bic", "14": "bic", "15": "bic", "16": "bic", "17": "bic",
    "26": "wgs", "29": "clil", "32": "nur", "04": "lcsh", "03": "lcc", "20": "keyword",
}  # fmt: skip
KEYWORDS: Final = "20"
OWN_SCHEMES: Final = ("23", "24")  # a publisher's own: the same code means another thing at the next one

PAGES: Final = ("00", "11", "05", "07", "06", "08", "10")  # list 23, the best first
MILLIMETRES: Final = {"mm": 1.0, "cm": 10.0, "in": 25.4, "m": 1000.0}  # list 50
GRAMS: Final = {"gr": 1.0, "kg": 1000.0, "lb": 453.59237, "oz": 28.349523125}
SECONDS: Final = {"04": 3600, "05": 60, "06": 1}  # list 24: hours, minutes, seconds
CLOCKS: Final = {"14": 3, "15": 5, "16": 7}  # HHH, HHHMM, HHHMMSS: how many digits
BYTES: Final = {"17": 1, "18": 1024, "19": 1024 * 1024}

# List 64, where it says more than list 65: the code of list 65 that the shop acts on.
WITHDRAWN_BY_STATUS: Final = {"01": "01", "03": "09", "11": "46", "12": "49", "15": "49", "16": "34", "17": "46"}
AVAILABLE_BY_STATUS: Final = {**WITHDRAWN_BY_STATUS, "02": "10", "06": "31", "07": "51", "05": "43", "13": "45",
                              "18": "50"}  # fmt: skip
# List 65: of several suppliers' words, the first of these counts; a recall is for all of them.
BEST_AVAILABILITY: Final = (
    "49", "21", "20", "23", "22", "47", "11", "10", "12", "32", "33", "31", "30", "48", "41", "42", "34", "46", "09",
    "01", "40", "43", "44", "45", "50", "51", "52", "97", "98", "99",
)  # fmt: skip

FOR_SALE: Final = ("01", "02", "07", "08")  # list 46
NOT_FOR_SALE: Final = ("03", "04", "05", "06")

# List 58: prices with tax that a reader pays, the one that counts first; and those without tax.
WITH_TAX: Final = ("04", "02", "42", "34", "14", "12", "24", "22")
WITHOUT_TAX: Final = ("03", "01", "41", "33", "13", "11", "23", "21")
FOR_CONSUMERS: Final = ("", "00", "05")  # list 59
PRICES_WITHOUT_TAX: Final = ("US", "CA")  # where a shop window shows them so

# List 51: relations to another form of the same work. Translations and later editions are not among them.
SAME_WORK: Final = (
    "06",
    "09",
    "10",
    "13",
    "16",
    "17",
    "18",
    "19",
    "20",
    "21",
    "24",
    "25",
    "27",
    "28",
    "29",
    "37",
    "38",
)
MANIFESTATION: Final = ("", "01")  # list 164

TESTS: Final = ("88", "89")  # list 1
PARTIAL: Final = ("04", "08", "09")
DELETED: Final = "05"
FULL: Final = ("01", "02", "03")
WITHDRAWN: Final = "46"  # list 65, what a deleted record's edition becomes
