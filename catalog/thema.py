"""The Thema subject tree, from the JSON that EDItEUR publishes."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from catalog.models import Subject, SubjectLink
from catalog.services import refresh_books

LONGEST = 500
LARGEST_FILE = 100_000_000  # bytes
CHUNK = 2000


class NotThema(Exception):
    """The file is not the tree that EDItEUR publishes."""


@dataclass(frozen=True, slots=True)
class Heading:
    code: str
    label: str
    parent: str


@dataclass(frozen=True, slots=True)
class Outcome:
    headings: int
    created: int
    updated: int
    books: int


def read_tree(path: Path, say: Callable[[str], object] = lambda _: None) -> list[Heading]:
    """The headings of a file, each once and below one that exists. Raises NotThema."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise NotThema(f"{path} is larger than {LARGEST_FILE:,} bytes; the tree has five million.")
        codes = json.loads(path.read_bytes())["CodeList"]["ThemaCodes"]["Code"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotThema(f"{path} is no Thema tree: CodeList, ThemaCodes, Code cannot be read from it.") from error
    found: dict[str, Heading] = {}
    for entry in codes if isinstance(codes, list) else []:
        heading = read_heading(entry)
        if heading is None or heading.code in found:
            say(f"Left out: {json.dumps(entry)[:100]}")
        else:
            found[heading.code] = heading
    if not found:
        raise NotThema(f"{path} has no headings.")
    return in_order(found, say)


def read_heading(entry: Any) -> Heading | None:
    """Codes are texts; a code that looks like a number came as one."""
    if not isinstance(entry, dict):
        return None
    code, label, parent = (spelled(entry.get(name)) for name in ("CodeValue", "CodeDescription", "CodeParent"))
    return Heading(code, label, parent) if code and label and len(code) <= LONGEST and len(label) <= LONGEST else None


def spelled(value: Any) -> str:
    return " ".join(str(value).replace("\0", "").split()) if isinstance(value, str | int) else ""


def in_order(headings: dict[str, Heading], say: Callable[[str], object]) -> list[Heading]:
    """Each heading after the one above it; what stands below itself or nothing is left out."""
    placed: dict[str, Heading] = {}
    waiting = dict(headings)
    while ready := [each for each in waiting.values() if not each.parent or each.parent in placed]:
        for each in ready:
            placed[each.code] = waiting.pop(each.code)
    for each in waiting.values():
        say(f"Left out: {each.code}, which stands below {each.parent}, and that is not in the tree.")
    return list(placed.values())


@transaction.atomic
def load_tree(headings: list[Heading]) -> Outcome:
    """Bring the tree into the shop: headings that it has are put right, and keep their books."""
    known = {subject.code: subject for subject in Subject.objects.filter(scheme=Subject.Scheme.THEMA)}
    new: list[Subject] = []
    changed: list[Subject] = []
    for heading in headings:
        parent = known[heading.parent] if heading.parent else None
        subject = known.get(heading.code)
        if subject is None:
            subject = Subject(scheme=Subject.Scheme.THEMA, code=heading.code, label=heading.label, parent=parent)
            known[heading.code] = subject
            new.append(subject)
        elif (subject.label, subject.parent_id) != (heading.label, parent and parent.pk):
            subject.label, subject.parent, subject.updated_at = heading.label, parent, timezone.now()
            changed.append(subject)
    Subject.objects.bulk_create(new, batch_size=CHUNK)
    moved = adopt(known, {heading.code for heading in headings})
    Subject.objects.bulk_update([*changed, *moved], ["label", "parent", "updated_at"], batch_size=CHUNK)
    books = books_below([subject.pk for subject in [*changed, *moved]])
    refresh_books(books)
    return Outcome(len(headings), len(new), len(changed) + len(moved), len(books))


def adopt(known: dict[str, Subject], in_tree: set[str]) -> list[Subject]:
    """Codes of newer trees that came with books go below the longest code that begins theirs."""
    moved = []
    for code, subject in known.items():
        if code in in_tree:
            continue
        above = (known[code[:length]] for length in range(len(code) - 1, 0, -1) if code[:length] in known)
        parent = next(above, None)
        if parent is not None and subject.parent_id != parent.pk:
            subject.parent, subject.updated_at = parent, timezone.now()
            moved.append(subject)
    return moved


def books_below(subjects: Iterable[UUID]) -> set[UUID]:
    """The books with one of these headings or one below them."""
    found = level = set(subjects)
    while level:
        level = set(Subject.objects.filter(parent__in=level).values_list("pk", flat=True)) - found
        found = found | level
    return set(SubjectLink.objects.filter(subject__in=found).values_list("book", flat=True)) if found else set()
