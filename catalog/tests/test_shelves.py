"""The shelves at the entrance: new, forthcoming and popular books."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookstore import versions
from bookstore.testing import count_queries
from catalog.models import RecentSales
from catalog.partial_dates import PartialDate
from catalog.serializers import BookInListSerializer
from catalog.tests.factories import make_book, make_edition, make_offer

pytestmark = pytest.mark.django_db


def titles(client, shelf, **params):
    response = client.get(f"/api/v1/books/{shelf}/", params)
    assert response.status_code == 200, response.content
    return [book["title"] for book in response.json()["results"]]


def in_days(days):
    day = timezone.localdate() + timedelta(days=days)
    return PartialDate(day.year, day.month, day.day)


def dated(title, published, code="20", **fields):
    book = make_book(title, **fields)
    make_offer(make_edition(book, published=published, availability_code=code), on_hand=0)
    return book


def sold(title, orders, **fields):
    RecentSales.objects.create(book=make_book(title, **fields), orders=orders)


def scrolled(client, shelf, size):
    """Everything of a shelf, by cursors."""
    found, cursor = [], ""
    while cursor is not None:
        body = client.get(f"/api/v1/books/{shelf}/", {"page_size": size, "cursor": cursor}).json()
        found += [book["title"] for book in body["results"]]
        cursor = body["pagination"]["next_cursor"]
    return found


def test_new_are_the_latest_books_that_are_out(client):
    dated("Old", PartialDate(1974))
    dated("Today", in_days(0))
    dated("Tomorrow", in_days(1))
    dated("Last week", in_days(-7))
    make_book("Of no known date")
    dated("Late", in_days(-30), code="10")
    dated("Sometime this year", PartialDate(timezone.localdate().year), code="10")

    body = client.get("/api/v1/books/new/").json()

    assert [book["title"] for book in body["results"]] == ["Today", "Last week", "Old"]
    assert set(body["results"][0]) == set(BookInListSerializer().fields)
    assert (body["pagination"]["total"], body["pagination"]["total_is_exact"]) == (3, True)


def test_forthcoming_are_those_to_come_and_those_to_order_before(client):
    dated("In a year", in_days(365), code="10")
    dated("Tomorrow", in_days(1))
    dated("Late", in_days(-30), code="10", popularity=5)
    dated("Of no known date", None, code="11")
    dated("Here", in_days(-30))

    assert titles(client, "forthcoming") == ["Tomorrow", "In a year", "Late", "Of no known date"]


@pytest.mark.parametrize("code", ["01", "09", "46"])
def test_what_was_cancelled_is_not_forthcoming(client, code):
    book = dated("Not to come", in_days(30), code=code)

    assert titles(client, "forthcoming") == []
    make_edition(book, published=in_days(60), availability_code="10")
    assert titles(client, "forthcoming") == ["Not to come"]


def test_popular_are_those_sold_this_month_and_then_the_popular_ones(client):
    sold("Bestseller", 9)
    sold("Second", 4, popularity=3)
    sold("Third", 4)
    make_book("Classic", popularity=1_000_000)
    make_book("Unknown")

    assert titles(client, "popular") == ["Bestseller", "Second", "Third", "Classic", "Unknown"]


def test_without_sales_the_popular_ones_stand_alone(client):
    make_book("Known", popularity=7)
    make_book("Classic", popularity=1_000_000)

    assert titles(client, "popular") == ["Classic", "Known"]


@pytest.mark.parametrize("shelf", ["new", "forthcoming", "popular"])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_and_cursors_show_every_book_once(client, shelf, size):
    for number in range(3):
        dated(f"Past {number}", in_days(-number))
        dated(f"Future {number}", in_days(5))
        dated(f"Late {number}", in_days(-20), code="10")
    for number in range(2):
        sold(f"Sold {number}", 1, first_published=PartialDate(1900))
    everything = titles(client, shelf)

    pages = [titles(client, shelf, page=page, page_size=size) for page in range(1, len(everything) // size + 2)]

    assert len(everything) == {"new": 5, "forthcoming": 6, "popular": 11}[shelf]
    assert [title for page in pages for title in page] == everything == scrolled(client, shelf, size)


@pytest.mark.parametrize("shelf", ["new", "forthcoming", "popular"])
def test_many_books_cost_as_many_queries_as_one(client, shelf):
    def fresh():
        versions.bump("catalog")
        return count_queries(lambda: titles(client, shelf))

    def fill(number):
        dated(f"Past {number}", in_days(-1))
        dated(f"Future {number}", in_days(5))
        dated(f"Late {number}", in_days(-20), code="10")
        sold(f"Sold {number}", 1)

    fill(1)
    few = fresh()
    for number in range(2, 7):
        fill(number)

    assert fresh() == few <= 4


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"page": "0"}, "invalid"),
        ({"page_size": "101"}, "invalid"),
        ({"page": "100000"}, "page_out_of_range"),
        ({"cursor": "nonsense"}, "invalid_cursor"),
    ],
)
def test_bad_pages_are_refused(client, params, code):
    response = client.get("/api/v1/books/popular/", params)

    assert response.status_code in {400, 404, 422}
    assert response.json()["code"] == code


def test_a_cursor_of_another_shelf_is_refused(client):
    for number in range(3):
        dated(f"Past {number}", in_days(-number))
    cursor = client.get("/api/v1/books/new/", {"page_size": 1}).json()["pagination"]["next_cursor"]

    assert client.get("/api/v1/books/popular/", {"cursor": cursor}).json()["code"] == "invalid_cursor"


def test_an_unchanged_shelf_is_not_sent_again(client):
    make_book("One")
    etag = client.get("/api/v1/books/popular/")["ETag"]

    assert client.get("/api/v1/books/popular/", headers={"if-none-match": etag}).status_code == 304
