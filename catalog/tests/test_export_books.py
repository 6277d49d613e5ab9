import csv
import gzip

import pytest
from django.core.management import call_command

from bookstore.testing import count_queries
from catalog.exports import export_rows
from catalog.imports.runs import import_file
from catalog.models import (
    Book,
    Contribution,
    Contributor,
    Edition,
    Offer,
    Publisher,
    Series,
    SeriesEntry,
    SourceRecord,
    Subject,
    SubjectLink,
)
from catalog.tests.factories import make_book, make_edition, make_offer, make_seller
from catalog.tests.imports import counted
from catalog.tests.test_import_books import written_tables

pytestmark = pytest.mark.django_db


def make_shop():
    book = make_book(
        "Trick | y", author="Kurt Vonnegut Jr.", subtitle='A "quoted", one', description="One\r\n\r\nTwo | 2"
    )
    person = Contributor.objects.create(name="Diogenes [pseud]", sort_name="D.", birth_year=-412, death_year=-323)
    Contribution.objects.create(book=book, contributor=person, role="B06", position=2)
    for name, label, position in [
        ("C# | Set", "1-3", None),
        ("Big = Set", "II", 2),
        ("Loose", "", None),
        ("N", "", "0.5"),
    ]:
        SeriesEntry.objects.create(book=book, series=Series.objects.create(name=name), label=label, position=position)
    for place, (scheme, code, label) in enumerate([("thema", "FL", "Science = fiction"), ("lcsh", "A -- B", "A -- B")]):
        subject = Subject.objects.create(scheme=scheme, code=code, label=label)
        SubjectLink.objects.create(book=book, subject=subject, position=place + 1)
    publisher = Publisher.objects.create(name="P & Q")
    edition = make_edition(
        book, isbn="9780141439587", publisher=publisher, published=-7500000, pages=3, availability_code="20"
    )
    make_offer(edition)
    make_offer(edition, condition="good", notes="worn,\nsigned")
    make_offer(edition, condition="good", notes="worn,\nsigned")
    make_edition(book, isbn=None, language="de", description="Deutsch", title="Knifflig")
    make_book("No edition", first_published="1997-06")
    return edition


def export(path, **options):
    call_command("export_books", str(path), **options)
    return path.read_bytes()


def test_there_is_a_row_for_each_edition_and_offer(tmp_path):
    edition = make_edition(make_book("Emma"))
    make_offer(edition, price_minor=500)
    make_offer(edition, condition="good")
    make_edition(edition.book)

    export(tmp_path / "books.csv")

    with open(tmp_path / "books.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["title"], row["price"]) for row in rows] == [("Emma", "5.00"), ("Emma", "12.90"), ("Emma", "")]


def test_an_export_read_by_its_own_shop_changes_nothing(tmp_path):
    make_shop()
    export(tmp_path / "books.csv")

    tables = written_tables(lambda: import_file(tmp_path / "books.csv", "bookstore"))

    assert tables == {"catalog_importrun"}
    assert counted(import_file(tmp_path / "books.csv", "bookstore")) == {"rows": 5, "unchanged": 5}


def test_an_export_read_by_an_empty_shop_makes_an_equal_catalogue(tmp_path):
    make_shop()
    first = export(tmp_path / "first.csv")
    for model in (Offer, Edition, SourceRecord, Book, Series, Subject, Publisher, Contributor):
        model.objects.all().delete()

    assert counted(import_file(tmp_path / "first.csv", "bookstore"))["created"] == 3

    assert export(tmp_path / "second.csv") == first


def test_one_sellers_export_has_only_what_they_offer(tmp_path):
    make_offer(make_edition(make_book("Mine")), seller=make_seller("Me"))
    make_offer(make_edition(make_book("Theirs")), seller=make_seller("Them"))
    make_edition(make_book("Nobodys"))

    lines = export(tmp_path / "books.csv", seller="me").decode().splitlines()

    assert [line.split(",")[3] for line in lines[1:]] == ["Mine"]


def test_withdrawn_offers_are_not_exported(tmp_path):
    make_offer(make_edition(make_book("Emma")), archived_at="2026-01-01T00:00Z")

    assert b"12.90" not in export(tmp_path / "books.csv")


def test_an_export_can_be_packed_or_shown(tmp_path, capsys):
    make_book("Emma")

    packed = export(tmp_path / "books.csv.gz")
    call_command("export_books", "-")

    assert gzip.decompress(packed).decode() == capsys.readouterr().out


def test_many_books_cost_as_many_queries_as_one():
    make_offer(make_edition(make_book()))
    one = count_queries(lambda: list(export_rows()))
    for _ in range(5):
        make_offer(make_edition(make_book()))

    assert count_queries(lambda: list(export_rows())) == one
