"""Reads that are answered before their view is asked: the same, header by header, as the view's own answers."""

import gzip

import pytest
import redis
from django.utils import translation

from bookstore import caching, shared_redis, versions
from bookstore.testing import count_queries
from catalog.models import Book
from catalog.services import refresh_books
from catalog.tests.factories import make_book, make_edition

URL = "/api/v1/books/"
OF_EACH_REQUEST = {"X-Request-ID", "X-Process-Time", "Server-Timing", "RateLimit", "X-RateLimit-Remaining",
                   "X-RateLimit-Reset"}  # fmt: skip
OTHERS = ["/api/v1/books/new/", "/api/v1/authors/", "/api/v1/subjects/", "/api/v1/search/suggest/?q=sol",
          "/sitemap.xml", "/feeds/new.xml"]  # fmt: skip


def what_it_says(response):
    headers = {name: value for name, value in response.headers.items() if name not in OF_EACH_REQUEST}
    if headers.get("Content-Encoding") != "gzip":
        return response.status_code, response.content, headers
    headers.pop("Content-Length")  # packed, it is a little longer or shorter each time, so that it tells no secrets
    return response.status_code, gzip.decompress(response.content), headers


def by_the_view(ask):
    caching.known_reads.forget()
    return what_it_says(ask())


@pytest.fixture
def solaris():
    return make_book("Solaris")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept": "application/json"},
        {"Accept": "text/csv"},
        {"Accept-Language": "de"},
        {"Accept-Language": "xx-nowhere;q=0.1,*;q=0.5"},
        {"Cookie": "django_language=de"},
        {"Origin": "https://app.example"},
        {"Origin": "https://evil.example"},
        {"Authorization": "Bearer nonsense"},
        {"Cookie": "bookstore_access=nonsense; bookstore_csrf=nonsense"},
        {"Accept-Encoding": "gzip"},
    ],
)
@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("is_known", [True, False])
def test_the_view_would_say_the_same(client, settings, solaris, method, headers, is_known):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    headers = {**headers, "X-Request-ID": "the-same-each-time"}  # problems name it
    if is_known:
        headers = {**headers, "If-None-Match": client.get(URL, headers=headers).headers.get("ETag", "none")}

    def ask():
        return getattr(client, method)(URL, headers=headers)

    ask()  # so that the answer is kept
    expected = by_the_view(ask)

    assert what_it_says(ask()) == expected
    assert (expected[0] == 304) == (is_known and headers.get("Accept") != "text/csv")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("url", OTHERS)
@pytest.mark.parametrize("is_known", [True, False])
def test_other_reads_too(client, url, is_known):
    for number in range(30):
        make_edition(make_book(f"Solaris {number}"))
    etag = client.get(url, headers={"Accept-Encoding": "gzip"})["ETag"]
    headers = {"Accept-Encoding": "gzip", **({"If-None-Match": etag} if is_known else {})}

    expected = by_the_view(lambda: client.get(url, headers=headers))

    assert what_it_says(client.get(url, headers=headers)) == expected
    assert expected[0] == (304 if is_known else 200)


@pytest.mark.django_db(transaction=True)
def test_only_views_that_others_add_nothing_to_are_passed_by(client, solaris):
    assert caching.known_reads.find(client.get(URL).wsgi_request)
    assert not caching.known_reads.find(client.get("/sitemap.xml").wsgi_request)  # it is packed on its way out


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", ["W/{etag}", '"other", {etag}', 'W/"other" , W/{etag}'])
def test_an_etag_may_be_weak_or_one_of_several(client, solaris, known):
    etag = client.get(URL)["ETag"]

    assert client.get(URL, headers={"If-None-Match": known.format(etag=etag)}).status_code == 304
    assert client.get(URL, headers={"If-None-Match": known.format(etag='"another"')}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_nothing_old_is_said_after_a_change(client, solaris):
    etag = client.get(URL)["ETag"]
    assert client.get(URL, headers={"If-None-Match": etag}).status_code == 304

    Book.objects.filter(pk=solaris.pk).update(title="Fiasco")
    refresh_books([solaris.pk])
    changed = client.get(URL, headers={"If-None-Match": etag})

    assert (changed.status_code, changed.json()["results"][0]["title"]) == (200, "Fiasco")
    assert changed["ETag"] != etag


@pytest.mark.django_db
def test_in_a_transaction_its_own_changes_are_seen(client, solaris):
    refresh_books([solaris.pk])
    client.get(URL)

    Book.objects.filter(pk=solaris.pk).update(title="Fiasco")
    refresh_books([solaris.pk])

    assert caching.known_reads.find(client.get(URL).wsgi_request)
    assert client.get(URL).json()["results"][0]["title"] == "Fiasco"


@pytest.mark.django_db(transaction=True)
def test_another_spelling_is_another_answer(client, solaris):
    etag = client.get(URL)["ETag"]

    for url in (f"{URL}?page_size=1", f"{URL}?"):
        assert client.get(url, headers={"If-None-Match": etag}).status_code == (200 if url[-1] == "1" else 304)
    for changed in ({"Host": "127.0.0.1"}, {"Accept-Language": "de"}):
        assert client.get(URL, headers={"If-None-Match": etag, **changed}).status_code == 200
    assert client.get(f"{URL}{solaris.pk}/", headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_what_is_refused_is_refused_all_the_same(client, solaris, settings):
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]
    headers = {"If-None-Match": client.get(URL)["ETag"]}
    assert client.get(URL, headers=headers).status_code == 304

    assert client.get(URL, headers={**headers, "Host": "evil.example"}).json()["code"] == "unknown_host"
    assert client.get(URL, headers={**headers, "Host": "local host"}).json()["code"] == "unknown_host"
    assert client.get(f"{URL}?x=%00", headers=headers).status_code == 400
    assert client.get(f"{URL}?x={'x' * 9000}", headers=headers).status_code == 414
    assert client.get(URL, headers=headers, CONTENT_LENGTH="99999999").status_code == 413
    assert client.get(URL, headers=headers, CONTENT_LENGTH="many").status_code == 400
    assert client.get(URL, headers=headers, HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="").status_code == 411
    assert client.post(URL, headers=headers).status_code == 401
    assert client.get(f"{URL}?page_size=none").status_code == 400
    settings.ALLOWED_HOSTS = ["shop.example"]
    assert client.get(URL, headers=headers).json()["code"] == "unknown_host"


@pytest.mark.django_db(transaction=True)
def test_it_is_measured_as_what_it_is(client, solaris):
    line = 'bookstore_requests_total{method="GET",route="api/v1/books/",status="304"}'

    def count():
        lines = client.get("/metrics").content.decode().splitlines()
        return sum(float(each.rpartition(" ")[2]) for each in lines if each.startswith(line))

    headers = {"If-None-Match": client.get(URL)["ETag"]}
    before = count()
    for _ in range(3):
        assert client.get(URL, headers=headers).status_code == 304

    assert count() == before + 3


@pytest.mark.django_db(transaction=True)
def test_without_redis_the_view_is_asked(client, solaris, monkeypatch):
    headers = {"If-None-Match": client.get(URL)["ETag"]}
    monkeypatch.setattr(shared_redis, "client", redis.Redis(unix_socket_path="/nowhere/redis.sock"))
    monkeypatch.setattr(shared_redis, "_paused_until", 0.0)
    monkeypatch.setattr(versions, "_remembered", {})

    without = client.get(URL, headers=headers)

    assert without.status_code == 200
    assert count_queries(lambda: client.get(URL)) > 0
    assert client.get(URL, headers={"If-None-Match": without["ETag"]}).status_code == 304


@pytest.mark.django_db(transaction=True)
def test_the_language_ends_with_the_answer(client, solaris):
    for asked in ("de", "en", "de"):
        with translation.override("en"):
            assert client.get(URL, headers={"Accept-Language": asked})["Content-Language"] == asked
            assert translation.get_language() == "en"
    with translation.override("de"):
        assert client.get(URL, headers={"Accept-Language": "en"})["Content-Language"] == "en"
        assert translation.get_language() == "de"


def test_no_more_paths_are_known_than_fit(rf, monkeypatch):
    monkeypatch.setattr(caching, "MOST_PATHS", 10)
    known = caching.KnownReads()
    for number in range(95):
        request = rf.get(f"/{number}/")
        request.resolver_match = object()
        known.note(request, "catalog")
    too_long = rf.get("/" + "x" * caching.LONGEST_PATH)
    too_long.resolver_match = object()
    known.note(too_long, "catalog")

    assert [number for number in range(95) if known.find(rf.get(f"/{number}/"))] == [90, 91, 92, 93, 94]
    assert known.find(too_long) is None
