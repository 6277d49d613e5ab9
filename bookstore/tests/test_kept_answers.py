"""Answers that are asked for again and again."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from bookstore import caching
from bookstore.testing import count_queries
from catalog.models import Book, MissedSearch
from catalog.services import refresh_books
from catalog.tests.factories import make_book

URL = "/api/v1/books/"


@pytest.mark.django_db(transaction=True)
def test_what_was_asked_before_costs_no_query_until_something_changes(client):
    book = make_book("Solaris")
    first = client.get(URL)

    again = client.get(URL)
    assert count_queries(lambda: client.get(URL)) == 0
    assert (again.content, again["ETag"], again["Content-Type"], again["Vary"]) == (
        first.content, first["ETag"], first["Content-Type"], first["Vary"])  # fmt: skip

    Book.objects.filter(pk=book.pk).update(title="Fiasco")
    refresh_books([book.pk])
    assert client.get(URL).json()["results"][0]["title"] == "Fiasco"


@pytest.mark.django_db(transaction=True)
def test_another_language_or_accept_is_another_answer(client):
    make_book("Solaris")
    client.get(URL)

    assert client.get(URL, headers={"Accept": "text/csv"}).status_code == 406
    assert client.get(URL, headers={"Accept-Language": "de"})["Content-Language"] == "de"


@pytest.mark.django_db(transaction=True)
def test_searches_that_find_nothing_are_counted_each_time(client):
    for _ in range(3):
        client.get(URL, {"q": "necronomicon"})

    assert MissedSearch.objects.get(words="necronomicon").count == 3


def test_no_more_is_kept_than_fits(monkeypatch):
    monkeypatch.setattr(caching, "MOST_KEPT", 10 * (100 + caching.ANSWER_TAKES))
    kept, request = caching.KeptAnswers(), RequestFactory().get("/")
    for number in range(50):
        kept.keep(str(number), request, HttpResponse(b"x" * 100))
    kept.keep("large", request, HttpResponse(b"x" * (caching.LARGEST_KEPT + 1)))

    assert [number for number in range(50) if kept.get(str(number), request)] == list(range(40, 50))
    assert kept.get("large", request) is None
