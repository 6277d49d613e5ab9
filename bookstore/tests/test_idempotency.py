"""Asked twice with one key, done once."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from bookstore.idempotency import lock, owner_of
from bookstore.models import IdempotencyRecord
from bookstore.testing import at_once
from bookstore.tests import urls

pytestmark = [pytest.mark.django_db, pytest.mark.urls("bookstore.tests.urls")]
URL = "/api/v1/test/users/"


def ask(client: Client, key: str | None, body: dict | None = None, guest: str = "a guest's", **options):
    headers = {"x-cart-token": guest} | ({} if key is None else {"idempotency-key": key})
    return client.post(URL, body or {}, content_type="application/json", headers=headers, **options)


def users() -> int:
    return get_user_model().objects.count()


def test_a_repeated_key_gets_the_same_answer(client):
    first, second = ask(client, "one"), ask(client, "one")

    assert (second.status_code, second.content, second["Location"]) == (201, first.content, first["Location"])
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert users() == 1


def test_another_key_is_another_request(client):
    ask(client, "one")
    ask(client, "two")

    assert users() == 2


@pytest.mark.parametrize("key", [None, "", "x" * 256])
def test_the_key_is_required_and_has_a_length(client, key):
    response = ask(client, key)

    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_required")
    assert users() == 0


def test_the_same_key_with_another_body_is_refused(client):
    ask(client, "one", {"a": 1})

    response = ask(client, "one", {"a": 2})

    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert users() == 1


def test_a_refusal_is_kept_and_what_it_had_begun_is_undone(client):
    first, second = ask(client, "one", {"then": "refuse"}), ask(client, "one", {"then": "refuse"})

    assert (first.status_code, second.status_code) == (409, 409)
    assert second["Idempotent-Replayed"] == "true"
    assert second["Content-Type"] == "application/problem+json"
    assert users() == 0


@pytest.mark.parametrize(("then", "status"), [("be ill", 503), ("break", 500)])
def test_our_own_failures_are_not_kept(then, status):
    client = Client(raise_request_exception=False)

    response = ask(client, "one", {"then": then})

    assert response.status_code == status
    assert (users(), IdempotencyRecord.objects.count()) == (0, 0)


@pytest.mark.parametrize("guests", [("one guest's", "another's"), ("", "")])
def test_keys_of_different_clients_do_not_meet(client, guests):
    for guest in guests:
        assert "Idempotent-Replayed" not in ask(client, "one", guest=guest)

    assert users() == 2


@pytest.mark.django_db(transaction=True)
def test_six_taps_at_once_do_it_once():
    answers = at_once(lambda _: ask(Client(), "tap"), range(6))

    statuses = {answer.status_code for answer in answers}
    assert statuses <= {201, 409}
    assert all(a.json()["code"] == "request_in_progress" for a in answers if a.status_code == 409)
    assert users() == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_first_request_runs_the_second_is_told_to_wait(rf):
    request = rf.post(URL, headers={"x-cart-token": "a guest's"})
    request.user, request._request, request.query_params = None, request, request.GET

    def second(_: int):
        return ask(Client(), "slow")

    with transaction.atomic():
        assert lock(owner_of(request), "slow")
        [response] = at_once(second, [1])

    assert (response.status_code, response.json()["code"]) == (409, "request_in_progress")
    assert response["Retry-After"] == "1"
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_two_that_block_each_other_are_both_done():
    """Each holds one user and wants the other's; the database gives one of them up, which then begins again."""
    users = [get_user_model().objects.create_user(f"{name}@example.com") for name in ("ann", "ben")]
    orders = [users, users[::-1]]
    met = Barrier(2)

    def work(mine):
        return ask(Client(), f"meet {mine[0].pk}", {"then": "take", "users": [str(user.pk) for user in mine]})

    urls.meeting = met
    answers = at_once(work, orders)

    assert [answer.status_code for answer in answers] == [201, 201]


def test_old_keys_are_forgotten(client):
    ask(client, "old")
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=49))
    ask(client, "new")

    call_command("purge_idempotency_keys")

    assert list(IdempotencyRecord.objects.values_list("key", flat=True)) == ["new"]
