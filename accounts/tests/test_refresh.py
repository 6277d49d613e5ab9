from datetime import timedelta

import jwt
import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.models import DeviceSession, User
from accounts.tests.factories import make_user, pair_of, post
from bookstore.testing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def refresh(token, **headers):
    return post("auth/refresh/", {"refresh": token}, headers={"user-agent": "Phone/1.0", **headers})


def after(seconds):
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


def me(access):
    return Client(headers={"authorization": f"Bearer {access}"}).get("/api/v1/me/")


def test_a_refresh_token_gives_a_new_pair_of_the_same_session():
    first = pair_of(make_user())

    response = refresh(first.refresh)

    body = response.json()
    assert (response.status_code, body["session_id"]) == (200, str(first.session_id))
    assert body["refresh"] != first.refresh
    assert me(body["access"]).status_code == 200
    assert refresh(body["refresh"]).status_code == 200


def test_a_refresh_token_that_is_used_twice_ends_its_session_and_no_other():
    user = make_user()
    first, other = pair_of(user), pair_of(user)
    second = refresh(first.refresh).json()

    with after(seconds=11):
        response = refresh(first.refresh)

    assert (response.status_code, response.json()["code"]) == (401, "token_reused")
    assert DeviceSession.objects.get(pk=first.session_id).ended_reason == "token_reused"
    assert refresh(second["refresh"]).json()["code"] == "session_ended"
    assert me(second["access"]).json()["code"] == "session_ended"
    assert me(first.access).status_code == 401
    assert me(other.access).status_code == 200


def test_refreshing_eight_times_at_once_succeeds_once_and_the_session_goes_on():
    token = pair_of(make_user()).refresh

    answers = at_once(lambda _: refresh(token), range(8))

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    [pair] = [answer.json() for answer in answers if answer.status_code == 200]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert (refused.json()["code"], refused["Retry-After"]) == ("refreshed_meanwhile", "1")
    assert me(pair["access"]).status_code == 200
    assert refresh(pair["refresh"]).status_code == 200


def test_who_never_got_the_answer_may_ask_again_and_gets_the_same_refresh_token():
    token = pair_of(make_user()).refresh
    lost = refresh(token).json()

    with after(seconds=3):
        response = refresh(token, **{"x-forwarded-for": "198.51.100.7"})  # the phone is in another network now
        body = response.json()

        assert (response.status_code, id_of(body["refresh"])) == (200, id_of(lost["refresh"]))
        assert body["refresh_expires_at"] == lost["refresh_expires_at"]
        assert body["access_expires_at"] > lost["access_expires_at"]
        assert me(body["access"]).status_code == 200
        assert OutstandingToken.objects.count() == 2
        assert refresh(body["refresh"]).status_code == 200


def id_of(token):
    return jwt.decode(token, options={"verify_signature": False})["jti"]


def test_a_thief_as_quick_as_that_is_found_out_when_the_second_of_the_two_comes_again():
    token = pair_of(make_user()).refresh
    stolen = refresh(token).json()
    with after(seconds=5):
        owners = refresh(token).json()
    with after(seconds=3600):
        assert refresh(stolen["refresh"]).status_code == 200

    with after(seconds=7200):
        response = refresh(owners["refresh"])

    assert (response.status_code, response.json()["code"]) == (401, "token_reused")
    assert DeviceSession.objects.get().ended_reason == "token_reused"


def test_another_program_has_no_grace():
    token = pair_of(make_user()).refresh
    refresh(token)

    response = refresh(token, **{"user-agent": "curl/8"})

    assert (response.status_code, response.json()["code"]) == (401, "token_reused")
    assert DeviceSession.objects.get().ended_reason == "token_reused"


def test_who_has_used_the_new_token_has_had_the_answer():
    token = pair_of(make_user()).refresh
    assert refresh(refresh(token).json()["refresh"]).status_code == 200

    with after(seconds=3):
        response = refresh(token)

    assert response.json()["code"] == "token_reused"


def test_an_answer_given_again_is_no_way_around_the_end_of_the_session():
    pair = pair_of(make_user())
    refresh(pair.refresh)
    DeviceSession.objects.update(ended_at=timezone.now(), ended_reason="signed_out")

    with after(seconds=3):
        assert refresh(pair.refresh).json()["code"] == "session_ended"


def test_refresh_tokens_are_not_kept():
    pair = pair_of(make_user())
    refresh(pair.refresh)

    assert set(OutstandingToken.objects.values_list("token", flat=True)) == {""}


def test_what_changed_about_a_user_is_in_the_new_token():
    pair = pair_of(make_user())
    User.objects.update(is_superuser=True)

    assert refresh(pair.refresh).json()["user"]["roles"] == ["customer", "admin"]


def test_an_inactive_user_gets_no_new_pair():
    pair = pair_of(make_user())
    User.objects.update(is_active=False)

    assert refresh(pair.refresh).json()["code"] == "session_ended"


def test_the_session_of_a_deleted_user_is_over():
    pair = pair_of(make_user())
    User.objects.all().delete()

    assert refresh(pair.refresh).json()["code"] == "session_ended"


def test_refreshing_is_seen_in_the_list_of_devices():
    pair = pair_of(make_user())
    long_ago = timezone.now() - timedelta(days=3)
    DeviceSession.objects.update(last_seen_at=long_ago)

    refresh(pair.refresh)

    session = DeviceSession.objects.get()
    assert session.last_seen_at > long_ago
    assert (session.device_name, session.user_agent, session.ip) == ("Test", "Phone/1.0", "127.0.0.1")


def test_after_thirty_days_a_refresh_token_has_expired():
    pair = pair_of(make_user())

    with time_machine.travel(timezone.now() + timedelta(days=30, minutes=1)):
        response = refresh(pair.refresh)

    assert (response.status_code, response.json()["code"]) == (401, "token_expired")


@pytest.mark.parametrize("token", ["x", "a.b.c", "null", "é", "x" * 9_000, "..", "x" * 2_001])
def test_what_is_no_token_is_refused(token):
    response = refresh(token)

    assert (response.status_code, response.json()["code"]) == (401, "token_invalid")


@pytest.mark.parametrize("token", ["", None, 7, [], {}, "\0", "x" * 10_001])
def test_what_is_not_even_text_is_refused(token):
    assert refresh(token).status_code in {400, 401}


def test_an_access_token_does_not_refresh():
    assert refresh(pair_of(make_user()).access).json()["code"] == "token_invalid"
