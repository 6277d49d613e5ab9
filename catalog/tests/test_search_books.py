"""Words to books, through the front door."""

from urllib.parse import quote

import pytest

from bookstore.testing import shared_data
from catalog.models import Publisher, Series, SeriesEntry
from catalog.services import refresh_listings
from catalog.tests.factories import make_book, make_edition, make_offer
from catalog.tests.indexing import catch_up, engine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("engine")]
URL = "/api/v1/books/"

__all__ = ["engine"]


def found(client, q: str, **params: str) -> list[str]:
    catch_up()
    response = client.get(URL, {"q": q, **params})
    assert response.status_code == 200, response.content
    return [book["title"] for book in response.json()["results"]]


@pytest.fixture
def shelf():
    solitude = make_book("Cien años de soledad", author="Gabriel García Márquez", description="Macondo, a village.")
    publisher = Publisher.objects.create(name="Editorial Sudamericana")
    make_edition(solitude, "9780307474728", publisher=publisher)
    SeriesEntry.objects.create(book=solitude, series=Series.objects.create(name="Obras Completas"), position=1)
    refresh_listings([solitude.pk])
    make_book("Emma", author="Jane Austen")
    make_book("Emma Brown", author="Clare Boylan", popularity=1_000_000)
    make_book("L'Étranger", author="Albert Camus")
    make_book("Harry Potter and the Philosopher's Stone", author="J.K. Rowling")


@pytest.mark.parametrize(
    "q",
    [
        "cien años de soledad",
        "CIEN ANOS",
        "garcia marquez",
        "García Márquez soledad",
        "sudamericana",
        "obras completas",
        "macondo",
        "soleda",  # the last word may be cut
        "978-0-307-47472-8",
        "0307474720",
        "ISBN 9780307474728",
    ],
)
def test_a_book_is_found_by_whatever_is_remembered(client, shelf, q):
    assert found(client, q) == ["Cien años de soledad"]


def test_the_exact_title_comes_first(client, shelf):
    assert found(client, "emma") == ["Emma", "Emma Brown"]


@pytest.mark.parametrize("q", ["philosopher's stone", "philosopher’s stone", "philosophers stone", "j. k. rowling"])
def test_apostrophes_and_dots_do_not_matter(client, shelf, q):
    assert found(client, q) == ["Harry Potter and the Philosopher's Stone"]


@pytest.mark.parametrize("q", ["l'étranger", "etranger", "l’etranger"])
def test_an_elided_article_does_not_hide_the_word(client, shelf, q):
    assert found(client, q) == ["L'Étranger"]


def test_what_can_be_had_comes_before_what_cannot(client):
    make_book("Night Train")
    make_offer(make_edition(make_book("Night Train", author="Somebody Else")))

    catch_up()

    books = client.get(URL, {"q": "night train"}).json()["results"]

    assert [book["availability"] for book in books] == ["in_stock", "unavailable"]


def test_words_and_filters_go_together(client, shelf):
    assert found(client, "emma", availability="in_stock") == []


def test_a_wrong_isbn_finds_nothing_and_is_no_error(client, shelf):
    assert found(client, "9780307474729") == []


@pytest.mark.parametrize("q", ["?!", "   ", "&", "a & b | !c:*", "'", "\\", "(", "%", "_", "😀", "\u200b"])
def test_what_is_no_word_finds_nothing_that_it_does_not_say(client, shelf, q):
    assert client.get(URL, {"q": q}).status_code == 200


def test_naughty_strings_are_harmless_everywhere(client, shelf):
    """minimaxir/big-list-of-naughty-strings as words, as filters and as parts of paths."""
    catch_up()
    lines = (shared_data("bad-input/blns") / "blns.txt").read_text().splitlines()
    for line in [line for line in lines if line and not line.startswith("#")]:
        assert client.get(URL, {"q": line}).status_code == 200, line
        for name in ("author", "format", "price_min", "language", "published_after", "sort", "cursor", "page"):
            assert client.get(URL, {name: line}).status_code in {200, 400}, (name, line)
        for name in ("subject", "seller"):
            assert client.get(URL, {name: line}).status_code == 200, (name, line)
        for path in ("books", "editions", "authors"):
            assert client.get(f"/api/v1/{path}/{quote(line, safe='')}/").status_code in {200, 400, 404}, (path, line)
        assert client.get("/api/v1/authors/", {"q": line}).status_code == 200, line
