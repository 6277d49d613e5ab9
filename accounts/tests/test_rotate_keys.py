"""New keys sign when everybody knows them; old ones are believed until their last token has expired."""

from datetime import timedelta
from io import StringIO

import jwt
import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import keys
from accounts.models import SigningKey
from accounts.services.key_rotation import BELIEVED_FOR, OVERLAP
from accounts.tests.factories import make_user, pair_of, post
from bookstore.testing import at_once

pytestmark = pytest.mark.django_db


def rotate(*options):
    said = StringIO()
    call_command("rotate_keys", *options, stdout=said)
    return said.getvalue()


def later(**ahead):
    return time_machine.travel(timezone.now() + timedelta(**ahead))


def kid_of(token):
    return jwt.get_unverified_header(token)["kid"]


def opens(pair):
    return Client(headers={"authorization": f"Bearer {pair.access}"}).get("/api/v1/me/").status_code == 200


@pytest.fixture
def pair():
    return pair_of(make_user())


def published():
    return [key["kid"] for key in Client().get("/.well-known/jwks.json").json()["keys"]]


def test_a_new_key_is_published_before_it_signs(pair):
    rotate()

    new = SigningKey.objects.latest("signs_from")
    assert set(published()) == {kid_of(pair.access), new.kid}
    assert kid_of(pair_of(pair.user).access) == kid_of(pair.access)
    with later(seconds=OVERLAP.total_seconds() + 1):
        assert kid_of(pair_of(pair.user).access) == new.kid


def test_every_process_knows_a_key_before_it_signs():
    assert OVERLAP.total_seconds() > 2 * keys.READ_EVERY


def test_old_tokens_live_out_their_time(pair):
    rotate("--now")

    assert kid_of(pair_of(pair.user).access) != kid_of(pair.access)
    assert opens(pair)
    refreshed = post("auth/refresh/", {"refresh": pair.refresh})
    assert refreshed.status_code == 200
    assert kid_of(refreshed.json()["refresh"]) != kid_of(pair.refresh)


def test_an_old_key_is_forgotten_when_its_last_token_has_expired(pair):
    rotate("--now")

    with later(seconds=BELIEVED_FOR.total_seconds() - 60):
        assert "forgotten" not in rotate("--older-than", "365")
    with later(seconds=BELIEVED_FOR.total_seconds() + 60):
        assert f"Key {kid_of(pair.access)} is forgotten." in rotate("--older-than", "365")
    assert kid_of(pair.access) not in published()


def test_twice_is_once(pair):
    rotate()

    said = rotate()

    assert "No new key is due." in said
    assert SigningKey.objects.count() == 2


def test_only_an_old_key_is_replaced_by_the_clock(pair):
    assert "No new key is due." in rotate("--older-than", "90")

    with later(days=91):
        assert "No new key is due." not in rotate("--older-than", "90")


def test_a_key_that_waits_can_be_hurried(pair):
    rotate()
    rotate("--now")

    assert kid_of(pair_of(pair.user).access) != kid_of(pair.access)
    assert SigningKey.objects.count() == 2
    assert opens(pair)


def test_a_stolen_key_is_withdrawn(pair):
    said = rotate("--withdraw")

    assert f"Key {kid_of(pair.access)} is forgotten." in said
    assert not opens(pair)
    assert post("auth/refresh/", {"refresh": pair.refresh}).json()["code"] == "token_invalid"
    assert opens(pair_of(pair.user))


@pytest.mark.parametrize("options", [[], ["--now"], ["--withdraw"]])
def test_a_dry_run_changes_nothing(pair, options):
    before = list(SigningKey.objects.values())

    said = rotate("--dry-run", *options)

    assert "A new key signs from" in said
    assert list(SigningKey.objects.values()) == before
    assert kid_of(pair_of(pair.user).access) == kid_of(pair.access)


def test_the_first_key_signs_at_once():
    rotate()

    assert kid_of(pair_of(make_user()).access) == SigningKey.objects.get().kid


@pytest.mark.django_db(transaction=True)
def test_rotating_eight_times_at_once_makes_one_key():
    pair_of(make_user())

    at_once(lambda _: rotate(), range(8))

    assert SigningKey.objects.count() == 2


def test_keys_that_another_secret_locked_are_in_nobodys_way(pair, settings):
    settings.SECRET_KEY = "another secret " * 5
    keys.forget()

    rotate("--older-than", "90")

    assert SigningKey.objects.count() == 2
    assert opens(pair_of(pair.user))
