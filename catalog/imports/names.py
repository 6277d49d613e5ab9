"""Names of people: told apart, turned round for sorting and back for reading, and their roles."""

import re

from catalog.imports.record import Person
from catalog.vocabularies import AUTHOR

SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "md", "phd", "esq"}
BEFORE = {"sir", "lady", "dame", "mrs", "mr", "miss", "dr", "rev", "saint", "don", "father", "mme", "captain",
          "prince", "princess", "lord", "king", "queen", "pope"}  # fmt: skip
AFTER = {"baron", "baroness", "viscount", "earl", "marquis", "count", "countess", "duke", "duchess", "freiherr", "graf",
         "comte", "comtesse", "vicomte", "marquise", "conde", "ritter"}  # fmt: skip
PARTICLES = {"de", "da", "das", "dos", "di", "del", "della", "van", "von", "der", "den", "zu", "zur", "ten", "ter",
             "af", "av", "y"}  # fmt: skip
ARTICLES = {"le", "la", "les", "du", "des", "st.", "saint"}
BODIES = re.compile(
    r"^(the|editors?) |&|\d|\b(and|for|of the|press|society|institute|library|university|company|inc\.?|"
    r"association|magazine|anonymous|books|group|staff|committee|church|museum|project|foundation)\b", re.IGNORECASE
)  # fmt: skip
ROLE = re.compile(r"\s*\(([^()]+)\)$")
ROLES = {
    "author": "A01", "illustrator": "A12", "photographer": "A13", "preface": "A15", "afterword": "A19",
    "foreword": "A23", "introduction": "A24", "editor": "B01", "adapter": "B05", "translator": "B06",
    "compiler": "C01", "narrator": "E07", "reader": "E07", "contributor": "Z99",
}  # fmt: skip
PLACEHOLDERS = {
    "unknown",
    "unknown author",
    "unknown unknown",
    "not applicable",
    "not a book",
    "no author",
    "n/a",
    "na",
}
MISPLACED_TITLE = re.compile(r"(.+?), (\S+) (\S+)")


def is_suffix(word: str) -> bool:
    return word.replace(".", "").strip().lower() in SUFFIXES


def by_commas(text: str) -> list[str]:
    """Names separated by commas, "Jr." and its like with the name before."""
    names: list[str] = []
    for name in text.split(","):
        if names and is_suffix(name):
            names[-1] += f",{name}"
        elif name.strip():
            names.append(name.strip())
    return names


def person(text: str) -> Person | None:
    """Who is named, with the role behind the name; nobody where the name is a placeholder."""
    match = ROLE.search(text)
    role = ROLES.get(match[1].strip().lower()) if match else None
    name = ROLE.sub("", text) if role else text
    if not name or ROLE.sub("", name).lower() in PLACEHOLDERS:
        return None
    return Person(name, sort_name(name), role or AUTHOR)


def sort_name(name: str) -> str:
    """ "Le Guin, Ursula K.", "Beethoven, Ludwig van", "Vonnegut, Kurt, Jr."; bodies and single words stay."""
    words = name.split()
    if len(words) < 2 or BODIES.search(name) or not name[0].isascii():
        return name
    suffix = words.pop().strip(",") if is_suffix(words[-1]) and len(words) > 2 else ""
    words[-1] = words[-1].rstrip(",")
    start = last_name_starts(words)
    moved = [word for word in words[start:-1] if word in PARTICLES]
    last = [word for word in words[start:] if word not in moved]
    return ", ".join(filter(None, [" ".join(last), " ".join([*words[:start], *moved]), suffix]))


def last_name_starts(words: list[str]) -> int:
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in PARTICLES | ARTICLES:
        start -= 1
    return start


def display_name(sorted_name: str) -> str:
    """ "Smith, Joseph, Jr." as it is read: "Joseph Smith Jr."; what is no name ("active 1854") is left out."""
    plain = re.sub(r"\s*(\([^()]*\)|\[pseud[^]]*\])", "", sorted_name)
    if "," not in plain:
        return sorted_name
    parts = [part.strip() for part in plain.split(",") if part.strip()]
    last, rest = parts[0], parts[1:]
    words = [word for word in rest if title_kind(word) != "note"]
    first = words.pop(0) if words and title_kind(words[0]) == "name" else ""
    name = f"{first} {last}".strip()
    for word in words:
        name = with_title(name, word, first, last)
    return name or sorted_name


def title_kind(part: str) -> str:
    first = part.split()[0].rstrip(".").lower()
    if is_suffix(part):
        return "suffix"
    if first in AFTER:
        return "rank"
    if first in BEFORE:
        return "before"
    if first == "of":
        return "place"
    return "name" if part[0].isupper() or "-" in first or "." in part else "note"


def with_title(name: str, word: str, first: str, last: str) -> str:
    kind = title_kind(word)
    if kind == "before":
        return f"{word} {name}"
    if kind in {"suffix", "place"}:
        return f"{name} {word}"
    if kind == "rank":
        comma = "" if word.startswith(("Freiherr", "Graf", "Ritter")) else ","
        return f"{first}{comma} {word} {last}".strip(", ")
    return name


def in_reading_order(text: str) -> str:
    """ "Kurt, Jr. Vonnegut" and "Arthur Conan, Sir Doyle", as some lists turn them, put right."""
    match = MISPLACED_TITLE.fullmatch(text)
    if not match:
        return text
    first, title, last = match.groups()
    if is_suffix(title):
        return f"{first} {last} {title}"
    return f"{title} {first} {last}" if title.rstrip(".").lower() in BEFORE else text
