from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.models import DeviceSession, User
from accounts.tests.factories import make_user, pair_of, post
from bookstore.testing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def refresh(token):
    return post("auth/refresh/", {"refresh": token})


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

    response = refresh(first.refresh)

    assert (response.status_code, response.json()["code"]) == (401, "token_reused")
    assert DeviceSession.objects.get(pk=first.session_id).ended_reason == "token_reused"
    assert refresh(second["refresh"]).json()["code"] == "session_ended"
    assert me(second["access"]).json()["code"] == "session_ended"
    assert me(first.access).status_code == 401
    assert me(other.access).status_code == 200


def test_refreshing_eight_times_at_once_succeeds_once():
    token = pair_of(make_user()).refresh

    answers = at_once(lambda _: refresh(token), range(8))

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    codes = {answer.json()["code"] for answer in answers if answer.status_code == 401}
    assert codes <= {"token_reused", "session_ended"}
    assert DeviceSession.objects.get().ended_reason == "token_reused"


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

    assert DeviceSession.objects.get().last_seen_at > long_ago


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
