"""A catalogue of any size: all real titles that are at hand, and books made up from their words.

    .venv/bin/python -m benchmarks.million --books 1000000 --data ../catalogues

Titles are walks over the pairs of words that follow each other in real titles, names are first and last names of real
contributors put together anew, subjects and publishers are drawn as often as they occur; authors, series and
popularity fall off as they do in the trade (a Pareto distribution). The same number gives the same books.
"""

import argparse
import itertools
import os
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.serving import ROOT

REAL = {  # the real lists, by the format that reads them
    "goodbooks": "goodbooks-10k/books.csv",
    "goodreads": "goodreads-11k/books.csv",
    "book-crossing": "book-crossing/BX-Books.csv",
    "gutenberg": "gutenberg/gutenberg_metadata.csv.gz",
}
CHUNK = 20_000
AUTHORS, SERIES, SELLERS = 200_000, 20_000, 50
FORMATS = {"paperback": 45, "hardback": 22, "ebook": 25, "audiobook": 5, "audio_cd": 1, "board_book": 2}
LANGUAGES = {"en": 74, "de": 8, "fr": 7, "es": 5, "it": 2, "nl": 2, "pt": 1, "fi": 1}
CONDITIONS = {"new": 70, "as_new": 5, "very_good": 12, "good": 9, "fair": 3, "poor": 1}
MONTH = 1_700_000_000_000  # a moment in milliseconds, for the time in the keys


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--books", type=int, default=1_000_000, help="made up, besides the real ones")
    parser.add_argument("--data", type=Path, help="the folder with the real lists")
    parser.add_argument("--data-dir", type=Path, default=ROOT / "var" / "benchmark-million")
    options = parser.parse_args()
    os.environ["DATA_DIR"] = str(options.data_dir.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.conf import settings

    with settings.EMBEDDED.lease():
        django.setup()
        prepare(options.books, options.data)


def prepare(count: int, data: Path | None) -> int:
    """Load real and made-up books where the shop has fewer; returns how many there are."""
    from django.core.management import call_command
    from django.db import connection

    from catalog.models import Book

    call_command("migrate", verbosity=0)
    if data and not Book.objects.exists():
        for name, path in REAL.items():
            call_command("import_books", data / path, format=name)
    if Book.objects.count() < count:
        make_up(count)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return Book.objects.count()


@dataclass
class Trade:
    """What real titles, names, subjects and publishers are like."""

    chance: random.Random
    after: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    words: list[str] = field(default_factory=list)
    first_names: list[str] = field(default_factory=list)
    last_names: list[str] = field(default_factory=list)
    publishers: list[UUID] = field(default_factory=list)
    subjects: list[UUID] = field(default_factory=list)

    def learn(self) -> None:
        from catalog.models import Book, Contributor, Edition, SubjectLink

        for title in Book.objects.order_by("id").values_list("title", flat=True).iterator():
            words = title.split()[:30]
            self.words += words
            for one, other in itertools.pairwise(["", *words, ""]):
                self.after[one].append(other)
        for name in Contributor.objects.order_by("id").values_list("name", flat=True).iterator():
            parts = name.split()
            self.first_names.append(parts[0])
            self.last_names.append(parts[-1])
        editions = Edition.objects.exclude(publisher=None).order_by("id")
        self.publishers = list(editions.values_list("publisher_id", flat=True))
        self.subjects = list(SubjectLink.objects.order_by("id").values_list("subject_id", flat=True))

    def title(self) -> str:
        """A walk over real pairs of words, of one to twelve words."""
        while True:
            words: list[str] = []
            word = self.chance.choice(self.after[""])
            while word and len(words) < 12:
                words.append(word)
                word = self.chance.choice(self.after[word] or [""])
            if words:
                return " ".join(words).strip(" ,;:-&") or words[0]

    def name(self) -> tuple[str, str]:
        first, last = self.chance.choice(self.first_names), self.chance.choice(self.last_names)
        return f"{first} {last}", f"{last}, {first}"

    def blurb(self) -> str:
        return " ".join(self.chance.choices(self.words, k=self.chance.randint(25, 55)))

    def one_of(self, weighted: dict[str, int]) -> str:
        return self.chance.choices(list(weighted), weights=list(weighted.values()))[0]

    def falling_off(self, size: int) -> int:
        """0 to size - 1, the low ones far more often."""
        return min(int(self.chance.paretovariate(0.35)) - 1, 10**9) % size


def make_up(count: int) -> None:
    from django.db import connection, transaction

    from catalog.models import Book
    from catalog.services import refresh_listings

    trade = Trade(random.Random(count))
    trade.learn()
    keys = map(key, itertools.count())
    started = time.monotonic()
    authors, series, sellers = people(trade, keys), shelves(trade, keys), shops(keys)
    missing = count - Book.objects.count()
    for done in range(0, missing, CHUNK):
        books = Made(trade, keys, authors, series, sellers)
        books.make(min(CHUNK, missing - done))
        with transaction.atomic():
            for table, rows in books.rows.items():
                copy(table, rows)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL work_mem = '64MB'")
            for start in range(0, len(books.ids), 1000):
                refresh_listings(books.ids[start : start + 1000])
        rate = (done + len(books.ids)) / (time.monotonic() - started)
        print(f"\r{done + len(books.ids):,} of {missing:,} books, {rate:,.0f} a second ", end="", flush=True)
    print()


def key(number: int) -> UUID:
    """A UUID of version 7 that sorts as its number does."""
    return UUID(int=((MONTH + number // 100) << 80) | (7 << 76) | (2 << 62) | number)


COLUMNS = {
    "catalog_contributor": "id created_at updated_at name sort_name aliases biography",
    "catalog_series": "id created_at updated_at name",
    "catalog_book": "id created_at updated_at title subtitle description original_language first_published popularity "
    "rating_counts",
    "catalog_contribution": "id book_id contributor_id role position",
    "catalog_seriesentry": "id book_id series_id position label",
    "catalog_subjectlink": "id book_id subject_id position",
    "catalog_edition": "id created_at updated_at book_id isbn title edition_statement format language publisher_id "
    "imprint published pages availability_code description cover",
    "catalog_offer": "id created_at updated_at edition_id seller_id condition price_minor currency on_hand notes",
}
NOW = "2026-01-01 00:00:00+00"


def copy(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    from django.db import connection

    columns = ", ".join(COLUMNS[table].split())
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as pipe:
        for row in rows:
            pipe.write_row(row)


def people(trade: Trade, keys: Iterator[UUID]) -> list[UUID]:
    ids = [next(keys) for _ in range(AUTHORS)]
    copy("catalog_contributor", ((each, NOW, NOW, *trade.name(), "[]", "") for each in ids))
    return ids


def shelves(trade: Trade, keys: Iterator[UUID]) -> list[UUID]:
    ids = [next(keys) for _ in range(SERIES)]
    copy("catalog_series", ((each, NOW, NOW, trade.title()) for each in ids))
    return ids


def shops(keys: Iterator[UUID]) -> list[UUID]:
    from accounts.models import Seller

    return [
        Seller.objects.get_or_create(slug=f"seller-{number}", defaults={"name": f"Seller {number}"})[0].pk
        for number in range(SELLERS)
    ]


def isbn(number: int) -> str:
    digits = f"979{number + 10**8:09}"
    total = sum(int(digit) * (1 + 2 * (place % 2)) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


class Made:
    """Some thousand books with all that belongs to them, as rows for COPY."""

    isbns = itertools.count()

    def __init__(
        self, trade: Trade, keys: Iterator[UUID], authors: list[UUID], series: list[UUID], sellers: list[UUID]
    ) -> None:
        self.trade, self.keys = trade, keys
        self.authors, self.series, self.sellers = authors, series, sellers
        self.rows: dict[str, list[tuple[Any, ...]]] = {
            name: [] for name in COLUMNS if name not in {"catalog_contributor", "catalog_series"}
        }
        self.ids: list[UUID] = []

    def make(self, count: int) -> None:
        for _ in range(count):
            self.ids.append(next(self.keys))
            self.book(self.ids[-1])

    def add(self, table: str, *values: Any) -> UUID:
        row = next(self.keys)
        self.rows[table].append((row, *values))
        return row

    def book(self, book: UUID) -> None:
        trade, chance = self.trade, self.trade.chance
        published = chance.choice((0, 0, 0, 1)) or int(2027 - min(chance.expovariate(0.06), 300))
        popularity = min(int(chance.paretovariate(0.6)) - 1, 5_000_000)
        language = trade.one_of(LANGUAGES)
        stars = [popularity // 50 % (7 + number * 3) for number in range(5)]
        self.rows["catalog_book"].append(
            (book, NOW, NOW, trade.title(), trade.title() if chance.random() < 0.3 else "", trade.blurb(), language,
             published * 10_000 if published > 1 else None, popularity, stars)
        )  # fmt: skip
        authors = {trade.falling_off(AUTHORS) for _ in range(1 + (chance.random() < 0.15))}
        for place, author in enumerate(sorted(authors), start=1):
            self.add("catalog_contribution", book, self.authors[author], "A01", place)
        if chance.random() < 0.15:
            place = chance.randint(1, 12)
            self.add("catalog_seriesentry", book, self.series[trade.falling_off(SERIES)], place, str(place))
        for place, subject in enumerate({*chance.choices(trade.subjects, k=chance.randint(1, 3))}, start=1):
            self.add("catalog_subjectlink", book, subject, place)
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
            self.edition(book, language, published)

    def edition(self, book: UUID, language: str, published: int) -> None:
        trade, chance = self.trade, self.trade.chance
        code = chance.choice(("20", "20", "21", "22", "", "40"))
        year = published if published > 1 else chance.randint(1960, 2026)
        edition = self.add(
            "catalog_edition", NOW, NOW, book, isbn(next(self.isbns)), "", "", trade.one_of(FORMATS), language,
            chance.choice(trade.publishers), "", year * 10_000, chance.randint(60, 900), code, "", "",
        )  # fmt: skip
        seen = set()
        for _ in range(chance.choice((0, 1, 1, 2))):
            seller, condition = chance.choice(self.sellers), trade.one_of(CONDITIONS)
            if (seller, condition) not in seen:
                seen.add((seller, condition))
                price = int(chance.lognormvariate(7.2, 0.6))
                self.add(
                    "catalog_offer", NOW, NOW, edition, seller, condition, price, "EUR", chance.choice((0, 1, 3)), ""
                )


if __name__ == "__main__":
    main()
