"""The judged queries, and whether a book that the search shows is what was meant.

queries.csv has for each query its class, the answers that a bookseller would expect first, and a note. Answers are
parted by ` | ` and written as `folded title/author`, folded as the shop folds text:

* the title is the whole of the book's title, or of title and subtitle, whatever leading article either has;
  `*` stands for any further text: `emma*`, `*` alone for any title;
* the author is one or more whole words in a row of the name of one of the book's authors: `garcia marquez`;
  `-` stands for a book without an author, `*` for anybody.

Any book that matches one of the answers is right: editions and near-duplicates of one work are equally good.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import orjson
from django.db import connection

QUERIES = Path(__file__).parent / "queries.csv"
CLASSES = ("exact", "partial", "author", "misspelt", "mixed", "series", "isbn", "prefix", "stemming")
LEADING_ARTICLE = re.compile(r"^(the|an?|le|la|les|l|un|une|der|die|das|ein|eine|el|los|las|il|lo) (?=.)")


@dataclass(frozen=True, slots=True)
class Judged:
    """One query with the books that answer it."""

    words: str
    kind: str
    expected: tuple[tuple[str, str], ...]
    note: str

    def is_answered_by(self, titles: Iterable[str], authors: Iterable[str]) -> bool:
        forms, names = list(titles), list(authors)
        return any(
            is_by(names, author) and any(fnmatchcase(form, wanted) for wanted in forms_of(title) for form in forms)
            for title, author in self.expected
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """A book of a page of results, folded for comparison."""

    label: str
    titles: tuple[str, ...]
    authors: tuple[str, ...]


def is_by(names: list[str], author: str) -> bool:
    if author == "-":
        return not names
    return author == "*" or any(f" {author} " in f" {name} " for name in names)


def judged_queries(path: Path = QUERIES) -> list[Judged]:
    """The queries of a file. Raises ValueError for a line that says nothing clear."""
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, strict=True):
            answers = tuple(answer(text) for text in line["expected"].split(" | "))
            if line["class"] not in CLASSES:
                raise ValueError(f"There is no class {line['class']!r}: {line['query']!r}.")
            found.append(Judged(line["query"], line["class"], answers, line["note"]))
    return found


def answer(text: str) -> tuple[str, str]:
    title, separator, author = text.strip().rpartition("/")
    if not separator or not title or not author:
        raise ValueError(f"An answer is written as title/author: {text!r}.")
    return title, author


def folded_page(rows: list[dict[str, Any]]) -> list[Shown]:
    """The rows of a page with titles and names folded, in one statement."""
    plain = [(row["title"], row["subtitle"], names_of(row["authors"])) for row in rows]
    folded = fold({text for title, subtitle, names in plain for text in (title, f"{title} {subtitle}", *names)})
    return [
        Shown(
            f"{title} / {', '.join(names)}",
            tuple(forms_of(folded[title], folded[f"{title} {subtitle}"])),
            tuple(folded[name] for name in names),
        )
        for title, subtitle, names in plain
    ]


def names_of(authors: Any) -> list[str]:
    found = orjson.loads(authors) if isinstance(authors, str | bytes) else authors
    return [author["name"] for author in found]


def forms_of(*titles: str) -> set[str]:
    return {*titles, *(LEADING_ARTICLE.sub("", title) for title in titles)}


def fold(texts: set[str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT x, fold_text(x) FROM unnest(%s::text[]) x", [list(texts)])
        return dict(cursor.fetchall())


EVERY_BOOK = """SELECT title_key, fold_text(title || ' ' || subtitle), jsonb_path_query_array(authors, '$[*].name')
    FROM catalog_listing"""


def unanswerable(queries: list[Judged]) -> list[str]:
    """The answers that no book of the shop matches: judgments gone wrong."""
    with connection.cursor() as cursor:
        cursor.execute(EVERY_BOOK)
        found = [(title, full, orjson.loads(names)) for title, full, names in cursor.fetchall()]
    folded = fold({name for _, _, names in found for name in names})
    books = [(forms_of(title, full), [folded[name] for name in names]) for title, full, names in found]
    return [
        f"{judged.words!r}: no book is {'/'.join(one)}"
        for judged in queries
        for one in judged.expected
        if not any(Judged("", "", (one,), "").is_answered_by(*book) for book in books)
    ]
