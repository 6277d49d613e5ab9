"""What is old is forgotten, by the clock and by hand; nothing that anybody needs is."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts.models import DeviceSession, Seller, User, Verification
from accounts.tests.factories import PASSWORD, make_member, make_user, pair_of, post
from bookstore import housekeeping
from bookstore.testing import at_once
from catalog.tests.factories import make_book
from orders.models import Cart
from reviews.models import Review

pytestmark = pytest.mark.django_db
NAMES = ["purge_tokens", "purge_sessions", "purge_verifications", "purge_unverified_accounts"]


def run(name, *options):
    said = StringIO()
    call_command(name, *options, stdout=said)
    return said.getvalue().strip()


def later(**ahead):
    return time_machine.travel(timezone.now() + timedelta(**ahead))


@pytest.fixture
def old_things():
    """A used token, two sessions (one ended), a code and the account it was for: all old in two months."""
    user = make_user()
    post("auth/refresh/", {"refresh": pair_of(user).refresh})
    ended = pair_of(user)
    DeviceSession.objects.filter(pk=ended.session_id).update(ended_at=timezone.now(), ended_reason="signed_out")
    post("auth/signup/", {"email": "never@example.com", "password": PASSWORD})


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("purge_tokens", "Forgot 3 refresh tokens."),
        ("purge_sessions", "Forgot 2 sessions."),
        ("purge_verifications", "Forgot 1 codes."),
        ("purge_unverified_accounts", "Forgot 1 accounts."),
    ],
)
def test_what_is_old_is_forgotten_once(old_things, name, said):
    assert "Forgot 0" in run(name)
    with later(days=60):
        assert run(name, "--dry-run") == said.replace("Forgot", "Would forget")
        assert run(name) == said
        assert "Forgot 0" in run(name)


def test_used_tokens_go_with_their_use(old_things):
    with later(days=60):
        run("purge_tokens")

    assert not OutstandingToken.objects.exists()
    assert not BlacklistedToken.objects.exists()


def test_a_session_whose_tokens_may_be_good_stays_whatever_is_asked_for(old_things):
    run("purge_sessions", "--days", "0")

    assert DeviceSession.objects.count() == 2


def test_an_ended_session_stays_until_redis_need_not_know_of_it(old_things):
    with later(minutes=20):
        run("purge_sessions", "--days", "0")

    assert DeviceSession.objects.get().ended_at is None


def test_a_code_that_is_good_stays_whatever_is_asked_for(old_things):
    run("purge_verifications", "--days", "0")

    assert Verification.objects.count() == 1


def sign_up():
    post("auth/signup/", {"email": "never@example.com", "password": PASSWORD})
    return User.objects.get(email="never@example.com")


def kept_after(days):
    with later(days=days):
        run("purge_unverified_accounts")
    return User.objects.filter(email="never@example.com").exists()


def test_whoever_tries_again_has_the_time_again():
    user = sign_up()
    with later(days=10):
        post("auth/verify-email/resend/", {"email": user.email})

    assert kept_after(20)
    assert not kept_after(25)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": True}, {"email_verified_at": timezone.now()}])
def test_accounts_that_somebody_knows_stay(change):
    sign_up()
    User.objects.update(**change)

    assert kept_after(100)


def test_members_stay():
    make_member(Seller.objects.create(name="Corner", slug="corner"), email=sign_up().email)

    assert kept_after(100)


def test_whoever_has_a_cart_stays():
    Cart.objects.create(user=sign_up())

    assert kept_after(100)


def test_whoever_has_written_a_review_stays():
    Review.objects.create(book=make_book(), user=sign_up(), rating=4)

    assert kept_after(100)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", NAMES)
def test_twice_at_once_is_no_trouble(old_things, name):
    with later(days=60):
        said = at_once(lambda _: run(name), range(2))

    total = sum(int(line.split()[1]) for line in said)
    assert total == {"purge_tokens": 3, "purge_sessions": 2}.get(name, 1)


def test_many_are_deleted_in_batches():
    user = make_user()
    for _ in range(7):
        pair_of(user)

    assert housekeeping.delete_in_batches(DeviceSession.objects.all(), size=3) == 7
    assert not DeviceSession.objects.exists()


@pytest.mark.parametrize("name", [*NAMES, "rotate_keys"])
def test_the_clock_runs_it(name):
    assert name in {entry["args"][0] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
