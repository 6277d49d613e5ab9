import pytest
import redis
from django.db import connection
from django.test import Client

from accounts import revocations
from accounts.models import DeviceSession, Seller, User
from accounts.services import end_sessions_of
from accounts.tests.factories import make_member, make_user, pair_of, post, sign_in
from bookstore import shared_redis
from bookstore.testing import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ME = "/api/v1/me/"


def client_with(pair):
    return Client(headers={"authorization": f"Bearer {pair.access}"})


def log_out(pair, path="auth/logout/"):
    return post(path, {}, client=client_with(pair))


def is_in(pair):
    response = client_with(pair).get(ME)
    assert response.status_code == 200 or response.json()["code"] == "session_ended"
    return response.status_code == 200


@pytest.fixture
def without_redis(monkeypatch):
    """Redis goes when it is called."""
    client = shared_redis.client

    def go():
        monkeypatch.setattr(shared_redis, "client", redis.Redis(unix_socket_path="/nowhere/redis.sock"))

    def come_back():
        monkeypatch.setattr(shared_redis, "client", client)
        monkeypatch.setattr(shared_redis, "_paused_until", 0.0)

    go.come_back = come_back
    return go


def forget_everything():
    for pattern in ("ended-session*", "user:*"):
        for key in shared_redis.client.scan_iter(pattern):
            shared_redis.client.delete(key)


def test_signing_out_ends_both_tokens_at_once():
    pair = pair_of(make_user())
    assert is_in(pair)

    assert log_out(pair).status_code == 204

    assert not is_in(pair)
    assert post("auth/refresh/", {"refresh": pair.refresh}).json()["code"] == "session_ended"
    assert DeviceSession.objects.get().ended_reason == "signed_out"


def test_signing_out_here_leaves_other_devices_alone():
    user = make_user()
    here, there = pair_of(user), pair_of(user)

    log_out(here)

    assert (is_in(here), is_in(there)) == (False, True)


def test_signing_out_everywhere():
    user = make_user()
    here, there, other = pair_of(user), pair_of(user), pair_of(make_user("vera@example.com"))

    assert log_out(here, "auth/logout-all/").status_code == 204

    assert (is_in(here), is_in(there), is_in(other)) == (False, False, True)
    assert post("auth/refresh/", {"refresh": there.refresh}).json()["code"] == "session_ended"


def test_signing_out_twice_or_without_a_token_is_refused():
    pair = pair_of(make_user())
    log_out(pair)

    again, stranger = log_out(pair), post("auth/logout/", {})

    assert (again.status_code, again.json()["code"]) == (401, "session_ended")
    assert (stranger.status_code, stranger.json()["code"]) == (401, "not_authenticated")
    assert stranger["WWW-Authenticate"] == "Bearer"


def test_an_emptied_redis_lets_nobody_back_in():
    user = make_user()
    out, other = pair_of(user), pair_of(user)
    log_out(out)

    forget_everything()

    assert (is_in(out), is_in(other)) == (False, True)
    assert shared_redis.client.get(revocations.key(out.session_id)) is not None
    assert not is_in(out)


def test_an_emptied_redis_is_told_again_by_whoever_comes_first():
    user = make_user()
    out, other = pair_of(user), pair_of(user)
    log_out(out)
    forget_everything()

    assert is_in(other)

    assert shared_redis.client.get(revocations.key(out.session_id)) is not None


def test_while_redis_is_gone_people_stay_in_and_out(without_redis):
    user = make_user()
    before, during, stays = pair_of(user), pair_of(user), pair_of(user)
    log_out(before)
    without_redis()

    assert log_out(during).status_code == 204

    assert (is_in(before), is_in(during), is_in(stays)) == (False, False, True)


def test_who_signed_out_while_redis_was_gone_stays_out_when_it_is_back(without_redis):
    pair = pair_of(make_user())
    assert is_in(pair)  # Redis believes that it knows everything
    without_redis()
    log_out(pair)

    without_redis.come_back()

    assert not is_in(pair)
    assert shared_redis.client.get(revocations.key(pair.session_id)) is not None


def test_who_was_shut_out_while_redis_was_gone_stays_out_when_it_is_back(without_redis):
    admin = User.objects.create_superuser("admin@shop.example", "three-quiet-lamps")
    pair = pair_of(make_user())
    assert is_in(pair)
    console = Client()
    console.force_login(admin)
    without_redis()
    shut_out(console, User.objects.get(email="rosa@example.com"))

    without_redis.come_back()

    assert not is_in(pair)


def shut_out(console, user):
    form = {"email": user.email, "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert console.post(f"/console/accounts/user/{user.pk}/change/", form).status_code == 302


def test_who_is_shut_out_in_the_console_is_out_at_once():
    admin = User.objects.create_superuser("admin@shop.example", "three-quiet-lamps")
    pair = pair_of(make_user())
    assert is_in(pair)
    console = Client()
    console.force_login(admin)

    shut_out(console, User.objects.get(email="rosa@example.com"))

    assert not is_in(pair)
    User.objects.filter(email="rosa@example.com").update(is_active=True)
    assert not is_in(pair)


def test_who_is_deleted_in_the_console_is_out_at_once():
    admin = User.objects.create_superuser("admin@shop.example", "three-quiet-lamps")
    pair = pair_of(make_user())
    assert is_in(pair)
    console = Client()
    console.force_login(admin)

    console.post(f"/console/accounts/user/{pair.user.pk}/delete/", {"post": "yes"})

    assert not is_in(pair)


def test_who_leaves_a_seller_in_the_console_is_no_seller_any_more():
    admin = User.objects.create_superuser("admin@shop.example", "three-quiet-lamps")
    seller = Seller.objects.create(name="Corner", slug="corner")
    client = sign_in(None, make_member(seller))
    assert client.get(ME).json()["roles"] == ["customer", "seller"]
    console = Client()
    console.force_login(admin)

    console.post(f"/console/accounts/seller/{seller.pk}/delete/", {"post": "yes"})

    assert client.get(ME).json()["roles"] == ["customer"]


def test_many_users_are_signed_out_at_once():
    users = [make_user(f"reader-{number}@example.com") for number in range(4)]
    pairs = [pair_of(user) for user in users for _ in range(2)]
    stays = pair_of(make_user())
    assert all(is_in(pair) for pair in pairs)
    statements = []

    def write_down(execute, statement, *rest):
        statements.append(statement)
        return execute(statement, *rest)

    with connection.execute_wrapper(write_down):
        ended = end_sessions_of([user.pk for user in users], DeviceSession.Reason.SIGNED_OUT_EVERYWHERE)

    assert (ended, len(statements)) == (8, 1)
    assert not any(is_in(pair) for pair in pairs)
    assert is_in(stays)
    assert end_sessions_of([user.pk for user in users], DeviceSession.Reason.SIGNED_OUT_EVERYWHERE) == 0


# ---- the list of devices ----------------------------------------------------------------------------------------


def test_the_list_of_devices_shows_where_one_is_signed_in():
    user = make_user()
    here, there, ended = pair_of(user), pair_of(user), pair_of(user)
    pair_of(make_user("vera@example.com"))
    log_out(ended)

    body = client_with(here).get("/api/v1/me/sessions/").json()

    shown = {device["id"]: device["current"] for device in body["results"]}
    assert shown == {str(here.session_id): True, str(there.session_id): False}
    assert {"id", "device_name", "ip", "last_seen_at", "current"} <= set(body["results"][0])
    assert body["pagination"]["total"] == 2


def test_a_device_is_removed_from_the_list():
    user = make_user()
    here, there = pair_of(user), pair_of(user)

    response = client_with(here).delete(f"/api/v1/me/sessions/{there.session_id}/")

    assert (response.status_code, is_in(there), is_in(here)) == (204, False, True)


@pytest.mark.parametrize("path", ["{other}", "{ended}", "not-an-id", "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_device_of_mine_does_not_exist(path):
    user = make_user()
    here, ended, other = pair_of(user), pair_of(user), pair_of(make_user("vera@example.com"))
    log_out(ended)

    address = path.format(other=other.session_id, ended=ended.session_id)
    response = client_with(here).delete(f"/api/v1/me/sessions/{address}/")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert is_in(other)


def test_signing_out_eight_times_at_once_is_no_trouble():
    pair = pair_of(make_user())

    answers = at_once(lambda _: log_out(pair).status_code, range(8))

    assert set(answers) <= {204, 401}
    assert not is_in(pair)
