import json
import time

import pytest

from accounts.models import User, Verification
from accounts.tests.factories import PASSWORD, code_for, make_user, post, proof_for
from bookstore.testing import at_once, deliver_mails, shared_data

pytestmark = pytest.mark.django_db
ROSA = "rosa@example.com"


def sign_up(email=ROSA, password=PASSWORD, **fields):
    return post("auth/signup/", {"email": email, "password": password, **fields})


def test_who_signs_up_is_sent_a_code(client):
    response = sign_up(first_name="Rosa", last_name="Reader")

    user = User.objects.get()
    assert (response.status_code, response.json()) == (202, {"email": ROSA})
    assert (user.email, user.get_full_name(), user.email_verified_at) == (ROSA, "Rosa Reader", None)
    assert user.check_password(PASSWORD)
    assert len(code_for(ROSA)) == 6


def test_an_address_has_one_spelling():
    response = sign_up(" Ｒosa@Example.COM ")

    assert response.json() == {"email": ROSA}
    assert User.objects.get().email == ROSA


def test_a_known_address_gets_the_same_answer_and_keeps_everything():
    user = make_user(ROSA, first_name="Rosa")

    response = sign_up("ROSA@example.com", "another-quiet-lamp", first_name="Eve")

    user.refresh_from_db()
    assert (response.status_code, response.json()) == (202, {"email": ROSA})
    assert (user.first_name, user.check_password(PASSWORD)) == ("Rosa", True)
    assert not Verification.objects.exists()


def verify(**body):
    return post("auth/verify-email/", {"email": ROSA, **body})


def login(password):
    return post("auth/login/", {"email": ROSA, "password": password}).status_code


def test_each_code_puts_the_password_of_its_own_sign_up_in_force():
    sign_up(first_name="Rosa")
    own = proof_for(ROSA)
    sign_up(password="the-thiefs-lamp", first_name="Eve")

    assert verify(code=own.code).json()["user"]["first_name"] == "Rosa"

    assert (login(PASSWORD), login("the-thiefs-lamp")) == (200, 401)
    assert not Verification.objects.filter(used_at=None).exists()


def test_the_code_of_the_later_sign_up_is_for_the_later_password():
    sign_up(first_name="Eve", password="the-thiefs-lamp")
    thiefs = proof_for(ROSA)
    sign_up(first_name="Rosa")

    assert verify(token=proof_for(ROSA).link_token).status_code == 200

    assert (login(PASSWORD), login("the-thiefs-lamp")) == (200, 401)
    assert verify(code=thiefs.code).json()["code"] == "invalid_code"


def test_signing_up_twice_with_one_password_is_one_sign_up():
    sign_up(first_name="Ros")
    old = proof_for(ROSA)

    sign_up(first_name="Rosa")

    assert verify(code=old.code).json()["code"] == "invalid_code"
    assert verify(code=code_for(ROSA)).json()["user"]["first_name"] == "Rosa"


def test_a_code_sent_again_is_for_the_one_sign_up_there_is():
    sign_up(first_name="Rosa")

    post("auth/verify-email/resend/", {"email": ROSA})

    assert verify(code=code_for(ROSA)).json()["user"]["first_name"] == "Rosa"
    assert login(PASSWORD) == 200


def test_a_code_sent_again_puts_no_password_in_force_where_several_have_signed_up():
    sign_up(first_name="Rosa")
    sign_up(password="the-thiefs-lamp", first_name="Eve")

    post("auth/verify-email/resend/", {"email": ROSA})
    again = proof_for(ROSA)

    assert "No password comes into force" in deliver_mails()[-1].body
    assert verify(code=again.code).status_code == 200
    assert (login(PASSWORD), login("the-thiefs-lamp")) == (401, 401)


def test_the_mails_of_several_sign_ups_say_so():
    sign_up()
    sign_up(password="the-thiefs-lamp")

    assert ["more than once" in letter.body for letter in deliver_mails()] == [True, True]


def test_who_was_shut_out_does_not_come_back_by_signing_up():
    user = make_user(ROSA, is_active=False, email_verified_at=None)

    assert sign_up(password="another-quiet-lamp").status_code == 202

    user.refresh_from_db()
    assert (user.is_active, user.check_password(PASSWORD)) == (False, True)
    assert not Verification.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "short"),
        ("password", "password123"),
        ("password", "rosa@example.com"),
        ("password", "three\0quiet-lamps"),
        ("password", "x" * 129),
        ("password", ""),
        ("password", None),
        ("password", ["three-quiet-lamps"]),
        ("email", "rosa"),
        ("email", "rosa@example.com\0"),
        ("email", "r" * 250 + "@example.com"),
        ("email", None),
        ("email", {"a": 1}),
        ("first_name", "x" * 151),
        ("first_name", "Rosa\nBcc: eve@example.com"),
        ("last_name", "\x00"),
    ],
)
def test_what_makes_no_account_is_refused(field, value):
    response = post("auth/signup/", {"email": ROSA, "password": PASSWORD, field: value})

    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert {error["field"] for error in response.json()["errors"]} == {field}
    assert not User.objects.exists()


@pytest.mark.parametrize("body", [[], "text", 7, None, [{}], {}])
def test_a_body_of_another_shape_is_refused(body):
    assert post("auth/signup/", json.dumps(body)).status_code == 400


def test_a_password_keeps_its_spaces():
    sign_up(password=" three quiet lamps ")

    assert User.objects.get().check_password(" three quiet lamps ")


@pytest.mark.django_db(transaction=True)
def test_signing_up_eight_times_at_once_makes_one_user():
    responses = at_once(lambda number: sign_up(first_name=f"Rosa {number}"), range(8))

    assert {response.status_code for response in responses} == {202}
    assert User.objects.count() == 1
    assert Verification.objects.filter(used_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_signing_up_at_once_with_different_passwords_leaves_each_with_its_own_code():
    passwords = [f"{PASSWORD}-{number}" for number in range(6)]

    at_once(lambda password: sign_up(password=password, first_name=password[-1]), passwords)
    waiting = list(Verification.objects.filter(used_at=None))

    assert (User.objects.count(), len(waiting)) == (1, 6)
    assert verify(code=waiting[2].code).json()["user"]["first_name"] == waiting[2].first_name
    assert login(f"{PASSWORD}-{waiting[2].first_name}") == 200
    assert login(f"{PASSWORD}-{waiting[3].first_name}") == 401


def test_no_address_gets_many_mails(settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "codes": (2, 3600)}

    responses = [sign_up() for _ in range(3)]
    responses.append(post("auth/verify-email/resend/", {"email": ROSA}))

    assert [response.status_code for response in responses] == [202] * 4
    assert Verification.objects.count() == 2


def test_known_and_unknown_addresses_take_the_same_time(settings):
    settings.PASSWORD_HASHERS = ["accounts.hashers.Argon2idHasher"]
    make_user(ROSA)

    def seconds(email):
        started = time.perf_counter()
        assert sign_up(email).status_code == 202
        return time.perf_counter() - started

    hashing = 0.015  # what Argon2id takes at least
    assert min(seconds(ROSA), seconds("new@example.com")) > hashing


def naughty_strings():
    return json.loads((shared_data("bad-input") / "blns" / "blns.json").read_text())


def test_no_name_or_password_breaks_it(settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "codes": (10_000, 3600)}

    statuses = {
        sign_up(email, password, first_name=text).status_code
        for text in naughty_strings()
        for email, password in [(ROSA, PASSWORD), (ROSA, text), (text, PASSWORD)]
    }

    assert statuses == {202, 400}
