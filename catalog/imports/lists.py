"""How the shop's own format writes people, series and subjects in one cell: ` | ` between, a backslash before marks."""

import re
from collections.abc import Iterable

from catalog.imports.cells import one_line
from catalog.imports.names import sort_name
from catalog.imports.record import Heading, Person, SeriesPlace
from catalog.imports.titles import plain_number, position
from catalog.models import Subject
from catalog.vocabularies import AUTHOR

MARKS = re.compile(r"[\\|#{}\[\]=]")
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
BETWEEN = re.compile(r"(?<!\\)((?:\\\\)*)\|")
PERSON = re.compile(
    r"(?P<name>(?:\\.|[^\\{}\[\]])+?)"
    r"(?:\s*\{(?P<sort>(?:\\.|[^\\{}])+)\})?"
    r"(?:\s*\((?P<birth>-?\d{1,4})?/(?P<death>-?\d{1,4})?\))?"
    r"(?:\s*\[(?P<role>[A-Z]\d\d)\])?"
)
SERIES = re.compile(r"(?P<name>(?:\\.|[^\\#])+?)(?:\s*#\s*(?P<label>(?:\\.|[^\\#=])*)(?:=(?P<position>[\d.]+))?)?")
SUBJECT = re.compile(r"(?P<scheme>[a-z]+(?:-[A-Za-z0-9]+)?):(?P<code>(?:\\.|[^\\=])+)(?:=(?P<label>(?:\\.|[^\\=])+))?")


def split(cell: str) -> list[str]:
    parts = BETWEEN.sub("\\1\n", cell).split("\n")
    return [part.strip() for part in parts if part.strip()]


def escape(text: str) -> str:
    return MARKS.sub(r"\\\g<0>", text)


def unescape(text: str | None) -> str:
    return one_line(ESCAPED.sub(r"\1", text or ""))


def read_person(text: str) -> Person:
    """`Name {Sort, Name} (1819/1891) [A01]`; only the name is needed. Raises ValueError."""
    match = PERSON.fullmatch(text)
    if match is None or not unescape(match["name"]):
        raise ValueError("Write a contributor as Name [A01], with a backslash before any other bracket.")
    name = unescape(match["name"])
    birth, death = (int(year) if year else None for year in (match["birth"], match["death"]))
    return Person(name, unescape(match["sort"]) or sort_name(name), match["role"] or AUTHOR, birth, death)


def write_person(person: Person) -> str:
    words = [escape(person.name)]
    if person.sort_name != sort_name(person.name):
        words.append(f"{{{escape(person.sort_name)}}}")
    if person.birth or person.death:
        words.append(f"({person.birth or ''}/{person.death or ''})")
    return " ".join([*words, f"[{person.role}]"])


def read_series(text: str) -> SeriesPlace:
    """`Name #1`, `Name #1-3` or `Name #II=2`. Raises ValueError."""
    match = SERIES.fullmatch(text)
    if match is None or not unescape(match["name"]):
        raise ValueError("Write a series as Name #1, with a backslash before any other #.")
    label = unescape(match["label"])
    place = position(match["position"]) if match["position"] else position(label)
    return SeriesPlace(unescape(match["name"]), label, place)


def write_series(place: SeriesPlace) -> str:
    label = place.label
    stated = "" if place.position is None or place.position == position(label) else f"={plain_number(place.position)}"
    return f"{escape(place.name)} #{escape(label)}{stated}" if label or stated else escape(place.name)


def read_subject(text: str) -> Heading:
    """`thema:FL=Science fiction`. Raises ValueError."""
    match = SUBJECT.fullmatch(text)
    if match is None or not is_scheme(match["scheme"]) or not unescape(match["code"]):
        raise ValueError(f"Write a subject as scheme:code=heading; the schemes are {', '.join(Subject.Scheme.values)}.")
    return Heading(match["scheme"], unescape(match["code"]), unescape(match["label"]))


def is_scheme(name: str) -> bool:
    """One that the shop knows, or `onix-26` for a number of ONIX list 27."""
    return name in Subject.Scheme.values or bool(re.fullmatch(r"onix-[A-Za-z0-9]{2}", name))


def write_subject(heading: Heading) -> str:
    label = f"={escape(heading.label)}" if heading.label not in ("", heading.code) else ""
    return f"{heading.scheme}:{escape(heading.code)}{label}"


def join(texts: Iterable[str]) -> str:
    return " | ".join(texts)
