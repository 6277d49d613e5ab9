"""A book's page and an edition's page."""

import pytest

from bookstore.testing import NO_SUCH_ID, count_queries
from catalog.models import Contribution, Contributor, Series, SeriesEntry, Subject, SubjectLink
from catalog.serializers import BookSerializer, EditionInBookSerializer, EditionSerializer, OfferSerializer
from catalog.services import refresh_listings
from catalog.tests.factories import make_book, make_edition, make_offer, make_seller

pytestmark = pytest.mark.django_db


@pytest.fixture
def book():
    book = make_book("The Trial", author="Franz Kafka", rating_counts=[0, 0, 0, 1, 3], description="Someone slandered.")
    translator = Contributor.objects.create(name="Breon Mitchell", sort_name="Mitchell, Breon")
    Contribution.objects.create(book=book, contributor=translator, role="B06", position=2)
    SeriesEntry.objects.create(book=book, series=Series.objects.create(name="Classics"), label="1-3")
    SubjectLink.objects.create(book=book, subject=Subject.objects.create(scheme="thema", code="F", label="Fiction"))
    edition = make_edition(book, "9780805209990", language="en", availability_code="20")
    make_offer(edition, price_minor=1400, on_hand=2)
    make_offer(edition, price_minor=500, on_hand=0, condition="good", seller=make_seller("Dealer"))
    make_offer(edition, price_minor=600, condition="fair", notes="Spine cracked.", seller=make_seller("Dealer"))
    refresh_listings([book.pk])
    return book


def test_the_full_record_is_what_the_schema_says(client, book):
    page = client.get(f"/api/v1/books/{book.pk}/").json()

    assert set(page) == set(BookSerializer().fields)
    assert [(person["name"], person["role"], person["role_name"]) for person in page["contributors"]] == [
        ("Franz Kafka", "A01", "Author"),
        ("Breon Mitchell", "B06", "Translator"),
    ]
    assert [author["name"] for author in page["authors"]] == ["Franz Kafka"]
    assert page["rating"] == {"average": 4.75, "count": 4, "histogram": {"1": 0, "2": 0, "3": 0, "4": 1, "5": 3}}
    assert page["all_series"][0]["label"] == "1-3"
    [edition] = page["editions"]
    assert set(edition) == set(EditionInBookSerializer().fields)
    assert (edition["isbn_hyphenated"], edition["isbn10"]) == ("978-0-8052-0999-0", "0805209999")


def test_roles_are_named_in_the_readers_language_each_time(client, book):
    def roles(language):
        page = client.get(f"/api/v1/books/{book.pk}/", headers={"Accept-Language": language}).json()
        return [person["role_name"] for person in page["contributors"]]

    assert [roles(language) for language in ("de", "en", "de")] == [
        ["Autor/in", "Übersetzung"], ["Author", "Translator"], ["Autor/in", "Übersetzung"]]  # fmt: skip


def test_offers_come_best_first_and_withdrawn_ones_not_at_all(client, book):
    offers = client.get(f"/api/v1/books/{book.pk}/").json()["editions"][0]["offers"]

    assert set(offers[0]) == set(OfferSerializer().fields)
    assert [(offer["price"]["amount"], offer["availability"]) for offer in offers] == [
        ("6.00", "in_stock"),
        ("14.00", "in_stock"),
        ("5.00", "out_of_stock"),
    ]


@pytest.mark.parametrize("isbn", ["9780805209990", "978-0-8052-0999-0", "0805209999", "0-8052-0999-9"])
def test_an_edition_by_its_isbn_in_any_form(client, book, isbn):
    page = client.get(f"/api/v1/editions/{isbn}/").json()

    assert set(page) == set(EditionSerializer().fields)
    assert (page["isbn"], page["title"], page["book"]["id"]) == ("9780805209990", "The Trial", str(book.pk))


def test_an_edition_by_its_id(client, book):
    edition = book.editions.get()

    assert client.get(f"/api/v1/editions/{edition.pk}/").json()["isbn"] == edition.isbn


def test_a_wrong_isbn_is_not_found_and_says_why(client):
    response = client.get("/api/v1/editions/9780805209991/")

    assert response.status_code == 404
    assert "wrong check digit" in response.json()["detail"]


@pytest.mark.parametrize(
    "path", ["books/nonsense", f"books/{NO_SUCH_ID}", "editions/9780306406157", f"authors/{NO_SUCH_ID}"]
)
def test_what_is_not_there(client, path):
    response = client.get(f"/api/v1/{path}/")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_the_page_costs_one_query_however_much_is_on_it(client, book):
    assert count_queries(lambda: client.get(f"/api/v1/books/{book.pk}/")) == 1


@pytest.mark.parametrize("code", ["34", "46", "49"])
def test_what_was_withdrawn_or_recalled_is_not_sold_even_from_stock(client, code):
    edition = make_edition(availability_code=code)
    make_offer(edition, on_hand=5)

    page = client.get(f"/api/v1/books/{edition.book_id}/").json()

    assert (page["availability"], page["price_from"], page["editions"][0]["offers"]) == ("unavailable", None, [])


@pytest.mark.parametrize(
    ("code", "word"), [("20", "to_order"), ("23", "to_order"), ("10", "preorder"), ("31", "out_of_stock")]
)
def test_without_stock_the_suppliers_word_counts(client, code, word):
    edition = make_edition(availability_code=code)
    make_offer(edition, on_hand=0)

    page = client.get(f"/api/v1/books/{edition.book_id}/").json()

    assert (page["availability"], page["editions"][0]["availability"]) == (word, word)


def test_descriptions_of_editions_stand_in_for_the_books(client):
    edition = make_edition(description="From the edition.")

    assert client.get(f"/api/v1/books/{edition.book_id}/").json()["description"] == "From the edition."
