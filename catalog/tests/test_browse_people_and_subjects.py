"""Authors, publishers, series and the tree of subjects."""

import pytest

from bookstore.testing import count_queries
from catalog.models import Contributor, Publisher, Series, SeriesEntry, Subject
from catalog.services import refresh_listings
from catalog.tests.factories import make_author, make_book

pytestmark = pytest.mark.django_db


def names(client, path: str, **params: str) -> list[str]:
    response = client.get(f"/api/v1/{path}/", params)
    assert response.status_code == 200, response.content
    return [row.get("name") or row["label"] for row in response.json()["results"]]


def test_authors_by_name_and_by_words_of_it(client):
    for name in ("Stanisław Lem", "Ursula K. Le Guin", "Jane Austen"):
        make_author(name)

    assert names(client, "authors") == ["Jane Austen", "Ursula K. Le Guin", "Stanisław Lem"]
    assert names(client, "authors", q="stanislaw") == ["Stanisław Lem"]
    assert names(client, "authors", q="guin urs") == ["Ursula K. Le Guin"]
    assert names(client, "authors", q="?") == []


def test_an_author_with_the_number_of_books(client):
    author = make_author()
    make_book("A", author=author)
    make_book("B", author=author)

    assert client.get(f"/api/v1/authors/{author.pk}/").json()["book_count"] == 2


@pytest.mark.parametrize(
    ("path", "make"),
    [
        ("authors", lambda n: Contributor.objects.create(name=f"A {n}", sort_name=f"A {n}")),
        ("publishers", lambda n: Publisher.objects.create(name=f"P {n}")),
        ("series", lambda n: Series.objects.create(name=f"S {n}")),
        ("subjects", lambda n: Subject.objects.create(scheme="thema", code=f"F{n}", label=f"S {n}")),
    ],
)
def test_many_cost_as_many_queries_as_one_and_are_paged(client, path, make):
    make(0)
    one = count_queries(lambda: client.get(f"/api/v1/{path}/"))
    for number in range(1, 5):
        make(number)

    assert count_queries(lambda: client.get(f"/api/v1/{path}/")) == one
    shown, params = [], {"page_size": "2"}
    while params:
        body = client.get(f"/api/v1/{path}/", params).json()
        shown += [row["id"] for row in body["results"]]
        cursor = body["pagination"]["next_cursor"]
        params = {"page_size": "2", "cursor": cursor} if cursor else None
    assert len(set(shown)) == len(shown) == 5


def test_a_series_with_its_books_in_order(client):
    series = Series.objects.create(name="Dune Chronicles")
    for title, position in (("Dune Messiah", 2), ("Dune", 1), ("The Great Dune Trilogy", None)):
        book = make_book(title)
        SeriesEntry.objects.create(book=book, series=series, position=position, label=str(position or "1-3"))
        refresh_listings([book.pk])

    page = client.get(f"/api/v1/series/{series.pk}/").json()

    assert [(book["title"], book["label"]) for book in page["books"]] == [
        ("Dune", "1"),
        ("Dune Messiah", "2"),
        ("The Great Dune Trilogy", "1-3"),
    ]


def test_subjects_are_a_tree(client):
    fiction = Subject.objects.create(scheme="thema", code="F", label="Fiction")
    fantasy = Subject.objects.create(scheme="thema", code="FM", label="Fantasy", parent=fiction)
    epic = Subject.objects.create(scheme="thema", code="FMB", label="Epic fantasy", parent=fantasy)

    roots = client.get("/api/v1/subjects/").json()["results"]
    leaf = client.get(f"/api/v1/subjects/{epic.pk}/").json()

    assert [(root["label"], [child["label"] for child in root["children"]]) for root in roots] == [
        ("Fiction", ["Fantasy"])
    ]
    assert [above["label"] for above in leaf["ancestors"]] == ["Fiction", "Fantasy"]
    assert names(client, "subjects", parent=str(fantasy.pk)) == ["Epic fantasy"]
    assert names(client, "subjects", q="epic") == ["Epic fantasy"]
    assert names(client, "subjects", scheme="bisac") == []


def test_a_wrong_scheme_is_named(client):
    response = client.get("/api/v1/subjects/", {"scheme": "dewey"})

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "scheme"
