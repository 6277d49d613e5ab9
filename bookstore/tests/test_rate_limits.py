"""Limits hold for all threads together, say what is left, and stay sane without Redis."""

import time
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
import redis
import time_machine

from bookstore import rate_limits, shared_redis
from bookstore.testing import at_once

pytestmark = pytest.mark.django_db
URL = "/api/v1/books/"


@pytest.fixture(autouse=True)
def clean_slate():
    for key in shared_redis.client.scan_iter("limit:*"):
        shared_redis.client.delete(key)
    rate_limits._counts.clear()


@pytest.fixture
def two_a_minute(settings):
    settings.RATE_LIMIT_TRUSTED = []
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "anonymous": (2, 60), "search": (1, 60)}


@pytest.fixture
def without_redis(monkeypatch):
    gone = redis.Redis(unix_socket_path="/nowhere/redis.sock")
    monkeypatch.setattr(shared_redis, "client", gone)
    monkeypatch.setattr(shared_redis, "_paused_until", 0.0)


def test_every_answer_says_what_is_left(client, two_a_minute):
    response = client.get(URL)

    assert response["RateLimit-Policy"] == '"anonymous";q=2;w=60'
    assert response["RateLimit"].startswith('"anonymous";r=1;t=')
    assert (response["X-RateLimit-Limit"], response["X-RateLimit-Remaining"]) == ("2", "1")
    assert 1 <= int(response["X-RateLimit-Reset"]) <= 60


def test_past_the_limit_the_answer_is_429_and_says_when_to_come_back(client, two_a_minute):
    statuses = [client.get(URL).status_code for _ in range(3)]

    response = client.get(URL)

    assert statuses == [200, 200, 429]
    assert response.json()["code"] == "too_many_requests"
    assert int(response["Retry-After"]) >= 1
    assert response["X-RateLimit-Remaining"] == "0"


@pytest.mark.django_db(transaction=True)
def test_what_is_unchanged_counts_like_everything_else(client, two_a_minute):
    etag = client.get(URL)["ETag"]

    answers = [client.get(URL, headers={"If-None-Match": etag}) for _ in range(2)]

    assert [(each.status_code, each["X-RateLimit-Remaining"]) for each in answers] == [(304, "0"), (429, "0")]


@pytest.mark.parametrize(
    ("query", "scope"),
    [
        ("q=x", "search"),
        ("%71=x", "search"),
        ("a=1&q", "search"),
        ("seq=1", "anonymous"),
        ("a=q", "anonymous"),
        ("", "anonymous"),
    ],
)
def test_words_to_search_for_are_seen_in_every_spelling(client, query, scope):
    assert client.get(f"{URL}?{query}")["RateLimit-Policy"].startswith(f'"{scope}"')


def test_who_waits_as_long_as_told_may_go_on(settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "auth": (4, 2)}
    while rate_limits.take("auth", "patient").passes:
        pass

    wait = rate_limits.take("auth", "patient").reset
    time.sleep(wait)

    assert 1 <= wait <= 4
    assert rate_limits.take("auth", "patient").passes


def test_searching_has_a_limit_of_its_own(client, two_a_minute):
    statuses = [client.get(URL, {"q": "dune"}).status_code for _ in range(2)]

    assert statuses == [200, 429]
    assert client.get(URL).status_code == 200


def test_clients_do_not_use_up_each_others_limit(client, two_a_minute):
    for _ in range(3):
        client.get(URL, REMOTE_ADDR="198.51.100.1")

    assert client.get(URL, REMOTE_ADDR="198.51.100.2").status_code == 200


def test_an_ipv6_client_cannot_change_address_within_its_network(client, two_a_minute):
    statuses = [client.get(URL, REMOTE_ADDR=f"2001:db8:1:2::{n}").status_code for n in range(3)]

    assert statuses == [200, 200, 429]


def test_trusted_addresses_are_counted_but_not_refused(client, two_a_minute, settings):
    settings.RATE_LIMIT_TRUSTED = [ip_network("127.0.0.0/8")]

    assert [client.get(URL).status_code for _ in range(4)] == [200] * 4
    assert client.get(URL)["X-RateLimit-Remaining"] == "0"


def test_probes_and_files_are_not_counted(client):
    assert "RateLimit" not in client.get("/health/live/")


def test_no_burst_gets_past_the_limit(settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "anonymous": (20, 60)}

    verdicts = at_once(lambda _: [rate_limits.take("anonymous", "burst").passes for _ in range(10)], range(30))

    assert sum(passes for one in verdicts for passes in one) == 20


def test_without_redis_each_process_counts_for_itself(client, two_a_minute, without_redis):
    with time_machine.travel(datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC), tick=False):
        statuses = [client.get(URL).status_code for _ in range(3)]

    assert statuses == [200, 200, 429]


def test_without_redis_the_shop_is_degraded_but_answers(client, without_redis):
    response = client.get("/health/ready/")

    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert client.get(URL).status_code == 200
