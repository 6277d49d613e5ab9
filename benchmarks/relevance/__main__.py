"""How well the search finds what a bookseller means: judged queries over four real catalogues.

    .venv/bin/python -m benchmarks.relevance --data ../catalogues

It makes a shop of its own in var/relevance and imports what it lacks of goodbooks-10k/books.csv,
goodreads-11k/books.csv, book-crossing/BX-Books.csv and gutenberg/gutenberg_metadata.csv.gz below --data. No book has
an offer, so that only the words decide. Exit code 1 says that a bar is missed.
"""

import argparse
import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUES = {
    "goodbooks": "goodbooks-10k/books.csv",
    "goodreads": "goodreads-11k/books.csv",
    "book-crossing": "book-crossing/BX-Books.csv",
    "gutenberg": "gutenberg/gutenberg_metadata.csv.gz",
}
PAGE = 10
# Which share of a class must have its answer in the first so many places, and what the mean of 1/place must be.
BARS = [("exact", 1, 0.95), ("isbn", 1, 0.95), ("misspelt", 5, 0.90)]
MEAN_BAR = 0.85


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the search made of one query: the place of the first right book, 0 for none on the page."""

    kind: str
    words: str
    expected: str
    place: int
    first: str
    milliseconds: float

    @property
    def reciprocal(self) -> float:
        return 1 / self.place if self.place else 0.0

    def within(self, places: int) -> bool:
        return 0 < self.place <= places


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="DIR", help="the folder of the catalogues; needed once")
    parser.add_argument("--data-dir", type=Path, default=ROOT / "var" / "relevance", help="where the shop is kept")
    parser.add_argument("--check", action="store_true", help="only say which answers no book of the shop matches")
    parser.add_argument("--class", dest="kind", help="only the queries of this class")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    os.environ["DATA_DIR"] = str(options.data_dir.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.conf import settings

    with settings.EMBEDDED.lease():
        django.setup()
        prepare(options.data)
        if options.check:
            sys.exit("\n".join(unanswerable_answers()) or 0)
        outcomes = [outcome for outcome in ask_all() if options.kind in (None, outcome.kind)]
    report(outcomes)
    missed = missed_bars(outcomes)
    for sentence in missed:
        print(sentence)
    sys.exit(1 if missed else 0)


def prepare(data: Path | None) -> None:
    """Import the catalogues that the shop has not finished importing before."""
    from django.core.management import call_command

    from catalog.models import ImportRun

    call_command("migrate", verbosity=0)
    for book_format, file in CATALOGUES.items():
        runs = ImportRun.objects.filter(format=book_format)
        if runs.filter(status=ImportRun.Status.FINISHED).exists():
            continue
        if data is None:
            sys.exit(f"The shop has no {book_format} yet: say with --data in which folder {file} lies.")
        call_command("import_books", data / file, format=book_format, resume=runs.exists())
    call_command("index_search", once=True)


def unanswerable_answers() -> list[str]:
    from benchmarks.relevance.judging import judged_queries, unanswerable

    return unanswerable(judged_queries())


def ask_all() -> list[Outcome]:
    """Every judged query, asked as the API asks without filters."""
    from benchmarks.relevance.judging import folded_page, judged_queries
    from bookstore.pagination import PageRequest
    from catalog.search import BookQuery, search

    outcomes = []
    for judged in judged_queries():
        began = time.perf_counter()
        rows = search(BookQuery(words=judged.words, page=PageRequest(size=PAGE))).rows
        milliseconds = (time.perf_counter() - began) * 1000
        page = folded_page(rows)
        right = [judged.is_answered_by(book.titles, book.authors) for book in page]
        expected = " | ".join("/".join(answer) for answer in judged.expected)
        place = right.index(True) + 1 if any(right) else 0
        first = page[0].label if page else "nothing"
        outcomes.append(Outcome(judged.kind, judged.words, expected, place, first, milliseconds))
    return outcomes


def report(outcomes: list[Outcome]) -> None:
    kinds = dict.fromkeys(outcome.kind for outcome in outcomes)
    print("| class | n | MRR | success@1 | success@5 | median ms |\n|---|---:|---:|---:|---:|---:|")
    for kind in [*kinds, "all"]:
        those = [outcome for outcome in outcomes if kind in (outcome.kind, "all")]
        if those:
            print(
                f"| {kind} | {len(those)} | {mean(those):.3f} | {share(those, 1):.3f} | {share(those, 5):.3f} "
                f"| {statistics.median(outcome.milliseconds for outcome in those):.0f} |"
            )
    print("\nNot first:")
    for outcome in outcomes:
        if outcome.place != 1:
            where = f"place {outcome.place}" if outcome.place else "not found"
            print(f"  {outcome.kind}: {outcome.words!r} {where}; {outcome.expected}; first: {outcome.first[:90]}")


def missed_bars(outcomes: list[Outcome]) -> list[str]:
    """A sentence for each bar that these outcomes miss; the mean is that of all classes."""
    missed = []
    for kind, places, bar in BARS:
        those = [outcome for outcome in outcomes if outcome.kind == kind]
        if those and share(those, places) < bar:
            missed.append(f"Missed: success@{places} of {kind} is {share(those, places):.3f}, below {bar:.2f}.")
    if len({outcome.kind for outcome in outcomes}) > 1 and mean(outcomes) < MEAN_BAR:
        missed.append(f"Missed: the mean reciprocal rank is {mean(outcomes):.3f}, below {MEAN_BAR:.2f}.")
    return missed


def share(outcomes: list[Outcome], places: int) -> float:
    return sum(outcome.within(places) for outcome in outcomes) / len(outcomes)


def mean(outcomes: list[Outcome]) -> float:
    return sum(outcome.reciprocal for outcome in outcomes) / len(outcomes)


if __name__ == "__main__":
    main()
