"""Series that catalogues write behind the title: "The Color of Magic (Discworld, #1; Rincewind #1)"."""

import re
from decimal import Decimal

from catalog.imports.record import SeriesPlace

LONGEST_LABEL = 50
LARGEST_POSITION = Decimal(999_999)
NUMBER = r"\d+(?:\.\d+)?"
PLACE = re.compile(rf"#\s*(?P<label>{NUMBER}(?:\s*(?:-|–|/)\s*{NUMBER})?)")
ONE_NUMBER = re.compile(rf"({NUMBER})(?:\s*[,:;]\s*Part\b.*)?", re.IGNORECASE)


def split_series(title: str) -> tuple[str, tuple[SeriesPlace, ...]]:
    """The title alone, and the series that stood in brackets at its end."""
    start = last_bracket(title)
    if start is None or "#" not in title[start:] or not title[:start].strip():
        return title, ()
    places = series_places(title[start + 1 :].rstrip()[:-1])
    return (title[:start].strip(), places) if places else (title, ())


def last_bracket(title: str) -> int | None:
    """Where the bracket opens that closes at the end of the title."""
    if not title.endswith(")"):
        return None
    depth = 0
    for place in range(len(title) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(title[place], 0)
        if depth == 0:
            return place
    return None


def series_places(text: str) -> tuple[SeriesPlace, ...]:
    names: list[tuple[str, str]] = []
    rest = text.removeprefix("Includes:")
    while match := PLACE.search(rest):
        tail, name = split_tail(rest[: match.start()], first=not names)
        if names:
            names[-1] = (names[-1][0], names[-1][1] + tail)
        if name:
            names.append((name, match["label"]))
        elif names:
            names[-1] = (names[-1][0], f"{names[-1][1]}, {match['label']}")
        rest = rest[match.end() :]
    if names:
        names[-1] = (names[-1][0], names[-1][1] + rest.rstrip())
    return tuple(place(name, label) for name, label in names)


def split_tail(text: str, first: bool) -> tuple[str, str]:
    """What still belongs to the number before, and the next series' name."""
    if first:
        return "", series_name(text)
    separator = re.search(r"[;,]|\s&|\s\s|\s$", text)
    if separator is None:
        return "", series_name(text)
    return text[: separator.start()].rstrip(), series_name(text[separator.end() :].lstrip(" ,;&"))


def series_name(text: str) -> str:
    """The name without what stands between it and the number; "Cat Who..." and "U.S.A." keep their points."""
    name = text.strip().rstrip(",").strip()
    last = name.split()[-1] if name else ""
    return name[:-1] if last.endswith(".") and last.count(".") == 1 and len(last) > 4 else name


def place(name: str, label: str) -> SeriesPlace:
    if len(label) > LONGEST_LABEL and (short := PLACE.match(f"#{label}")):
        label = short["label"]
    label = label.strip()
    return SeriesPlace(name, label, position(label))


def position(label: str) -> Decimal | None:
    """The place in order, where the label is one number (or a part of one)."""
    match = ONE_NUMBER.fullmatch(label)
    number = Decimal(match[1]) if match else None
    if number is None or number > LARGEST_POSITION or number != round(number, 2):
        return None
    return number


def plain_number(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"
