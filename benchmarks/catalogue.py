"""How fast the catalogue answers, beside what the same machine can do at all. Ratios carry over; figures do not.

    .venv/bin/python -m benchmarks.catalogue --books 100000
    .venv/bin/python -m benchmarks.catalogue --csv goodbooks=books.csv --csv gutenberg=gutenberg_metadata.csv.gz

It makes a shop of its own in var/benchmark (kept for the next run with the same books), serves it as `make run` does,
with every middleware on, and asks it with wrk (Debian: `apt install wrk`), each time in another spelling, so that
the answer is worked out anew, and where the line says so for what was kept. The limits are measured in the same run:
pgbench with the list's own statement and with the same rows joined afresh, and behind the same server a WSGI
application and a view of Django without middleware that only say hello.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving import ROOT, served

PORT, HELLO_PORT, DJANGO_PORT = 8099, 8098, 8094
ROUNDS = 3


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--books", type=int, default=100_000, help="synthetic books to load (default: 100000)")
    parser.add_argument("--as-it-is", action="store_true", help="measure with the books that the shop has")
    parser.add_argument("--csv", action="append", default=[], metavar="FORMAT=FILE", help="import this file instead")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=int, default=3, help="for each measurement of each round")
    parser.add_argument("--data-dir", type=Path, default=ROOT / "var" / "benchmark")
    return parser.parse_args()


@dataclass(frozen=True)
class Figure:
    """One measurement: requests or transactions a second, and milliseconds where they are known."""

    rate: float
    p50: str = ""
    p99: str = ""
    failed: int = 0


def main() -> None:
    options = arguments()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed (Debian: apt install wrk).")
    os.environ["DATA_DIR"] = str(options.data_dir.resolve())
    os.environ["RATE_LIMIT_TRUSTED"] = "127.0.0.1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.conf import settings

    with settings.EMBEDDED.lease():
        django.setup()
        from benchmarks.books import prepare
        from catalog.models import Book

        count = Book.objects.count() if options.as_it_is else prepare(options.books, options.csv)
        with (
            served(PORT, options.data_dir),
            served(HELLO_PORT, options.data_dir, "benchmarks.hello:application"),
            served(DJANGO_PORT, options.data_dir, "benchmarks.hello_drf:application"),
        ):
            rounds = [(measure_limits(options), measure_shop(options)) for _ in range(ROUNDS)]
    limits, figures = (middle_of([each[place] for each in rounds]) for place in (0, 1))
    report(count, options, limits, figures)


def middle_of(rounds: list[dict[str, Figure]]) -> dict[str, Figure]:
    """Of each measurement the round in the middle: the speed of a machine changes from one minute to the next."""
    return {
        name: sorted((each[name] for each in rounds), key=lambda figure: figure.rate)[ROUNDS // 2] for name in rounds[0]
    }


def measure_limits(options: argparse.Namespace) -> dict[str, Figure]:
    from benchmarks.statements import list_statement, same_rows_joined

    return {
        "pgbench, the list's statement": pgbench(list_statement(), options),
        "pgbench, the same rows joined": pgbench(same_rows_joined(), options),
        "hello, same server": wrk(f"http://127.0.0.1:{HELLO_PORT}/", options),
        "hello through plain Django": wrk(f"http://127.0.0.1:{DJANGO_PORT}/", options),
    }


def measure_shop(options: argparse.Namespace) -> dict[str, Figure]:
    from benchmarks.statements import sample

    book, author, isbn, word = sample()
    base = f"http://127.0.0.1:{PORT}/api/v1"
    addresses = {
        "list of 20": f"{base}/books/",
        "list of 20, in stock by price": f"{base}/books/?availability=in_stock&sort=price",
        "list of 20, three filters": f"{base}/books/?language=en&published_after=1990&price_max=15&sort=newest",
        "list of 20, by author": f"{base}/books/?author={author}",
        "search, one word": f"{base}/books/?q={word}",
        "search, two words": f"{base}/books/?q=the+{word}&sort=relevance",
        "book page": f"{base}/books/{book}/",
        "edition by ISBN": f"{base}/editions/{isbn}/",
    }
    figures = {name: wrk(address, options, *ever_new(options, address)) for name, address in addresses.items()}
    figures["list of 20, kept"] = wrk(f"{base}/books/", options)
    figures["book page, kept"] = wrk(f"{base}/books/{book}/", options)
    with urllib.request.urlopen(f"{base}/books/") as response:  # only now: it changes every five minutes
        etag = response.headers["ETag"]
    figures["list of 20, unchanged (304)"] = wrk(f"{base}/books/", options, "-H", f"If-None-Match: {etag}")
    return figures


def ever_new(options: argparse.Namespace, address: str) -> tuple[str, str]:
    """What makes wrk ask each time in another spelling, so that the answer is worked out anew."""
    script = options.data_dir / "run" / "ever_new.lua"
    path = address.partition(f":{PORT}")[2]
    mark = "&" if "?" in path else "?"
    script.write_text(
        f"local n = os.time() % 100000 * 1000000\n"  # Lua writes 14 digits
        f'function request()\n  n = n + 1\n  return wrk.format("GET", "{path}{mark}n=" .. n)\nend\n'
    )
    return "-s", str(script)


def wrk(address: str, options: argparse.Namespace, *more: str) -> Figure:
    warm_up = ["wrk", "-t1", f"-c{options.clients}", "-d1", *more, address]
    subprocess.run(warm_up, check=True, capture_output=True)
    command = ["wrk", "-t1", f"-c{options.clients}", f"-d{options.seconds}", "--latency", *more, address]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    percentile = {name: re.search(rf"^\s+{name}%\s+(\S+)", printed, re.MULTILINE)[1] for name in ("50", "99")}
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1])
    return Figure(rate, percentile["50"], percentile["99"], int(failed[1]) if failed else 0)


def pgbench(statement: str, options: argparse.Namespace) -> Figure:
    from django.conf import settings

    from bookstore.keeper.postgres import Postgres

    script = options.data_dir / "run" / "pgbench.sql"
    script.write_text(" ".join(statement.split()) + ";\n")
    program = str(Postgres(settings.EMBEDDED).programs / "pgbench")
    command = [
        program,
        "-n",
        "-M",
        "prepared",
        f"-c{options.clients}",
        "-j2",
        f"-T{options.seconds}",
        "-f",
        str(script),
    ]
    printed = subprocess.run(
        [*command, settings.DATABASE_URL], check=True, capture_output=True, text=True, env={**os.environ, "LANG": "C"}
    ).stdout
    return Figure(float(re.search(r"tps = ([\d.]+)", printed)[1]))


def report(count: int, options: argparse.Namespace, limits: dict[str, Figure], figures: dict[str, Figure]) -> None:
    same, joined, _, hello = (figure.rate for figure in limits.values())
    listed = figures["list of 20"].rate
    print(
        f"\n{count:,} books, {options.clients} clients; of {ROUNDS} rounds, {options.seconds} s each, the middle one\n"
    )
    print("| limit of this machine | per second |\n|---|---:|")
    for name, figure in limits.items():
        print(f"| {name} | {figure.rate:,.0f} |")
    print(
        "\n| asked | req/s | p50 | p99 | of pgbench, same statement | of pgbench, joined | of Django's hello "
        "| × list | failed |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, figure in figures.items():
        print(
            f"| {name} | {figure.rate:,.0f} | {figure.p50} | {figure.p99} | {figure.rate / same:.1%} "
            f"| {figure.rate / joined:.1%} | {figure.rate / hello:.1%} | {figure.rate / listed:.2f} | {figure.failed} |"
        )


if __name__ == "__main__":
    main()
