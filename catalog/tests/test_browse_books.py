"""The book list: its shape, filters, order and pages."""

import pytest
from rest_framework.test import APIClient

from bookstore import versions
from bookstore.testing import count_queries
from catalog.models import Publisher, Series, SeriesEntry, Subject, SubjectLink
from catalog.partial_dates import PartialDate
from catalog.serializers import BookInListSerializer
from catalog.services import refresh_listings
from catalog.tests.factories import make_author, make_book, make_edition, make_offer, make_seller

pytestmark = pytest.mark.django_db
URL = "/api/v1/books/"


def titles(client: APIClient, **params: str) -> list[str]:
    response = client.get(URL, params)
    assert response.status_code == 200, response.content
    return [book["title"] for book in response.json()["results"]]


def test_a_book_in_a_list_is_what_the_schema_says(client):
    edition = make_edition(published=PartialDate(1974, 5))
    make_offer(edition)
    series = Series.objects.create(name="Hainish Cycle")
    SeriesEntry.objects.create(book=edition.book, series=series, position=6)
    refresh_listings([edition.book_id])

    body = client.get(URL).json()

    [book] = body["results"]
    assert set(book) == set(BookInListSerializer().fields)
    assert set(body) == {"results", "pagination"}
    assert [author["name"] for author in book["authors"]] == ["Ursula K. Le Guin"]
    assert book["series"] == {"id": str(series.pk), "name": "Hainish Cycle", "position": 6.0}
    assert book["price_from"] == {"amount": "12.90", "currency": "EUR"}
    assert book["rating"] == {"average": None, "count": 0}
    assert (book["formats"], book["availability"], book["published"]) == (["paperback"], "in_stock", "1974-05")
    assert book["url"] == f"http://testserver/api/v1/books/{book['id']}/"


def test_many_books_cost_as_many_queries_as_one(client):
    def fresh() -> int:
        versions.bump("catalog")
        return count_queries(lambda: client.get(URL, {"q": "the", "facets": "format,subject,price"}))

    make_offer(make_edition(make_book("The One")))
    one = fresh()
    for number in range(5):
        make_offer(make_edition(make_book(f"The {number}")))

    assert fresh() == one


def test_filters_by_what_a_book_is(client):
    tolkien = make_author("J. R. R. Tolkien")
    hobbit = make_book("The Hobbit", author=tolkien, first_published=PartialDate(1937))
    publisher = Publisher.objects.create(name="Allen & Unwin")
    make_edition(hobbit, format="hardback", language="en-GB", publisher=publisher)
    series = Series.objects.create(name="Middle-earth")
    SeriesEntry.objects.create(book=hobbit, series=series)
    fiction = Subject.objects.create(scheme="thema", code="F", label="Fiction")
    fantasy = Subject.objects.create(scheme="thema", code="FM", label="Fantasy", parent=fiction)
    SubjectLink.objects.create(book=hobbit, subject=fantasy)
    refresh_listings([hobbit.pk])
    make_edition(make_book("Emma", author="Jane Austen", first_published=PartialDate(1815)), language="fr")

    for name, value in {
        "author": str(tolkien.pk),
        "publisher": str(publisher.pk),
        "series": str(series.pk),
        "subject": "thema:F",
        "language": "en",
        "format": "hardback,ebook",
        "published_after": "1937",
    }.items():
        assert titles(client, **{name: value}) == ["The Hobbit"], name
    assert titles(client, subject="FM") == titles(client, subject=str(fiction.pk)) == ["The Hobbit"]
    assert titles(client, language="en-GB") == ["The Hobbit"]
    assert titles(client, published_before="1815") == ["Emma"]
    assert titles(client, subject="thema:nothing") == titles(client, seller="nobody") == []


def test_filters_by_what_a_copy_is(client):
    dealer = make_seller("Dealer")
    dune = make_edition(make_book("Dune"))
    make_offer(dune, price_minor=1500)
    make_offer(dune, price_minor=400, condition="good", seller=dealer)
    make_offer(make_edition(make_book("Emma")), price_minor=900, on_hand=0)

    assert titles(client, condition="good") == titles(client, seller="dealer") == ["Dune"]
    assert titles(client, price_max="5") == titles(client, price_min="4", price_max="4.00") == ["Dune"]
    assert titles(client, availability="out_of_stock") == ["Emma"]
    assert sorted(titles(client, availability="in_stock,out_of_stock")) == ["Dune", "Emma"]


def test_filters_on_copies_must_hold_for_one_copy(client):
    book = make_book("Dune")
    make_offer(make_edition(book, format="hardback"), price_minor=3000)
    make_offer(make_edition(book, format="ebook"), price_minor=500)

    assert titles(client, format="hardback", price_max="10") == []
    assert titles(client, format="ebook", price_max="10") == ["Dune"]
    assert titles(client, format="hardback,ebook", price_min="20") == ["Dune"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("popular", ["B", "C", "The A"]),
        ("newest", ["C", "The A", "B"]),
        ("price", ["C", "The A", "B"]),
        ("-price", ["The A", "C", "B"]),
        ("title", ["The A", "B", "C"]),
        ("rating", ["C", "B", "The A"]),
    ],
)
def test_orders(client, sort, expected):
    a = make_book("The A", popularity=1, first_published=PartialDate(1990))
    make_offer(make_edition(a, language="en"), price_minor=900)
    make_book("B", popularity=9, rating_counts=[0, 0, 1, 0, 0])
    c = make_book("C", popularity=5, first_published=PartialDate(2000), rating_counts=[0, 0, 0, 0, 2])
    make_offer(make_edition(c), price_minor=500)

    assert titles(client, sort=sort) == expected


def test_facets_count_with_the_other_filters_and_without_their_own(client):
    for title, book_format, price in (("A", "paperback", 900), ("B", "ebook", 400), ("C", "ebook", 1200)):
        make_offer(make_edition(make_book(title), format=book_format, language="en"), price_minor=price)
    make_book("D")

    facets = client.get(URL, {"format": "ebook", "price_max": "10", "facets": "format,price,availability"}).json()[
        "facets"
    ]

    assert {value["value"]: value["count"] for value in facets["format"]} == {"paperback": 1, "ebook": 1}
    assert {value["label"]: value["count"] for value in facets["price"]} == {
        "0.00 EUR – 4.99 EUR": 1,
        "10.00 EUR – 14.99 EUR": 1,
    }
    assert facets["availability"] == [{"value": "in_stock", "label": "In stock", "count": 1, "exact": True}]


def test_facets_of_rating_language_and_subject(client):
    book = make_book("A", rating_counts=[0, 0, 0, 1, 1])
    make_edition(book, language="pt-BR")
    SubjectLink.objects.create(book=book, subject=Subject.objects.create(scheme="thema", code="F", label="Fiction"))
    refresh_listings([book.pk])

    facets = client.get(URL, {"facets": "rating,language,subject"}).json()["facets"]

    assert [value["value"] for value in facets["rating"]] == [1, 2, 3, 4]
    assert {value["label"] for value in facets["language"]} == {"Portuguese", "Portuguese (Brazil)"}
    assert [(value["label"], value["code"]) for value in facets["subject"]] == [("Fiction", "thema:F")]


def test_what_a_facet_counts_is_what_its_filter_finds(client):
    for number, (book_format, condition) in enumerate([("paperback", "good"), ("hardback", "new"), ("ebook", "new")]):
        book = make_book(f"Book {number}")
        make_offer(make_edition(book, format=book_format, language="en-GB"), condition=condition, price_minor=1000)
        make_offer(
            make_edition(book, format="audiobook", language="de"), price_minor=500 * (number + 1), on_hand=number
        )

    for params in ({"condition": "good"}, {"price_max": "9.99"}, {"format": "audiobook"}, {"language": "en"}, {}):
        facets = client.get(URL, {**params, "facets": "format,language,price,availability"}).json()["facets"]
        for name, values in facets.items():
            others = {key: value for key, value in params.items() if not key.startswith(name)}
            for value in values:
                own = {name: value["value"]}
                if name == "price":
                    own = {key: value[key] for key in ("price_min", "price_max") if value[key]}
                assert len(titles(client, **others, **own)) == value["count"], (params, name, value)


def test_a_sold_out_copy_does_not_make_a_book_cheap(client):
    book = make_book("Dune")
    make_offer(make_edition(book, format="paperback"), price_minor=900, on_hand=0)
    make_offer(make_edition(book, format="ebook"), price_minor=2000)

    assert titles(client, price_max="10") == titles(client, price_max="10", format="paperback") == []


def test_a_wrong_filter_is_named(client):
    wrong = {
        "author": "somebody",
        "format": "papyrus",
        "price_min": "cheap",
        "price_max": "-1",
        "rating_min": "6",
        "availability": "maybe",
        "language": "klingonish!",
        "published_after": "yesterday",
        "sort": "random",
        "facets": "colour",
        "condition": "mint",
    }

    response = client.get(URL, wrong)

    assert response.status_code == 400
    assert {error["field"] for error in response.json()["errors"]} == set(wrong)


def test_pages_and_cursors_show_every_book_once(client):
    for number in range(7):
        make_book(f"Book {number}", popularity=number // 3)
    everything = titles(client, page_size="100")

    by_number = [title for page in "1234" for title in titles(client, page_size="2", page=page)]
    by_cursor, params = [], {"page_size": "2"}
    while params:
        body = client.get(URL, params).json()
        by_cursor += [book["title"] for book in body["results"]]
        cursor = body["pagination"]["next_cursor"]
        params = {"page_size": "2", "cursor": cursor} if cursor else None

    assert len(everything) == 7
    assert by_number == by_cursor == everything


@pytest.mark.parametrize("sort", ["popular", "newest", "price", "-price", "rating", "title", "relevance"])
def test_cursors_work_in_every_order(client, sort):
    for number in range(3):
        make_book(f"Same Title {number % 2}")
    params = {"page_size": "2", "sort": sort, "q": "same"}

    first = client.get(URL, params).json()
    second = client.get(URL, {**params, "cursor": first["pagination"]["next_cursor"]}).json()

    shown = [book["id"] for book in first["results"] + second["results"]]
    assert len(set(shown)) == len(shown) == 3
    assert second["pagination"]["next_cursor"] is None


def test_the_envelope(client):
    for number in range(3):
        make_book(f"Book {number}")

    pagination = client.get(URL, {"page": 2, "page_size": 1}).json()["pagination"]

    cursor = pagination.pop("next_cursor")
    assert cursor
    assert pagination == {
        "page": 2,
        "page_size": 1,
        "total": 3,
        "total_is_exact": True,
        "total_pages": 3,
        "has_next": True,
        "has_previous": True,
        "next": "http://testserver/api/v1/books/?page=3&page_size=1",
        "previous": "http://testserver/api/v1/books/?page=1&page_size=1",
    }


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"page": "0"}, "invalid"),
        ({"page": "-1"}, "invalid"),
        ({"page": "1.5"}, "invalid"),
        ({"page": "x"}, "invalid"),
        ({"page_size": "101"}, "invalid"),
        ({"page": "501"}, "page_out_of_range"),
        ({"page": "999999999"}, "page_out_of_range"),
        ({"page": "9" * 50}, "page_out_of_range"),
        ({"cursor": "made-up"}, "invalid_cursor"),
    ],
)
def test_pages_that_do_not_exist(client, params, code):
    response = client.get(URL, params)

    assert (response.status_code, response.json()["code"]) == (400, code)


def test_a_cursor_of_another_order_is_refused(client):
    make_book("A")
    make_book("B")
    cursor = client.get(URL, {"page_size": 1, "sort": "title"}).json()["pagination"]["next_cursor"]

    response = client.get(URL, {"page_size": 1, "sort": "price", "cursor": cursor})

    assert response.json()["code"] == "invalid_cursor"


def test_a_page_behind_the_last_one_is_empty(client):
    make_book()

    body = client.get(URL, {"page": 3}).json()

    assert (body["results"], body["pagination"]["has_next"]) == ([], False)


@pytest.mark.django_db(transaction=True)
def test_an_unchanged_list_is_not_sent_again(client):
    make_book("A")
    first = client.get(URL)

    again = client.get(URL, headers={"if-none-match": first["ETag"]})
    make_book("B")
    changed = client.get(URL, headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert first["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert (changed.status_code, changed.json()["pagination"]["total"]) == (200, 2)


def test_an_unchanged_list_costs_no_query(client):
    make_book("A")
    etag = client.get(URL)["ETag"]

    assert count_queries(lambda: client.get(URL, headers={"if-none-match": f'W/{etag}, "x"'})) == 0


def test_etags_differ_by_address_and_language(client):
    etags = {client.get(URL)["ETag"], client.get(URL, {"page": 2})["ETag"]}
    etags.add(client.get(URL, headers={"accept-language": "de"})["ETag"])

    assert len(etags) == 3
