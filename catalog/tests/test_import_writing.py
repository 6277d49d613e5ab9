"""How rows get into the database: as they came, whatever characters are in them, and with the models' defaults."""

import pickle
from datetime import date
from decimal import Decimal

import pytest
from django.db import DataError, connection, transaction
from django.test import override_settings

from catalog.imports import bulk, copied
from catalog.imports.onix.trees import plain_text
from catalog.imports.record import Heading, NameNumber, Person, PriceLine, ProductLine, SeriesPlace
from catalog.models import Book, Contributor, Edition, Offer, SourceRecord, Subject
from catalog.vocabularies import Format

AWKWARD = ["\\", "\\N", "\\.", "a\tb", "a\nb\r\nc", "\\t\\n", "{\"a\": 1}", "'", "é\u2028😀", "", " "]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("text", AWKWARD)
def test_a_text_arrives_as_it_is(text):
    book = bulk.fresh(Book)
    book.id, book.title, book.description = next(bulk.new_keys()), f"T{text}", text

    bulk.insert([book])

    assert Book.objects.values_list("title", "description").get() == (f"T{text}", text)


@pytest.mark.django_db
def test_lists_and_json_arrive_as_they_are():
    person = bulk.fresh(Contributor)
    person.id, person.name, person.aliases = next(bulk.new_keys()), "A", ['"B"', "C\\D", "é"]
    edition = bulk.fresh(Edition)
    edition.id, edition.book_id = next(bulk.new_keys()), insert_book()
    edition.format, edition.rights_countries = Format.PAPERBACK, ["DE", "FR"]

    bulk.insert([person])
    bulk.insert([edition])

    assert Contributor.objects.get().aliases == ['"B"', "C\\D", "é"]
    assert Edition.objects.values_list("format", "rights_countries").get() == (Format.PAPERBACK, ["DE", "FR"])


@pytest.mark.django_db
def test_what_the_database_refuses_is_an_error_of_django_s():
    book = bulk.fresh(Book)
    book.id, book.title = next(bulk.new_keys()), "No\0thing"

    with pytest.raises(DataError), transaction.atomic():
        bulk.insert([book])

    assert not Book.objects.exists()


@pytest.mark.django_db
def test_more_rows_than_go_over_at_once_all_arrive():
    keys, text = bulk.new_keys(), "x" * 400
    lines = [copied.line((next(keys), "keyword", f"{number} {text}", "L")) for number in range(1_000)]

    bulk.copy(Subject, ["id", "scheme", "code", "label", "created_at", "updated_at"], [
        line[:-1] + b"\t2026-01-01\t2026-01-01\n" for line in lines
    ])  # fmt: skip

    assert Subject.objects.count() == 1_000


@pytest.mark.parametrize("model", [Book, Edition, Offer, Contributor, SourceRecord])
@override_settings(SHOP_CURRENCY="CHF")
def test_a_fresh_row_is_what_the_model_makes(model):
    made, fresh = model(pk=None), bulk.fresh(model)

    assert {**fresh.__dict__, "_state": None} == {**made.__dict__, "_state": None}
    assert (fresh._state.adding, fresh._state.db) == (True, None)


def test_fresh_rows_share_nothing():
    one, other = bulk.fresh(Contributor), bulk.fresh(Contributor)

    one.aliases.append("A")

    assert other.aliases == []


@pytest.mark.parametrize(
    "part",
    [
        Person("A", "A", "A01", 1900, None, ("B",), (NameNumber("21", "1", "x"),), "Life"),
        SeriesPlace("S", "1", Decimal("1.5")),
        Heading("thema", "FBA", "Fiction"),
        PriceLine("02", amount_minor=999, currency="EUR", countries=("DE",), valid_from=date(2026, 1, 1), rank=2),
        ProductLine("Sender", b"{}", (PriceLine(),)),
    ],
)
def test_parts_of_a_record_go_to_another_process_whole(part):
    again = pickle.loads(pickle.dumps(part, pickle.HIGHEST_PROTOCOL))  # noqa: S301 - our own

    assert [getattr(again, name) for name in part.__slots__] == [getattr(part, name) for name in part.__slots__]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [
        "",
        "a",
        "a b a",
        "7 sins 1984",
        "59e0ax9g 1e5",
        "a_b c",
        "привет мир",
        f"a {'x' * 3000} b",
        "東京 1",
        " a",
        "a  b",
        "a ",
    ],
)
def test_a_description_has_the_words_that_postgresql_finds(words):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT strip(description_vector(%s)) = strip(to_tsvector('simple', %s)), description_vector(%s)",
            [words] * 3,
        )
        alike, vector = cursor.fetchone()

    assert alike
    assert bool(vector) == bool(words)


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("<p>a</p> <p>b</p>", "a\n\nb"),
        ("<p>a <b>b</b>  c</p>", "a b c"),
        ("<p> a&nbsp; b </p>", "a b"),
        ("<ul><li> a</li> <li>b </li></ul>", "a\nb"),
        ("a\u00a0\tb", "a b"),
    ],
)
def test_white_space_beside_tags_is_one_space(markup, plain):
    assert plain_text({"text": markup, "textformat": "05"}) == plain


def insert_book():
    book = bulk.fresh(Book)
    book.id, book.title = next(bulk.new_keys()), "T"
    bulk.insert([book])
    return book.id
