import pytest
from django.test import Client

from accounts.models import EventKind, SecurityEvent, User, Verification
from accounts.tests.factories import PASSWORD, code_for, make_user, pair_of, post, proof_for, sign_in
from bookstore.testing import at_once, deliver_mails

pytestmark = pytest.mark.django_db
ROSA, NEW = "rosa@example.com", "rosa@new.example"


@pytest.fixture
def rosa():
    return make_user(first_name="Rosa")


@pytest.fixture
def phone(client, rosa):
    return sign_in(client, rosa)


def ask(client, email=NEW, password=PASSWORD):
    return post("me/email/", {"email": email, "password": password}, client)


def confirm(client, **body):
    return post("me/email/confirm/", body, client)


def login(email, password=PASSWORD):
    return post("auth/login/", {"email": email, "password": password}).status_code


@pytest.mark.django_db(transaction=True)
def test_an_address_changes_once_both_sides_are_proved(phone, rosa):
    assert ask(phone).json() == {"email": NEW}
    assert deliver_mails()[-1].to == [NEW]
    assert (login(ROSA), login(NEW)) == (200, 401)

    response = confirm(phone, code=code_for(ROSA, "change_email"))

    assert (response.status_code, response.json()["email"]) == (200, NEW)
    assert phone.get("/api/v1/me/").json()["email"] == NEW
    assert (login(ROSA), login(NEW)) == (401, 200)
    notice = next(letter for letter in deliver_mails() if letter.subject == "Your account has a new e-mail address")
    assert notice.to == [ROSA]
    assert SecurityEvent.objects.get(kind=EventKind.EMAIL_CHANGED).facts == {"before": ROSA, "now": NEW}


def test_the_password_is_needed(phone):
    response = ask(phone, password="wrong")

    assert (response.status_code, response.json()["code"]) == (400, "wrong_password")
    assert not Verification.objects.exists()


def test_a_guest_changes_no_address():
    assert (ask(Client()).status_code, confirm(Client(), code="123456").status_code) == (401, 401)


def test_another_accounts_address_gets_the_same_answer_and_a_mail_that_says_so(phone):
    make_user("vera@example.com")

    assert ask(phone, "VERA@example.com").json() == {"email": "vera@example.com"}

    assert not Verification.objects.exists()
    assert deliver_mails()[-1].subject == "You already have an account"


def test_somebody_elses_code_and_link_change_nothing(phone):
    vera = sign_in(None, make_user("vera@example.com"))
    ask(phone)
    own = proof_for(ROSA, "change_email")

    assert confirm(vera, code=own.code).json()["code"] == "invalid_code"
    assert confirm(vera, token=own.link_token).json()["code"] == "invalid_code"
    assert confirm(phone, token=own.link_token).status_code == 200


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": None}, {"code": 123456}, {"token": ["a"]}, []])
def test_no_half_proof_is_taken(phone, body):
    assert post("me/email/confirm/", body, phone).status_code == 400


def test_a_code_has_five_tries(phone):
    ask(phone)
    code = code_for(ROSA, "change_email")

    for _ in range(5):
        confirm(phone, code=f"{(int(code) + 1) % 1_000_000:06}")

    assert confirm(phone, code=code).json()["code"] == "invalid_code"


def test_a_code_for_a_new_password_does_not_outlive_the_address(phone):
    ask(phone)
    post("auth/password/forgot/", {"email": ROSA})
    before = proof_for(ROSA, "reset_password")

    confirm(phone, code=code_for(ROSA, "change_email"))

    reset = post("auth/password/reset/", {"token": before.link_token, "new_password": "four-quiet-lamps"})
    assert reset.json()["code"] == "invalid_code"


def test_a_sign_up_that_was_never_finished_does_not_keep_the_address(phone):
    post("auth/signup/", {"email": NEW, "password": "the-thiefs-lamp"})

    ask(phone)

    assert confirm(phone, code=code_for(ROSA, "change_email")).status_code == 200
    assert (login(NEW), User.objects.count()) == (200, 1)


@pytest.mark.django_db(transaction=True)
def test_two_accounts_asking_for_one_address_at_once_give_it_to_one():
    users = [make_user(f"reader{number}@example.com") for number in range(4)]
    phones = [(sign_in(None, user), user.email) for user in users]
    for phone, _email in phones:
        ask(phone)
    codes = [(phone, code_for(email, "change_email")) for phone, email in phones]

    answers = at_once(lambda one: confirm(one[0], code=one[1]).json().get("code", "done"), codes)

    assert sorted(answers) == ["done", "email_taken", "email_taken", "email_taken"]
    assert User.objects.filter(email=NEW).count() == 1


def test_the_link_in_the_mail_has_a_page_with_a_button(phone, rosa):
    ask(phone)
    page = f"/api/v1/auth/email/{proof_for(ROSA, 'change_email').link_token}"

    assert NEW in Client().get(page).content.decode()
    rosa.refresh_from_db()
    assert rosa.email == ROSA

    assert Client().post(page).status_code == 200
    rosa.refresh_from_db()
    assert rosa.email == NEW


def test_the_old_address_takes_the_account_back(phone, rosa):
    thief = pair_of(rosa)
    ask(phone)
    confirm(phone, code=code_for(ROSA, "change_email"))
    post("me/email/", {"email": "thief@second.example", "password": PASSWORD}, phone)
    first = Verification.objects.get(purpose="undo_email")
    confirm(phone, code=code_for(NEW, "change_email"))
    later = Verification.objects.exclude(pk=first.pk).get(purpose="undo_email")
    page = f"/api/v1/auth/undo/{first.link_token}"

    assert Client().get(page).status_code == 200
    assert login("thief@second.example") == 200
    assert Client().post(page).status_code == 200

    rosa.refresh_from_db()
    assert (rosa.email, rosa.has_usable_password()) == (ROSA, False)
    assert post("auth/refresh/", {"refresh": thief.refresh}).json()["code"] == "session_ended"
    assert Client().post(f"/api/v1/auth/undo/{later.link_token}").status_code == 400
    reset = {"token": proof_for(ROSA, "reset_password").link_token, "new_password": "four-quiet-lamps"}
    assert post("auth/password/reset/", reset).status_code == 204
    assert login(ROSA, "four-quiet-lamps") == 200


def test_an_address_that_somebody_else_has_by_now_is_not_taken_back(phone):
    ask(phone)
    confirm(phone, code=code_for(ROSA, "change_email"))
    undo = Verification.objects.get(purpose="undo_email")
    make_user(ROSA)

    response = Client().post(f"/api/v1/auth/undo/{undo.link_token}")

    assert (response.status_code, "Another account" in response.content.decode()) == (409, True)
    assert login(NEW) == 200


def test_a_thief_does_not_keep_the_old_address_by_signing_up_with_it(phone, rosa):
    ask(phone)
    confirm(phone, code=code_for(ROSA, "change_email"))
    post("auth/signup/", {"email": ROSA, "password": "of-the-thief-alone"})
    undo = Verification.objects.get(purpose="undo_email")

    assert Client().post(f"/api/v1/auth/undo/{undo.link_token}").status_code == 200

    rosa.refresh_from_db()
    assert (rosa.email, rosa.has_usable_password()) == (ROSA, False)
    assert User.objects.count() == 1
