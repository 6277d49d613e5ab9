"""Lists that nobody wrote for this shop, whole or in slices."""

import csv
import gzip
from itertools import islice

import pytest
from django.core.management import call_command

from bookstore.testing import shared_data
from catalog.imports.runs import import_file
from catalog.models import Book, Contributor, Edition, Publisher, Series, SourceRecord, Subject
from catalog.tests.imports import counted

pytestmark = pytest.mark.django_db


def head(folder, source, rows):
    """The first rows of a list, as a list of its own."""
    path = folder / source.name.removesuffix(".gz")
    opened = gzip.open if source.suffix == ".gz" else open
    with (
        opened(source, "rt", encoding="utf-8", newline="") as whole,
        open(path, "w", newline="", encoding="utf-8") as part,
    ):
        csv.writer(part).writerows(islice(csv.reader(whole), rows + 1))
    return path


def test_goodbooks(tmp_path):
    report = import_file(shared_data("catalog/goodbooks-10k/books.csv"), "goodbooks", report_to=tmp_path / "r.csv")

    assert counted(report) == {"rows": 10_000, "created": 10_000, "left_out": 26}
    assert Edition.objects.filter(isbn=None).count() == 723
    assert Book.objects.filter(first_published__lt="-0001").count() == 31
    assert not Book.objects.filter(title__regex=r"#\d+\)$").exists()


def test_goodreads(tmp_path):
    report = import_file(shared_data("catalog/goodreads-11k/books.csv"), "goodreads", report_to=tmp_path / "r.csv")

    assert counted(report) == {"rows": 11_127, "created": 11_123, "rejected": 4, "left_out": 39, "repaired": 4}
    assert Edition.objects.filter(published=None).count() == 2
    assert Book.objects.filter(title__startswith='"A" Is for Abductive').exists()


def test_book_crossing(tmp_path):
    path = head(tmp_path, shared_data("catalog/book-crossing/BX-Books.csv"), 4000)

    report = import_file(path, "book-crossing", report_to=tmp_path / "r.csv")

    assert (report.rows, report.created, report.rejected) == (4000, 4000, 0)
    assert not Book.objects.filter(title__contains="\u00c3").exists()


def test_gutenberg_and_back_again(tmp_path):
    for name in ("authors", "subjects", "languages"):
        (tmp_path / f"gutenberg_{name}.csv.gz").symlink_to(shared_data(f"catalog/gutenberg/gutenberg_{name}.csv.gz"))
    path = head(tmp_path, shared_data("catalog/gutenberg/gutenberg_metadata.csv.gz"), 2000)
    report = import_file(path, "gutenberg", report_to=tmp_path / "r.csv")
    assert (report.rows, report.created, report.rejected) == (2000, 2000, 0)
    assert Contributor.objects.get(name="Plato").birth_year == -428

    call_command("export_books", str(tmp_path / "first.csv"))
    for model in (Edition, SourceRecord, Book, Series, Subject, Publisher, Contributor):
        model.objects.all().delete()
    import_file(tmp_path / "first.csv", "bookstore", report_to=tmp_path / "r2.csv")
    call_command("export_books", str(tmp_path / "second.csv"))

    assert (tmp_path / "second.csv").read_bytes() == (tmp_path / "first.csv").read_bytes()
