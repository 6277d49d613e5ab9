from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import hashers
from django.test import Client
from django.utils import timezone

from accounts.models import DeviceSession, EventKind, SecurityEvent, User, Verification
from accounts.models.verification import GOOD_FOR, MOST_TRIES
from accounts.tests.factories import PASSWORD, code_for, make_user, pair_of, post, proof_for, sign_in
from bookstore.figures import outbox_figures
from bookstore.models import OutboxMessage
from bookstore.outbox import relay
from bookstore.testing import at_once, count_queries, deliver_mails

pytestmark = pytest.mark.django_db
ROSA = "rosa@example.com"
NEW = "four-quiet-lamps"


def forgot(email=ROSA):
    return post("auth/password/forgot/", {"email": email})


def reset(**body):
    return post("auth/password/reset/", {"new_password": NEW, **body})


def login(password, email=ROSA):
    return post("auth/login/", {"email": email, "password": password}).status_code


def proof():
    return proof_for(ROSA, "reset_password")


def kinds(user):
    return list(SecurityEvent.objects.filter(user=user).order_by("id").values_list("kind", flat=True))


def test_a_forgotten_password_is_set_anew_by_code_and_every_device_is_signed_out():
    user = make_user()
    pair = pair_of(user)
    forgot()
    assert code_for(ROSA, "reset_password") in deliver_mails()[-1].body

    response = reset(email="ROSA@example.com", code=code_for(ROSA, "reset_password"))

    assert (response.status_code, response.content) == (204, b"")
    assert deliver_mails()[-1].subject == "Your password was changed"
    assert (login(PASSWORD), login(NEW)) == (401, 200)
    assert post("auth/refresh/", {"refresh": pair.refresh}).json()["code"] == "session_ended"
    assert {EventKind.PASSWORD_FORGOTTEN, EventKind.PASSWORD_RESET} <= set(kinds(user))


def test_a_mail_whose_code_was_replaced_before_it_left_is_outdated_and_alarms_nobody(client):
    boss = User.objects.create_superuser("boss@shop.example", PASSWORD)
    make_user()
    forgot()
    forgot()

    assert relay() == {"outdated": 1, "sent": 1}

    first, _second = OutboxMessage.objects.order_by("id")
    assert (first.status, outbox_figures().given_up) == ("outdated", 0)
    assert "replaced" in first.last_error
    client.force_login(boss)
    assert "could not be sent" not in client.get("/console/").content.decode()
    assert "outdated" in client.get("/console/bookstore/outboxmessage/", {"status__exact": "outdated"}).content.decode()
    assert client.get(f"/console/bookstore/outboxmessage/{first.pk}/change/").status_code == 200


def test_a_mail_whose_code_grew_too_old_before_it_left_is_given_up_and_seen():
    make_user()
    forgot()

    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        assert relay() == {"given_up": 1}

    assert "too old" in OutboxMessage.objects.get().last_error
    assert outbox_figures().given_up == 1


def test_a_forgotten_password_is_set_anew_by_link_once():
    make_user()
    forgot()
    token = proof().link_token

    assert [reset(token=token).status_code for _ in range(2)] == [204, 400]


def test_known_unknown_and_inactive_addresses_get_the_same_answer():
    make_user()
    make_user("gone@example.com", is_active=False)

    answers = [forgot(email) for email in (ROSA, "gone@example.com", "nobody@example.com")]

    assert {response.status_code for response in answers} == {202}
    assert [response.json()["email"] for response in answers] == [ROSA, "gone@example.com", "nobody@example.com"]
    assert Verification.objects.count() == 1


def test_a_wrong_code_writes_as_much_where_none_is_waited_for():
    make_user()
    for email in (ROSA, "nobody@example.com"):
        forgot(email)
        reset(email=email, code="000000")

    known, unknown = (
        count_queries(lambda email=email: reset(email=email, code="000000")) for email in (ROSA, "nobody@example.com")
    )

    assert known == unknown


def test_a_reset_verifies_the_address_and_ends_every_sign_up():
    post("auth/signup/", {"email": ROSA, "password": PASSWORD})
    sign_up = proof_for(ROSA)
    forgot()

    reset(token=proof().link_token)

    assert login(NEW) == 200
    assert post("auth/verify-email/", {"token": sign_up.link_token}).json()["code"] == "invalid_code"


def test_a_code_is_good_for_its_own_purpose_only():
    user = make_user()
    forgot()
    Verification.objects.create(user=user, purpose="verify_email")

    assert post("auth/verify-email/", {"token": proof().link_token}).status_code == 400
    assert post("auth/verify-email/", {"email": ROSA, "code": proof().code}).status_code == 400
    assert reset(token=proof_for(ROSA).link_token).status_code == 400


def test_a_new_code_voids_the_old_and_none_is_good_for_long():
    make_user()
    forgot()
    old = proof()
    forgot()

    assert reset(email=ROSA, code=old.code).json()["code"] == "invalid_code"
    Verification.objects.update(created_at=timezone.now() - GOOD_FOR - timedelta(seconds=1))
    assert reset(token=proof().link_token).json()["code"] == "invalid_code"
    assert login(PASSWORD) == 200


def test_five_wrong_codes_use_it_up_and_are_noted():
    user = make_user()
    forgot()
    right = proof().code
    wrong = f"{(int(right) + 1) % 1_000_000:06}"

    for _ in range(MOST_TRIES):
        assert reset(email=ROSA, code=wrong).json()["code"] == "invalid_code"

    assert reset(email=ROSA, code=right).json()["code"] == "invalid_code"
    assert kinds(user).count(EventKind.CODES_USED_UP) == 1


def test_many_wrong_codes_are_followed_by_a_pause(settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "code_tries": (2, 60)}

    answers = [reset(email="nobody@example.com", code="123456") for _ in range(3)]

    assert [response.status_code for response in answers] == [400, 400, 429]
    assert answers[-1].json()["code"] == "too_many_attempts"


@pytest.mark.django_db(transaction=True)
def test_two_resets_with_one_code_at_once_set_one_password():
    make_user()
    forgot()
    code = code_for(ROSA, "reset_password")

    answers = at_once(lambda number: reset(email=ROSA, code=code, new_password=f"{NEW}-{number}").status_code, range(4))

    assert sorted(answers) == [204, 400, 400, 400]
    assert login(f"{NEW}-{answers.index(204)}") == 200


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password123",
        "rosa@example.com",
        "rosa.example.com",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "qwertyuiop",
        "9876543210",
        "bookstore2026",
        "x\0" * 10,
        "x" * 129,
        "lamp" * 2_500,
        "",
        None,
        1,
    ],
)
def test_no_easy_long_or_strange_password_is_taken_and_none_is_hashed(password, monkeypatch):
    user = make_user()
    forgot()
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda *_: pytest.fail("hashed"))

    answers = [
        reset(token=proof().link_token, new_password=password),
        post("auth/signup/", {"email": "new@example.com", "password": password}),
    ]

    assert [response.status_code for response in answers] == [400, 400]
    fields = [{error["field"] for error in response.json()["errors"]} for response in answers]
    assert fields == [{"new_password"}, {"password"}]
    assert User.objects.get().password == user.password
    assert proof().tries == 0


def test_a_password_like_ones_name_is_refused_after_the_proof():
    make_user(first_name="Wilhelmina")
    forgot()

    response = reset(token=proof().link_token, new_password="wilhelmina1")

    assert response.json()["errors"][0]["code"] == "password_too_similar"
    assert reset(token=proof().link_token).status_code == 204


def test_a_password_is_the_same_on_every_keyboard():
    make_user(password="caf\u00e9-au-lait")

    assert login("cafe\u0301-au-lait") == 200


def change(client, **body):
    return post("auth/password/change/", {"current_password": PASSWORD, "new_password": NEW, **body}, client)


def test_a_changed_password_signs_out_all_other_devices(client):
    user = make_user()
    elsewhere = pair_of(user)
    forgot()
    deliver_mails()

    assert change(sign_in(client, user)).status_code == 204

    assert client.get("/api/v1/me/").status_code == 200
    assert post("auth/refresh/", {"refresh": elsewhere.refresh}).json()["code"] == "session_ended"
    assert deliver_mails()[-1].subject == "Your password was changed"
    assert (login(PASSWORD), login(NEW)) == (401, 200)
    assert not Verification.objects.filter(used_at=None).exists()  # whoever asked for a code before
    assert DeviceSession.objects.filter(user=user, ended_reason="new_password").count() == 1


def test_the_current_password_is_needed(client):
    user = make_user()

    response = change(sign_in(client, user), current_password="wrong")

    assert (response.status_code, response.json()["code"]) == (400, "wrong_password")
    assert response.json()["errors"][0]["field"] == "current_password"
    assert login(PASSWORD) == 200
    assert EventKind.LOGIN_FAILED in kinds(user)


def test_a_stolen_token_is_no_way_to_guess_the_password(client, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sign_in": (2, 60)}
    sign_in(client, make_user())

    answers = [change(client, current_password="wrong").status_code for _ in range(3)]

    assert answers == [400, 400, 429]


def test_a_guest_changes_no_password():
    assert change(Client()).status_code == 401


def test_looking_at_the_link_changes_nothing_and_its_form_sets_the_password():
    make_user()
    forgot()
    page = f"/api/v1/auth/reset/{proof().link_token}"
    browser = Client(enforce_csrf_checks=True)

    looked = [browser.get(page), browser.head(page)]
    easy = browser.post(page, {"new_password": "password123"})
    assert [response.status_code for response in looked] == [200, 200]
    assert (easy.status_code, "too common" in easy.content.decode()) == (400, True)
    assert login(PASSWORD) == 200

    done = browser.post(page, {"new_password": NEW})

    assert (done.status_code, login(NEW)) == (200, 200)
    assert NEW not in done.content.decode()
    assert (browser.get(page).status_code, browser.post(page).status_code) == (400, 400)
    assert "script-src" not in done["Content-Security-Policy"]
    assert "form-action 'self'" in done["Content-Security-Policy"]


@pytest.mark.parametrize("body", [{}, {"new_password": ""}, {"new_password": "x\0" * 9}, {"new_password": "x" * 9999}])
def test_the_form_takes_no_nonsense(body):
    make_user()
    forgot()

    response = Client().post(f"/api/v1/auth/reset/{proof().link_token}", body)

    assert (response.status_code, response["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert login(PASSWORD) == 200
