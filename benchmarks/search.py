"""How fast searches are answered in a large catalogue, over HTTP with every middleware on.

    .venv/bin/python -m benchmarks.million --books 1000000 --data ../catalogues     # once; takes a while
    .venv/bin/python -m benchmarks.search

Every request has another address, so no answer is one that was kept. The words are those of the catalogue: rare and
common ones by the number of books that have them in title, people or series, beginnings of common ones, titles with
faults. One client asks one after another; then eight at once (wrk; Debian: `apt install wrk`). The listings and the
index are in memory, as they are in a shop that has been asked for a while. What the machine does when it only says
hello is printed too.
"""

import argparse
import itertools
import os
import random
import re
import shutil
import string
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from benchmarks.serving import ROOT, served

PORT, HELLO_PORT = 8097, 8096
FILTERS = "&language=en&format=paperback&sort=price"
FACETS = "&facets=format,language,subject,price,rating,availability"
WARMING_UP, ENOUGH = 40, 4_000  # addresses of each class: before those that are timed, and of those for either run
Ask = Callable[[], str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=ROOT / "var" / "benchmark-million")
    parser.add_argument("--seconds", type=int, default=4, help="for each class and number of clients")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed (Debian: apt install wrk).")
    os.environ["DATA_DIR"] = str(options.data_dir.resolve())
    os.environ["RATE_LIMIT_TRUSTED"] = "127.0.0.1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.conf import settings

    with settings.EMBEDDED.lease():
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        began = time.monotonic()
        call_command("index_search", once=True)
        print(f"The index is up to date after {time.monotonic() - began:.0f} s.")
        held = in_memory()
        classes = Typist(random.Random(1)).classes()
        before = hello(options.data_dir)
        with served(PORT, options.data_dir):
            report(classes, options)
        print(f"The same server says hello through plain Django {before} times a second before, "
              f"{hello(options.data_dir)} after, to 16 clients.")  # fmt: skip
        del held


def hello(data_dir: Path) -> str:
    """What the machine can do just now, to compare the figures of one day with those of another."""
    with served(HELLO_PORT, data_dir, "benchmarks.hello_drf:application"):
        command = ["wrk", "-t1", "-c16", "-d3", f"http://127.0.0.1:{HELLO_PORT}/"]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate = re.search(r"Requests/sec:\s+(\S+)", printed)[1]
    return f"{float(rate):,.0f}"


def in_memory() -> object:
    """A shop that has been asked for a while: PostgreSQL has the listings in its cache, and the index is held."""
    from django.db import connection

    from catalog.search.index import store
    from catalog.search.index.memory import HeldIndex

    with connection.cursor() as cursor:  # by their places, else large tables are read past the cache
        cursor.execute("SELECT count(authors) FROM catalog_listing WHERE ctid < '(4000000000,0)'")
    held = HeldIndex()
    held.hold(store.in_use())
    return held


class Typist:
    """Somebody who types what this catalogue has, or nearly."""

    def __init__(self, chance: random.Random) -> None:
        from catalog.models import Listing
        from catalog.search.index.store import reader

        self.chance = chance
        snapshot = reader.snapshot()
        if snapshot is None:
            raise SystemExit("There is no index.")
        self.books = snapshot.searcher.num_docs
        terms = [term for term in snapshot.searcher.terms_with_prefix("names", "") if term[0].isalpha()]
        terms.sort(key=lambda term: -term[1])
        self.stop = [word for word, count in terms if count > 0.15 * self.books] or [terms[0][0]]
        common = [word for word, count in terms if 0.002 * self.books < count <= 0.15 * self.books]
        self.common = [word for word in common if len(word) > 2][:300]
        self.rare = [word for word, count in terms if count <= 5 and len(word) > 4]
        popular = Listing.objects.order_by("-popularity").values_list("title_key", flat=True)[:20_000]
        self.titles = [title.split() for title in popular if len(title.split()) > 2 and title.isascii()]

    def classes(self) -> dict[str, Ask]:
        words: dict[str, Ask] = {
            "rare word": lambda: self.chance.choice(self.rare),
            "common word": lambda: self.chance.choice(self.common),
            "two common words": lambda: " ".join(self.chance.sample(self.common, 2)),
            "beginning of 2 or 3 letters": lambda: self.chance.choice(self.common)[: self.chance.choice((2, 3))],
            "word and beginning": self.word_and_beginning,
            "stop word": lambda: " ".join(self.chance.choices(self.stop, k=self.chance.choice((1, 2)))),
            "misspelt title": self.misspelt,
        }
        made = {name: address(ask, "/api/v1/books/", "") for name, ask in words.items()}
        filtered = {
            f"{name}, two filters, by price": address(ask, "/api/v1/books/", FILTERS) for name, ask in words.items()
        }
        rest = {
            "suggest": address(self.typed_so_far, "/api/v1/search/suggest/", ""),
            "six facets of a common word": address(words["common word"], "/api/v1/books/", FACETS),
            "six facets of a rare word": address(words["rare word"], "/api/v1/books/", FACETS),
            "one facet (format) of a common word": address(words["common word"], "/api/v1/books/", "&facets=format"),
        }
        return {**made, **filtered, **rest}

    def word_and_beginning(self) -> str:
        title = self.chance.choice(self.titles)
        place = self.chance.randrange(len(title) - 1)
        return f"{title[place]} {title[place + 1][:3]}"

    def misspelt(self) -> str:
        words = list(self.chance.choice(self.titles)[:4])
        place = max(range(len(words)), key=lambda number: len(words[number]))
        letter = self.chance.randrange(len(words[place]))
        wrong = self.chance.choice(string.ascii_lowercase)
        words[place] = words[place][:letter] + wrong + words[place][letter + 1 :]
        return " ".join(words)

    def typed_so_far(self) -> str:
        title = " ".join(self.chance.choice(self.titles))
        return title[: self.chance.randint(2, 14)]


def address(ask: Ask, path: str, more: str) -> Ask:
    return lambda: f"{path}?q={quote(ask())}{more}"


def report(classes: dict[str, Ask], options: argparse.Namespace) -> None:
    print("| asked | p50, 1 client | p99 | p50, 8 clients | p99 | wrong |\n|---|---:|---:|---:|---:|---:|")
    marks = itertools.count(time.time_ns())
    for name, ask in classes.items():
        lots = [[f"{ask()}&n={next(marks)}" for _ in range(size)] for size in (WARMING_UP, ENOUGH, ENOUGH)]
        timed(lots[0], 1, 1, options.data_dir)
        (alone, wrong), (at_once, more_wrong) = (
            timed(lot, clients, options.seconds, options.data_dir)
            for lot, clients in zip(lots[1:], (1, 8), strict=True)
        )
        print(f"| {name} | {' | '.join((*alone, *at_once))} | {wrong + more_wrong} |", flush=True)


def timed(addresses: list[str], clients: int, seconds: int, data_dir: Path) -> tuple[tuple[str, str], int]:
    """Median and 99th percentile of so many clients, each asking one after the other; and the answers but 200."""
    lines, script = data_dir / "run" / "searches.txt", data_dir / "run" / "searches.lua"
    lines.write_text("\n".join(addresses) + "\n")
    script.write_text(
        f'n, lines = 0, {{}}\nfor line in io.lines("{lines}") do lines[#lines + 1] = line end\n'
        f'function request()\n  n = n % #lines + 1\n  return wrk.format("GET", lines[n])\nend\n'
    )
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}", "--latency", "-s", str(script), f"http://127.0.0.1:{PORT}"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    median, worst = (re.search(rf"^\s+{name}%\s+(\S+)", printed, re.MULTILINE)[1] for name in ("50", "99"))
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    return (median, worst), int(wrong[1]) if wrong else 0


if __name__ == "__main__":
    main()
