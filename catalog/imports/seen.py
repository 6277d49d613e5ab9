"""What a file has told of so far, kept in a temporary table so that memory stays small whatever the file."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from catalog import arrays
from catalog.imports.record import Record

CREATE = """
CREATE TEMPORARY TABLE IF NOT EXISTS import_seen (key bigint PRIMARY KEY, digest bigint NOT NULL, line bigint NOT NULL)
"""
ADD = """
INSERT INTO import_seen (key, digest, line) SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])
ON CONFLICT DO NOTHING
"""
FIND = "SELECT key, digest, line FROM import_seen WHERE key = ANY(%s::bigint[])"


@dataclass(frozen=True, slots=True)
class Sighting:
    """Whether a row tells of its edition and of its book first, or where that was told before."""

    repeats_line: int | None
    differs: bool
    first_of_book: bool


def start() -> None:
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        cursor.execute("TRUNCATE import_seen")


def remember(records: Sequence[Record]) -> list[Sighting]:
    """Note what the records are about, and say of each what had been told before it."""
    entries = [entry for record in records for entry in keys(record)]
    keys_only, digests, lines = (list(column) for column in zip(*entries, strict=True)) if entries else ([], [], [])
    with connection.cursor() as cursor:
        cursor.execute(ADD, [arrays.of_plain(column) for column in unique(keys_only, digests, lines)])
        cursor.execute(FIND, [arrays.of_plain(keys_only)])
        first = {key: (digest, line) for key, digest, line in cursor.fetchall()}
    return [sighting(record, first) for record in records]


def unique(keys_only: list[int], digests: list[int], lines: list[int]) -> list[list[int]]:
    first = {
        key: (key, digest, line) for key, digest, line in reversed(list(zip(keys_only, digests, lines, strict=True)))
    }
    return [list(column) for column in zip(*first.values(), strict=True)] if first else [[], [], []]


def keys(record: Record) -> Iterable[tuple[int, int, int]]:
    yield number(record.reference), number(record.digest), record.line
    if record.book_key:
        yield number(f"book:{record.book_key}"), 0, record.line


def number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), signed=True)


def sighting(record: Record, first: dict[int, tuple[int, int]]) -> Sighting:
    digest, line = first[number(record.reference)]
    book_line = first[number(f"book:{record.book_key}")][1] if record.book_key else record.line
    return Sighting(
        repeats_line=line if line != record.line else None,
        differs=digest != number(record.digest),
        first_of_book=book_line == record.line,
    )
