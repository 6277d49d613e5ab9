"""Contributors: names in every form, roles, numbers (ISNI, ORCID), years, lives."""

import re

from catalog.imports.names import sort_name
from catalog.imports.onix.reading import LONGEST_NAME, Reading
from catalog.imports.onix.trees import Tree, all_words, line, many, parts, plain_text, words
from catalog.imports.record import NameNumber, Person

ROLE = re.compile(r"[A-Z]\d\d", re.ASCII)
OTHER = "Z99"
BORN, DIED = "50", "51"  # list 177
ISNI, ORCID = "16", "21"  # list 44
PERSON_PARTS = ("TitlesBeforeNames", "NamesBeforeKey", "PrefixToKey", "KeyNames", "SuffixToKey", "NamesAfterKey")
LONGEST_NUMBER = 100


def read_people(reading: Reading, detail: Tree) -> tuple[Person, ...]:
    """Everybody in the order of the title page, once for each of their parts."""
    found: dict[tuple[str, str], Person] = {}
    for contributor in sorted(parts(detail, "Contributor"), key=sequence):
        name = reading.short("Contributor", name_of(contributor))
        if not name:
            continue
        for role in roles(reading, contributor):
            found.setdefault((name, role), person(reading, contributor, name, role))
    return tuple(found.values())


def sequence(contributor: Tree) -> int:
    text = words(contributor, "SequenceNumber")
    return int(text) if text.isdecimal() and len(text) < 7 else 1_000_000


def name_of(tree: Tree) -> str:
    """As it is read: `Maj Sjöwall`. Nothing for those without a name (anonymous, various)."""
    whole = line(tree, "PersonName") or " ".join(text for name in PERSON_PARTS[1:] if (text := line(tree, name)))
    turned = line(tree, "PersonNameInverted").split(", ")
    return whole or line(tree, "CorporateName") or " ".join(reversed(turned)).strip()


def sort_name_of(tree: Tree, name: str) -> str:
    inverted = line(tree, "PersonNameInverted") or line(tree, "CorporateNameInverted")
    if inverted or line(tree, "CorporateName"):
        return inverted or name
    key, before = line(tree, "KeyNames"), line(tree, "NamesBeforeKey")
    prefix = line(tree, "PrefixToKey")
    given = " ".join(filter(None, [before, prefix]))
    return (f"{key}, {given}" if given else key) if key else sort_name(name)


def roles(reading: Reading, contributor: Tree) -> list[str]:
    codes = all_words(contributor, "ContributorRole")
    for code in codes:
        if not ROLE.fullmatch(code):
            reading.repaired("ContributorRole", code, f"It is no role of ONIX list 17; {OTHER} (other) stands in.")
    return [code if ROLE.fullmatch(code) else OTHER for code in codes] or [OTHER]


def person(reading: Reading, tree: Tree, name: str, role: str) -> Person:
    aliases = dict.fromkeys(alias for each in parts(tree, "AlternativeName") if (alias := name_of(each)))
    life = next(iter(many(tree, "BiographicalNote")), "")
    return Person(
        name,
        sort_name_of(tree, name)[:LONGEST_NAME] or name,
        role,
        year_of(reading, tree, BORN),
        year_of(reading, tree, DIED),
        tuple(alias for alias in aliases if alias != name),
        tuple(numbers(reading, tree)),
        plain_text(life)[:20_000],
    )


def year_of(reading: Reading, tree: Tree, role: str) -> int | None:
    for each in parts(tree, "ContributorDate"):
        if words(each, "ContributorDateRole") == role:
            day = reading.date("ContributorDate", next(iter(many(each, "Date")), ""))
            return day.year if day else None
    return None


def numbers(reading: Reading, tree: Tree) -> list[NameNumber]:
    found: dict[NameNumber, None] = {}
    for each in parts(tree, "NameIdentifier"):
        scheme, value = words(each, "NameIDType"), line(each, "IDValue")
        if scheme in (ISNI, ORCID):
            value = re.sub(r"^https?://[^/]+/(isni/)?|[\s-]", "", value).upper()
            if not is_isni(value):
                reading.leave_out("NameIdentifier", value, "It is no ISNI or ORCID: its check digit is wrong.")
                continue
        name = line(each, "IDTypeName")
        if len(scheme) == 2 and value and len(value) <= LONGEST_NUMBER and len(name) <= LONGEST_NUMBER:
            found[NameNumber(scheme, value, name if scheme in ("01", "02") else "")] = None
    return list(found)


def is_isni(value: str) -> bool:
    """Sixteen digits with the check digit of ISO 7064 mod 11-2; an ORCID is one too."""
    if not re.fullmatch(r"\d{15}[\dX]", value, re.ASCII):
        return False
    total = 0
    for digit in value[:15]:
        total = (total + int(digit)) * 2
    return value[15] == "0123456789X"[(12 - total % 11) % 11]
