"""Block 1: what the product is. Title, people, series, language, pages, size, subjects."""

import re
from decimal import Decimal
from typing import Any

from catalog.imports.onix.codes import (
    BYTES,
    CLOCKS,
    FORMATS,
    GRAMS,
    KEYWORDS,
    MILLIMETRES,
    OWN_SCHEMES,
    PAGES,
    SCHEMES,
    SECONDS,
)
from catalog.imports.onix.reading import LONGEST_NAME, Reading
from catalog.imports.onix.trees import Tree, all_words, line, many, parts, words
from catalog.imports.record import Heading, RowRejected, SeriesPlace
from catalog.imports.titles import LONGEST_LABEL, position
from catalog.vocabularies import LONGEST_TITLE, Format, language_tag

SMALL, LARGE = 32_767, 2_147_483_647
COUNTED = re.compile(r"\d{1,12}(\.\d{1,12})?", re.ASCII)
TITLE, COLLECTION = "01", "02"  # list 149: the product's own, the collection's


# ---- titles and series -----------------------------------------------------------------------------------------


def title_text(element: Tree) -> str:
    """`The` + `Dispossessed`, or the title as one."""
    prefix, rest = line(element, "TitlePrefix"), line(element, "TitleWithoutPrefix")
    joined = f"{prefix}{rest}" if prefix.endswith(("'", "’")) else f"{prefix} {rest}".strip()
    return line(element, "TitleText") or joined


def title_elements(detail: Tree, level: str) -> list[Tree]:
    """The elements of the distinctive title that stand on this level."""
    titles = parts(detail, "TitleDetail")
    main = [each for each in titles if words(each, "TitleType") in ("01", "")] or titles
    return [element for element in parts(main[0], "TitleElement") if level_of(element) == level] if main else []


def level_of(element: Tree) -> str:
    return words(element, "TitleElementLevel") or TITLE


def read_title(reading: Reading, detail: Tree) -> tuple[str, str]:
    """Title and subtitle. Raises RowRejected where there is none, or one too long."""
    element = next(iter(title_elements(detail, TITLE)), {})
    title = title_text(element)
    if not title:  # a volume with a number only: "Collected Works 3"
        above = next((title_text(each) for each in title_elements(detail, COLLECTION) if title_text(each)), "")
        title = f"{above} {line(element, 'PartNumber')}".strip()
    if not title:
        raise RowRejected("TitleDetail", "", "A book needs a title.")
    if len(title) > LONGEST_TITLE:
        raise RowRejected("TitleDetail", title, f"The title has more than {LONGEST_TITLE} characters.")
    return title, reading.short("Subtitle", line(element, "Subtitle"), LONGEST_TITLE)


def read_series(reading: Reading, detail: Tree) -> tuple[SeriesPlace, ...]:
    found: dict[str, SeriesPlace] = {}
    for collection in parts(detail, "Collection"):
        name = next((title_text(each) for each in title_elements(collection, COLLECTION) if title_text(each)), "")
        name = name or next((title_text(each) for each in title_elements(collection, TITLE)), "")
        name = reading.short("Collection", name)
        if name and name not in found:
            printed, ordered = collection_numbers(collection)
            label = (printed or ordered)[:LONGEST_LABEL].strip()
            found[name] = SeriesPlace(
                name, label, position(label) if position(label) is not None else position(ordered)
            )
    return tuple(found.values())


def collection_numbers(collection: Tree) -> tuple[str, str]:
    """The number as printed, and the one that orders."""
    elements = title_elements(collection, TITLE) + title_elements(collection, COLLECTION)
    printed = next((number for each in elements if (number := line(each, "PartNumber"))), "")
    sequences = parts(collection, "CollectionSequence")
    ranked = sorted(sequences, key=lambda each: words(each, "CollectionSequenceType") != "02")
    return printed, next((line(each, "CollectionSequenceNumber") for each in ranked), "")


# ---- language, size, form --------------------------------------------------------------------------------------


def read_language(reading: Reading, detail: Tree, role: str) -> str:
    for language in parts(detail, "Language"):
        code = words(language, "LanguageCode")
        if words(language, "LanguageRole") != role or code in ("", "und", "mul", "zxx", "mis"):
            continue
        tag = "-".join(filter(None, [code, words(language, "ScriptCode"), words(language, "CountryCode")]))
        try:
            return language_tag(tag)
        except ValueError as error:
            reading.leave_out("LanguageCode", tag, str(error))
    return ""


def read_format(detail: Tree) -> Format:
    code = words(detail, "ProductForm")
    return FORMATS.get(code) or FORMATS.get(code[:1]) or (Format.OTHER if code else Format.UNKNOWN)


def read_pages(reading: Reading, detail: Tree) -> int | None:
    counts = {words(each, "ExtentType"): each for each in reversed(parts(detail, "Extent"))
              if words(each, "ExtentUnit") in ("03", "")}  # fmt: skip
    best = next((counts[kind] for kind in PAGES if kind in counts), None)
    number = reading.number_in("ExtentValue", best, LARGE) if best else None
    return round(number) if number and round(number) else None


def read_duration(detail: Tree) -> int | None:
    """Of an audiobook, in seconds."""
    for extent in parts(detail, "Extent"):
        unit, value = words(extent, "ExtentUnit"), words(extent, "ExtentValue")
        if words(extent, "ExtentType") != "09":
            continue
        if unit in SECONDS and COUNTED.fullmatch(value):
            return round(float(value) * SECONDS[unit])
        if unit in CLOCKS and value.isdecimal():
            clock = value.zfill(CLOCKS[unit])
            return int(clock[:3]) * 3600 + int(clock[3:5] or 0) * 60 + int(clock[5:7] or 0)
    return None


def read_file_size(detail: Tree) -> int | None:
    for extent in parts(detail, "Extent"):
        unit, value = words(extent, "ExtentUnit"), words(extent, "ExtentValue")
        if words(extent, "ExtentType") == "22" and unit in BYTES and COUNTED.fullmatch(value):
            return round(float(value) * BYTES[unit])
    return None


def read_measures(reading: Reading, detail: Tree) -> dict[str, int | None]:
    """Height, width and thickness in millimetres, weight in grams."""
    names = {"01": ("height_mm", MILLIMETRES, SMALL), "02": ("width_mm", MILLIMETRES, SMALL),
             "03": ("thickness_mm", MILLIMETRES, SMALL), "08": ("weight_g", GRAMS, LARGE)}  # fmt: skip
    found: dict[str, int | None] = {}
    for measure in parts(detail, "Measure"):
        name, units, largest = names.get(words(measure, "MeasureType"), ("", {}, 0))
        factor = units.get(words(measure, "MeasureUnitCode"))
        if not name or factor is None or name in found:
            continue
        number = reading.number_in("Measurement", measure, largest / factor)
        if number and round(number * factor):
            found[name] = round(number * factor)
    return found


# ---- subjects --------------------------------------------------------------------------------------------------


def read_subjects(reading: Reading, detail: Tree) -> tuple[Heading, ...]:
    """Every subject once, those marked as main first, keywords each by itself."""
    subjects = sorted(parts(detail, "Subject"), key=lambda each: "MainSubject" not in each)
    found: dict[Heading, None] = {}
    for subject in subjects:
        for heading in headings(subject):
            if len(heading.code) > LONGEST_NAME:
                reading.leave_out("Subject", heading.code, f"It has more than {LONGEST_NAME} characters.")
            elif heading not in found:
                found[heading] = None
    return tuple(found)


def headings(subject: Tree) -> list[Heading]:
    number = words(subject, "SubjectSchemeIdentifier")
    code = " ".join(words(subject, "SubjectCode").split())
    label = line(subject, "SubjectHeadingText")[:LONGEST_NAME]
    if number == KEYWORDS:
        texts = [*all_words(subject, "SubjectHeadingText"), *([code] if code else [])]
        split = (word for text in texts for word in text.replace("\n", " ").split(";"))
        return [Heading("keyword", kept, kept[:LONGEST_NAME]) for word in split if (kept := " ".join(word.split()))]
    scheme = SCHEMES.get(number) or f"onix-{number}"[:20]
    if not number or not (code or label):
        return []
    if number in OWN_SCHEMES and code and (owner := line(subject, "SubjectSchemeName")):
        code = f"{owner}: {code}"
    return [Heading(scheme, code or label, label)]


def isbn_candidates(product: Tree) -> list[tuple[str, str]]:
    """The identifiers that may be an ISBN, the surest first: type and value."""
    rank = {"15": 0, "03": 1, "02": 2}
    found = [(words(each, "ProductIDType"), words(each, "IDValue")) for each in parts(product, "ProductIdentifier")]
    return sorted((each for each in found if each[0] in rank and each[1]), key=lambda each: rank[each[0]])


def features(detail: Tree) -> list[dict[str, Any]]:
    return [
        {
            "type": words(each, "ProductFormFeatureType"),
            "value": line(each, "ProductFormFeatureValue"),
            "note": line(each, "ProductFormFeatureDescription"),
        }
        for each in parts(detail, "ProductFormFeature")
    ]


def age_range(detail: Tree) -> tuple[int | None, int | None]:
    """Youngest and oldest reader in years (list 30, 17 interest age or 18 reading age; list 31)."""
    ranges = {words(each, "AudienceRangeQualifier"): each for each in reversed(parts(detail, "AudienceRange"))}
    chosen = ranges.get("17") or ranges.get("18")
    if not chosen:
        return None, None
    values = [words({"v": value}, "v") for value in many(chosen, "AudienceRangeValue")]
    pairs = dict(zip(all_words(chosen, "AudienceRangePrecision"), values, strict=False))
    youngest, oldest = pairs.get("03") or pairs.get("01", ""), pairs.get("04") or pairs.get("01", "")
    return years(youngest), years(oldest)


def years(text: str) -> int | None:
    try:
        number = Decimal(text)
        return int(number) if 0 <= number <= 120 else None
    except ArithmeticError:  # no number at all
        return None
