from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from accounts import emails
from accounts.models import User, Verification
from accounts.models.verification import GOOD_FOR, MOST_TRIES
from accounts.tests.factories import PASSWORD, code_for, make_user, post
from bookstore.testing import at_once

pytestmark = pytest.mark.django_db
ROSA = "rosa@example.com"


@pytest.fixture
def signed_up():
    post("auth/signup/", {"email": ROSA, "password": PASSWORD, "first_name": "Buy at evil.example"})
    return Verification.objects.get()


def verify(**body):
    return post("auth/verify-email/", body)


def wrong(verification):
    return f"{(int(verification.code) + 1) % 1_000_000:06}"


def refused(response):
    return (response.status_code, response.json()["code"], response.json()["facts"], response.json()["detail"])


NO = (400, "invalid_code", {}, "This code or link is wrong, too old or used up. Ask for a new one.")


def test_the_right_code_signs_in(signed_up):
    response = verify(email="Rosa@example.com", code=signed_up.code, device_name="Rosa’s phone")

    body = response.json()
    me = Client(headers={"authorization": f"Bearer {body['access']}"}).get("/api/v1/me/").json()
    assert response.status_code == 200
    assert body["user"] == me
    assert (me["email"], me["email_verified"]) == (ROSA, True)
    assert set(body) == {"access", "refresh", "access_expires_at", "refresh_expires_at", "session_id", "user"}


def test_the_links_token_signs_in_too(signed_up):
    response = verify(token=signed_up.link_token)

    assert response.status_code == 200
    assert User.objects.get().email_verified_at


def test_a_code_may_be_typed_with_a_space(signed_up):
    code = signed_up.code

    assert verify(email=ROSA, code=f" {code[:3]} {code[3:]}").status_code == 200


def test_a_code_works_once(signed_up):
    verify(email=ROSA, code=signed_up.code)

    assert refused(verify(email=ROSA, code=signed_up.code)) == NO
    assert refused(verify(token=signed_up.link_token)) == NO


def test_a_code_does_not_work_after_a_quarter_of_an_hour(signed_up):
    Verification.objects.update(created_at=timezone.now() - GOOD_FOR - timedelta(seconds=1))

    assert refused(verify(email=ROSA, code=signed_up.code)) == NO
    assert refused(verify(token=signed_up.link_token)) == NO


def test_unknown_and_verified_addresses_are_not_told_apart_from_wrong_codes(signed_up):
    make_user("vera@example.com")

    assert refused(verify(email="nobody@example.com", code="123456")) == NO
    assert refused(verify(email="vera@example.com", code="123456")) == NO
    assert refused(verify(email=ROSA, code=wrong(signed_up))) == NO


@pytest.mark.parametrize("code", ["", "x", "１２３４５６", "12345", "1234567", 0, True, None, [], "\0" * 6, "é" * 6])
def test_no_strange_code_works(signed_up, code):
    assert verify(email=ROSA, code=code).status_code == 400
    assert not User.objects.get().email_verified_at


@pytest.mark.parametrize("body", [{}, {"email": ROSA}, {"code": "123456"}, {"token": ""}, {"token": None}, []])
def test_half_a_proof_is_refused(body):
    response = post("auth/verify-email/", body)

    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_five_wrong_codes_use_it_up(signed_up):
    for _ in range(MOST_TRIES):
        verify(email=ROSA, code=wrong(signed_up))

    assert refused(verify(email=ROSA, code=signed_up.code)) == NO
    assert Verification.objects.get().tries == MOST_TRIES


def test_after_five_wrong_codes_a_new_one_works(signed_up):
    for _ in range(MOST_TRIES):
        verify(email=ROSA, code=wrong(signed_up))

    post("auth/verify-email/resend/", {"email": ROSA})

    assert refused(verify(email=ROSA, code=signed_up.code)) == NO
    assert verify(email=ROSA, code=code_for(ROSA)).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_guessing_with_twelve_threads_gets_five_tries_in_all(signed_up):
    guesses = [wrong(signed_up)] * 12

    statuses = at_once(lambda code: verify(email=ROSA, code=code).status_code, guesses)

    assert statuses == [400] * 12
    assert Verification.objects.get().tries == MOST_TRIES
    assert refused(verify(email=ROSA, code=signed_up.code)) == NO


@pytest.mark.django_db(transaction=True)
def test_the_right_code_eight_times_at_once_signs_in_once(signed_up):
    statuses = at_once(lambda code: verify(email=ROSA, code=code).status_code, [signed_up.code] * 8)

    assert sorted(statuses) == [200] + [400] * 7


@pytest.mark.parametrize("token", ["x", "a.b", "..", "%2e", "é", "x" * 200])
def test_a_made_up_link_is_refused(signed_up, token):
    assert refused(verify(token=token)) == NO
    assert refused(verify(token=f"{signed_up.pk.hex}.{token}"[:200])) == NO


def test_sending_again_says_the_same_to_everybody(signed_up):
    make_user("vera@example.com")

    for email in (ROSA, "vera@example.com", "nobody@example.com"):
        response = post("auth/verify-email/resend/", {"email": email})
        assert (response.status_code, response.json()) == (202, {"email": email})
    assert Verification.objects.count() == 2


def test_looking_at_the_link_changes_nothing_and_its_button_verifies(signed_up):
    page = f"/api/v1/auth/verify/{signed_up.link_token}"
    browser = Client(enforce_csrf_checks=True)

    looked = [browser.get(page), browser.head(page), browser.get(page)]
    assert [response.status_code for response in looked] == [200] * 3
    assert not User.objects.get().email_verified_at

    pressed = browser.post(page)
    assert (pressed.status_code, "is verified" in pressed.content.decode()) == (200, True)
    assert User.objects.get().email_verified_at
    assert "eyJ" not in pressed.content.decode()
    assert (browser.post(page).status_code, browser.get(page).status_code) == (400, 400)


def test_the_links_page_may_send_its_form_and_run_nothing(signed_up):
    response = Client().get(f"/api/v1/auth/verify/{signed_up.link_token}")

    policy = response["Content-Security-Policy"]
    assert "form-action 'self'" in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")
    assert "no-store" in response["Cache-Control"]


def test_the_links_token_is_in_no_log(signed_up, caplog):
    caplog.set_level("INFO", "bookstore.access")

    Client().get(f"/api/v1/auth/verify/{signed_up.link_token}")

    lines = [record.msg for record in caplog.records if record.name == "bookstore.access"]
    assert [line["path"] for line in lines] == ["/api/v1/auth/verify/…"]
    assert signed_up.link_token not in caplog.text


def test_the_links_page_of_a_made_up_link_says_so():
    response = Client().get("/api/v1/auth/verify/made.up")

    assert (response.status_code, response["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert Client().delete("/api/v1/auth/verify/made.up").status_code == 405


def test_the_mail_has_the_code_and_a_link_that_works(signed_up, settings):
    facts = emails.verify_email(verification=str(signed_up.pk))
    text = render_to_string("mail/verify_email.txt", facts)

    assert signed_up.code in text
    assert "evil" not in text  # who typed the address does not choose what its owner reads
    assert f"{settings.SHOP_URL}/api/v1/auth/verify/{signed_up.link_token}" in text
    assert Client().post(facts["link"].removeprefix(settings.SHOP_URL)).status_code == 200


def test_codes_are_stored_nowhere(signed_up):
    row = Verification.objects.values().get()

    assert signed_up.code not in str({name: value for name, value in row.items() if not name.endswith("id")})
    assert row["password"] not in ("", PASSWORD)  # a hash, until the code is entered
    assert not {"code", "token"} & set(row)
