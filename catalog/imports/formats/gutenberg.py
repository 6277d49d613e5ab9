"""gutenberg_metadata.csv, one row per work and author, with the lists of authors, subjects and languages beside it."""

import html
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from catalog.imports.cells import LONGEST_NAME, Cells, given, one_line
from catalog.imports.errors import ImportRefused, UnreadableRest
from catalog.imports.files import ImportFile, LineReader
from catalog.imports.formats.base import Format
from catalog.imports.names import display_name
from catalog.imports.people import people
from catalog.imports.record import Heading, Person, Record
from catalog.imports.rows import BadRow, Row, Table
from catalog.vocabularies import LONGEST_TITLE
from catalog.vocabularies import Format as EditionFormat

PUBLISHER = "Project Gutenberg"
MARC_SUBTITLE = re.compile(r"\s*[:=/;,]?\s*\$(?:b|\s)\s*")
MARC_REST = re.compile(r"\s*\$c.*", re.DOTALL)
MARC_VOLUME = re.compile(r"\s*\$v\s*")
YEAR = re.compile(r"-?\d{1,4}")


class Gutenberg(Format):
    name = "gutenberg"
    required = ("gutenberg_id", "title", "author", "gutenberg_author_id", "language", "has_text")

    def __init__(self, path: Path, seller: str = "") -> None:
        super().__init__(path, seller)
        self.authors = read_authors(self.beside("gutenberg_authors"))
        self.subjects = Merged(self.beside("gutenberg_subjects"), "subject_type", "subject")
        self.languages = Merged(self.beside("gutenberg_languages"), "language")

    def beside(self, name: str) -> Path | None:
        found = [self.path.with_name(f"{name}.csv{ending}") for ending in (".gz", "")]
        return next((path for path in found if path.exists()), None)

    def records(self, rows: Iterator[Row | BadRow]) -> Iterator[Record | BadRow]:
        """A record for each run of rows of one work."""
        for _, group in groupby(rows, key=work_key):
            first, *others = group
            if isinstance(first, BadRow):
                yield from [first, *others]  # type: ignore[misc]  # groups are of one kind
                continue
            same_work = [first, *(row for row in others if isinstance(row, Row))]
            record = self.record_or_reason(first)
            if isinstance(record, Record):
                record.people = self.people(same_work, record)
                record.rows = len(same_work)
                yield record
            else:
                yield from (BadRow(row.line, record.value, record.reason, record.column) for row in same_work)

    def record(self, row: Row) -> Record:
        cells = Cells(row)
        reference = cells.reference("gutenberg_id")
        title, subtitle = split_title(cells)
        has_text = cells.raw("has_text").lower() != "false"
        return Record(
            line=row.line,
            reference=reference,
            book=given(title=title, subtitle=subtitle),
            edition=given(
                format=EditionFormat.EBOOK if has_text else EditionFormat.OTHER,
                language=self.language(cells, reference),
            ),
            publisher=PUBLISHER,
            subjects=headings(cells, self.subjects.take(reference)),
            notes=cells.notes,
        )

    def language(self, cells: Cells, reference: str) -> str:
        """The first of several: an edition has one."""
        codes = [row["language"] for row in self.languages.take(reference)] or cells.raw("language").split("/")
        stated = cells.raw("language").split("/")[0]
        return cells.language_of("language", stated if stated in codes else codes[0])

    def people(self, rows: list[Row], record: Record) -> tuple[Person, ...]:
        found: dict[str, Person] = {}
        for row in rows:
            cells = Cells(row)
            sorted_name = cells.text("author")
            for somebody in people(cells, "author", [display_name(sorted_name)]):
                known = self.authors.get(cells.raw("gutenberg_author_id"), (None, None, ""))
                found[cells.raw("gutenberg_author_id") or sorted_name] = Person(
                    somebody.name, sorted_name, somebody.role, known[0], known[1], aliases(known[2], sorted_name)
                )
            record.notes.extend(cells.notes)
        return tuple(found.values())


class Merged:
    """A list in the order of the works' numbers, read along with the works."""

    def __init__(self, path: Path | None, *columns: str) -> None:
        rows = groupby(rows_of(path, "gutenberg_id", *columns), key=lambda cells: number(cells["gutenberg_id"]))
        self._groups = iter((key, list(group)) for key, group in rows)
        self._next = next(self._groups, None)

    def take(self, reference: str) -> list[dict[str, str]]:
        while self._next and self._next[0] < number(reference):
            self._next = next(self._groups, None)
        return self._next[1] if self._next and self._next[0] == number(reference) else []


def rows_of(path: Path | None, *columns: str) -> Iterator[dict[str, str]]:
    """The good rows of a list beside the works. Raises ImportRefused where the list is of no use."""
    if path is None:
        return
    try:
        with LineReader(ImportFile.inspect(path)) as lines:
            yield from (row.cells for row in Table(lines, columns, columns) if isinstance(row, Row))
    except (ImportRefused, UnreadableRest) as error:
        raise ImportRefused(f"{path.name}: {error}") from error


def read_authors(path: Path | None) -> dict[str, tuple[int | None, int | None, str]]:
    """Years of birth and death, and other names, by the author's number."""
    return {
        cells["gutenberg_author_id"]: (year(cells["birthdate"]), year(cells["deathdate"]), cells["aliases"])
        for cells in rows_of(path, "gutenberg_author_id", "birthdate", "deathdate", "aliases")
    }


def work_key(row: Row | BadRow) -> tuple[str, int]:
    return (row.cells["gutenberg_id"], 0) if isinstance(row, Row) else ("", row.line)


def number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else -1


def year(text: str) -> int | None:
    return int(text) or None if YEAR.fullmatch(text) else None


def aliases(listed: str, name: str) -> tuple[str, ...]:
    names = dict.fromkeys(one_line(alias) for alias in listed.split("/"))
    return tuple(alias for alias in names if alias and alias != name)


def headings(cells: Cells, rows: Iterable[dict[str, str]]) -> tuple[Heading, ...]:
    found = [Heading(row["subject_type"], one_line(row["subject"])) for row in rows]
    for heading in found:
        if len(heading.code) > LONGEST_NAME:
            cells.leave_out("subject", heading.code, f"It has more than {LONGEST_NAME} characters.")
    return tuple(dict.fromkeys(heading for heading in found if 0 < len(heading.code) <= LONGEST_NAME))


def split_title(cells: Cells) -> tuple[str, str]:
    """The first line, or what stands before a MARC subtitle mark, and the rest as the subtitle."""
    whole = html.unescape(cells.raw("title"))
    text = MARC_VOLUME.sub(", ", MARC_REST.sub("", MARC_SUBTITLE.sub("\n", whole)))
    lines = [one_line(line) for line in text.splitlines() if line.strip()]
    title = lines[0].rstrip(" :=/") if lines else ""
    return cells.as_title("title", title), cells.short("title", " ".join(lines[1:]), LONGEST_TITLE)
