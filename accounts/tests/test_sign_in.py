import json
import time
import uuid

import pytest
from django.test import Client

from accounts.models import DeviceSession, User
from accounts.tests.factories import PASSWORD, make_user, post
from bookstore.testing import at_once, shared_data

pytestmark = pytest.mark.django_db
ROSA = "rosa@example.com"
carts: list[tuple[User, str]] = []


def login(email=ROSA, password=PASSWORD, **options):
    return post("auth/login/", {"email": email, "password": password}, **options)


def test_the_right_password_signs_in():
    user = make_user(first_name="Rosa")

    response = post(
        "auth/login/",
        {"email": "ROSA@example.com", "password": PASSWORD, "device_name": "Rosa’s phone"},
        headers={"user-agent": "Bookstore/1.0\x07 (Android)"},
    )

    body, session = response.json(), DeviceSession.objects.get()
    assert (response.status_code, body["session_id"], body["user"]["id"]) == (200, str(session.pk), str(user.pk))
    assert (session.device_name, session.ip) == ("Rosa’s phone", "127.0.0.1")
    assert session.user_agent == "Bookstore/1.0 (Android)"
    assert body["access_expires_at"] < body["refresh_expires_at"]
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("called", "kept"),
    [("\u200fהטלפון של רוזה", "הטלפון של רוזה"), ("\u200b\u2800", ""), ("\u202eenohP", "enohP"), ("📱", "📱")],
)
def test_of_a_devices_name_stays_what_can_be_seen(called, kept):
    make_user()

    assert post("auth/login/", {"email": ROSA, "password": PASSWORD, "device_name": called}).status_code == 200

    assert DeviceSession.objects.get().device_name == kept


@pytest.mark.parametrize("called", ["Pho\x1bne", "Pho\nne", "\x00", "x" * 101, 5])
def test_a_strange_name_of_a_device_is_refused(called):
    make_user()

    refused = post("auth/login/", {"email": ROSA, "password": PASSWORD, "device_name": called})

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "device_name")
    assert not DeviceSession.objects.exists()


def test_signing_in_is_dated():
    user = make_user()

    login()

    user.refresh_from_db()
    assert user.last_login is not None


def test_unknown_addresses_wrong_passwords_and_inactive_users_get_the_same_words():
    make_user()
    make_user("gone@example.com", is_active=False)
    make_user("none@example.com", password=None)

    answers = [
        login(password="wrong"),
        login("nobody@example.com"),
        login("gone@example.com"),
        login("none@example.com"),
    ]

    for response in answers:
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"
    bodies = [{**response.json(), "request_id": ""} for response in answers]
    assert bodies == [bodies[0]] * 4
    assert bodies[0]["code"] == "invalid_credentials"
    assert not DeviceSession.objects.exists()


def test_an_unknown_address_takes_the_time_of_a_password(settings):
    settings.PASSWORD_HASHERS = ["accounts.hashers.Argon2idHasher"]
    make_user()
    make_user("none@example.com", password=None)

    def seconds(email):
        started = time.perf_counter()
        assert login(email, "wrong").status_code == 401
        return time.perf_counter() - started

    hashing = 0.015  # what Argon2id takes at least
    assert min(seconds(email) for email in (ROSA, "nobody@example.com", "none@example.com")) > hashing


def test_who_has_not_verified_the_address_is_told_so_and_nobody_else():
    make_user(email_verified_at=None)

    right, wrong = login(), login(password="wrong")

    assert (right.status_code, right.json()["code"]) == (403, "email_not_verified")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")


def test_an_account_has_few_attempts_from_wherever_and_others_their_own(settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sign_in": (3, 60)}
    make_user()
    make_user("vera@example.com")

    answers = [login(password="wrong", REMOTE_ADDR=f"198.51.100.{n}") for n in range(4)]

    assert [response.status_code for response in answers] == [401, 401, 401, 429]
    assert answers[-1].json()["code"] == "too_many_attempts"
    assert int(answers[-1]["Retry-After"]) >= 1
    assert login().status_code == 429
    assert login("vera@example.com").status_code == 200


def test_unknown_accounts_have_few_attempts_too(settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sign_in": (2, 60)}

    assert [login("nobody@example.com").status_code for _ in range(3)] == [401, 401, 429]


@pytest.mark.django_db(transaction=True)
def test_twelve_guesses_at_once_get_three_looks_at_the_password(settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sign_in": (3, 60)}
    make_user()

    statuses = at_once(lambda _: login(password="wrong").status_code, range(12))

    assert sorted(statuses) == [401] * 3 + [429] * 9


@pytest.mark.parametrize(
    "body",
    [
        {"email": ROSA},
        {"password": PASSWORD},
        {"email": ROSA, "password": None},
        {"email": ROSA, "password": "x" * 129},
        {"email": ROSA, "password": "\0"},
        {"email": ["a"], "password": PASSWORD},
        {"email": ROSA, "password": PASSWORD, "device_name": "x" * 101},
        {"email": ROSA, "password": PASSWORD, "device_name": "a\nb"},
        [],
        None,
    ],
)
def test_what_is_no_attempt_is_refused(body):
    response = post("auth/login/", json.dumps(body))

    assert response.status_code == 400
    assert not DeviceSession.objects.exists()


def test_no_text_breaks_it(settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sign_in": (10_000, 60)}
    strings = json.loads((shared_data("bad-input") / "blns" / "blns.json").read_text())

    statuses = {login(email, word).status_code for text in strings for email, word in [(ROSA, text), (text, text)]}

    assert statuses == {400, 401}


def take_cart(user, cart_token):
    carts.append((user, cart_token))


def test_a_guests_cart_comes_along(settings):
    settings.AFTER_SIGN_IN = ["accounts.tests.test_sign_in.take_cart"]
    user, token = make_user(), str(uuid.uuid4())
    carts.clear()

    login()
    login(headers={"x-cart-token": token})

    assert carts == [(user, token)]


def test_a_bad_token_does_not_stand_in_the_way_of_signing_in():
    make_user()

    assert login(client=Client(headers={"authorization": "Bearer null"})).status_code == 200
