"""Fill an empty shop with the demo, step by step; a step that is done already changes nothing."""

import csv
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction
from django.db.models import QuerySet
from PIL import Image

from catalog.demo.covers import draw_cover
from catalog.demo.offers import make_availabilities, make_offers
from catalog.demo.people import make_people, make_sure_it_is_a_demo_shop
from catalog.imports.runs import import_file
from catalog.models import Book, Contribution, Edition, ImportRun, SourceRecord, Subject
from catalog.services import refresh_books, set_cover
from catalog.vocabularies import AUTHOR

FOLDER = Path(__file__).parent
BOOKS, SUBJECTS = FOLDER / "books.csv", FOLDER / "subjects.csv"
FORMAT = "bookstore"
LOCK = 0x64656D6F  # one loader at a time
PAINTERS = 2
AT_ONCE = 8  # pictures in memory


def load(say: Callable[[str], object] = lambda _line: None) -> None:
    """Make the demo shop, or make it whole again. Raises NotADemoShop where there is a real one."""
    with one_at_a_time():
        make_sure_it_is_a_demo_shop()
        sellers = make_people()
        say(f"{make_subjects(SUBJECTS)} subjects")
        import_books(BOOKS)
        say(f"{Book.objects.count()} books")
        editions = demo_editions(BOOKS)
        make_availabilities(editions)
        say(f"{make_offers(editions, sellers)} new offers")
        say(f"{make_covers(editions)} new covers")
        refresh_books(editions.values_list("book", flat=True))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def demo_editions(path: Path) -> QuerySet[Edition]:
    """The editions of the demo's books, by the keys that the file gives them; others in the shop are somebody's own."""
    with path.open(encoding="utf-8", newline="") as file:
        keys = {f"book:{row['book']}" for row in csv.DictReader(file)}
    books = SourceRecord.objects.filter(source=FORMAT, reference__in=keys).values("edition__book")
    return Edition.objects.filter(book__in=books)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def import_books(path: Path) -> None:
    """Import the file once; a run that was broken off is made good by the next."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    runs = ImportRun.objects.filter(format=FORMAT, file_digest=digest, status=ImportRun.Status.FINISHED)
    if not (runs.exists() and Book.objects.exists()):
        import_file(path, FORMAT)


@transaction.atomic
def make_subjects(path: Path) -> int:
    """The headings of a file and their places in the tree; headings that are there stay as they are."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    headings = [Subject(scheme=row["scheme"], code=row["code"], label=row["label"]) for row in rows]
    Subject.objects.bulk_create(headings, ignore_conflicts=True)
    subjects = {(subject.scheme, subject.code): subject for subject in Subject.objects.all()}
    moved = []
    for row in rows:
        subject, parent = subjects[row["scheme"], row["code"]], subjects.get((row["scheme"], row["parent"]))
        if parent is not None and subject.parent_id is None:
            subject.parent = parent
            moved.append(subject)
    Subject.objects.bulk_update(moved, ["parent"])
    return len(rows)


def make_covers(of: QuerySet[Edition]) -> int:
    """A cover for the first edition of every book that has none."""
    covered = of.exclude(cover="").values("book_id")
    bare = of.exclude(book__in=covered).order_by("book_id", "pk").distinct("book_id")
    editions = list(bare.select_related("book"))
    authors = authors_of(editions)

    def paint(edition: Edition) -> Image.Image:
        return draw_cover(edition.title or edition.book.title, authors.get(edition.book_id, ""))

    with ThreadPoolExecutor(PAINTERS) as painters:
        for first in range(0, len(editions), AT_ONCE):
            some = editions[first : first + AT_ONCE]
            for edition, picture in zip(some, painters.map(paint, some), strict=True):
                set_cover(edition, picture)
    return len(editions)


def authors_of(editions: list[Edition]) -> dict[object, str]:
    """The authors of these editions' books, two at most by name."""
    names: dict[object, list[str]] = {}
    parts = Contribution.objects.filter(role=AUTHOR, book__in=[edition.book_id for edition in editions])
    for book, name in parts.order_by("position", "pk").values_list("book_id", "contributor__name"):
        names.setdefault(book, []).append(name)
    return {
        book: ", ".join(everyone[:2]) + (" and others" if len(everyone) > 2 else "") for book, everyone in names.items()
    }
