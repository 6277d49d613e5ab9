from functools import partial

import pytest
import redis
from django.contrib.auth import hashers

from accounts.models import EventKind, SecurityEvent, Verification
from accounts.tests.factories import PASSWORD, make_user, post
from bookstore import attempts, shared_redis
from bookstore.attempts import Limit
from bookstore.models import OutboxMessage
from bookstore.testing import at_once, count_queries

pytestmark = pytest.mark.django_db
ROSA = "rosa@example.com"
HERE, THERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def limits(settings):
    def set_limits(**limits):
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, **limits}

    return set_limits


@pytest.fixture
def hashes(monkeypatch):
    """The passwords that were hashed."""
    made = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher, "encode", lambda self, word, salt: made.append(word) or encode(self, word, salt)
    )
    return made


@pytest.fixture
def no_redis(monkeypatch):
    monkeypatch.setattr(shared_redis, "client", redis.Redis(unix_socket_path="/nowhere/redis.sock"))
    monkeypatch.setattr(shared_redis, "_paused_until", 0.0)


def login(password="wrong", email=ROSA, ip=HERE):  # noqa: S107 - a wrong one
    return post("auth/login/", {"email": email, "password": password}, REMOTE_ADDR=ip)


def statuses(number, **options):
    return [login(**options).status_code for _ in range(number)]


def test_who_guesses_from_one_place_is_stopped_there_and_nowhere_else(limits):
    limits(sign_in_pair=(2, 60))
    make_user()

    assert statuses(3) == [401, 401, 429]
    assert login(PASSWORD, ip=THERE).status_code == 200


def test_who_guesses_at_many_accounts_is_stopped_too(limits):
    limits(sign_in_address=(3, 60))

    answers = [login(email=f"reader{number}@example.com") for number in range(4)]

    assert [response.status_code for response in answers] == [401, 401, 401, 429]
    assert login(ip=THERE).status_code == 401


def test_nobody_is_locked_out_of_where_they_signed_in_before_by_guesses_from_elsewhere(limits):
    limits(sign_in=(2, 60))
    make_user()
    assert login(PASSWORD).status_code == 200

    assert statuses(3, ip=THERE) == [401, 401, 429]
    assert login(PASSWORD, ip="192.0.2.1").status_code == 429

    assert login(PASSWORD).status_code == 200


def test_the_right_password_ends_the_counting(limits):
    limits(sign_in=(3, 60), sign_in_pair=(3, 60))
    make_user()

    for _ in range(4):
        assert (statuses(2), login(PASSWORD).status_code) == ([401, 401], 200)


def test_each_pause_is_twice_as_long_as_the_last(limits, monkeypatch):
    limits(sign_in=(1, 60))
    limit = Limit("sign_in", "somebody")
    waits = []
    for _ in range(9):
        assert attempts.count([limit]) is None
        waits.append(attempts.count([limit]).wait)
        shared_redis.client.hdel(limit.key, "until")  # as if it had passed

    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_a_refused_guess_is_not_counted_and_is_news_once(limits):
    limits(sign_in=(1, 60))
    user = make_user()

    answers = [login() for _ in range(5)]

    assert [response.status_code for response in answers] == [401] + [429] * 4
    assert int(answers[-1]["Retry-After"]) in range(55, 61)
    assert SecurityEvent.objects.filter(user=user, kind=EventKind.LOGIN_BLOCKED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_guesses_at_once_hash_no_more_passwords_than_allowed(limits, hashes):
    limits(sign_in=(4, 60), auth=(1000, 60))
    make_user()
    hashes.clear()

    answers = at_once(lambda _: login().status_code, range(50))

    assert (answers.count(401), answers.count(429)) == (4, 46)
    assert len(hashes) == 4


@pytest.mark.usefixtures("no_redis")
def test_without_redis_each_process_counts_for_itself(limits, hashes):
    limits(sign_in=(2, 60))
    make_user()
    hashes.clear()

    answers = [login(ip="127.0.0.1") for _ in range(4)]

    assert [response.status_code for response in answers] == [401, 401, 429, 429]
    assert int(answers[-1]["Retry-After"]) in range(55, 61)
    assert len(hashes) == 2


def test_memory_does_not_grow_with_the_accounts_that_are_guessed_at(monkeypatch):
    monkeypatch.setattr(attempts, "MOST_IN_MEMORY", 3)

    for number in range(10):
        attempts.count_in_memory([Limit("sign_in", str(number))])

    assert len(attempts._counts) == 3


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("auth/login/", {"password": "wrong"}),
        ("auth/signup/", {"password": PASSWORD}),
        ("auth/password/forgot/", {}),
        ("auth/verify-email/resend/", {}),
        ("auth/verify-email/", {"code": "123456"}),
        ("auth/password/reset/", {"code": "123456", "new_password": "four-quiet-lamps"}),
    ],
)
def test_known_and_unknown_addresses_cost_the_same_hashes_and_get_the_same_words(path, body, hashes):
    make_user(ROSA)
    make_user("gone@example.com", is_active=False)
    make_user("new@example.com", email_verified_at=None)
    make_user("none@example.com", password=None)
    seen = []
    for email in (ROSA, "gone@example.com", "new@example.com", "none@example.com", "nobody@example.com"):
        hashes.clear()
        response = post(path, {"email": email, **body})
        words = {name: value for name, value in response.json().items() if name not in ("request_id", "email")}
        seen.append((response.status_code, words, len(hashes)))

    assert seen == [seen[0]] * 5
    assert seen[0][2] == (1 if path in ("auth/login/", "auth/signup/") else 0)


@pytest.mark.parametrize("path", ["auth/password/forgot/", "auth/verify-email/resend/"])
def test_known_and_unknown_addresses_take_about_as_many_statements_and_the_unknown_leave_nothing(path):
    make_user(ROSA, email_verified_at=None)

    known, unknown = (count_queries(partial(post, path, {"email": email})) for email in (ROSA, "nobody@example.com"))

    assert abs(known - unknown) <= 3
    assert OutboxMessage.objects.get().recipient == ROSA
    assert Verification.objects.get().user.email == ROSA
