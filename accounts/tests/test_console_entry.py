import pytest
from django.contrib.auth import hashers
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import DeviceSession, EventKind, Membership, SecurityEvent, Seller, User
from accounts.tests.factories import PASSWORD, code_for, make_member, make_user, pair_of, post, sign_in
from bookstore.testing import deliver_mails

pytestmark = pytest.mark.django_db
BOSS = "boss@shop.example"
NO_MEMBERS = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}


@pytest.fixture
def boss():
    return User.objects.create_superuser(BOSS, PASSWORD)


@pytest.fixture
def console(client, boss):
    client.force_login(boss)
    return client


def enter(client, password=PASSWORD, email=BOSS):
    return client.post("/console/login/", {"username": email, "password": password})


def events(**fields):
    rows = SecurityEvent.objects.filter(**fields).order_by("id")
    return [(row.kind, row.by and row.by.email, row.facts) for row in rows]


def test_who_enters_and_leaves_is_noted(client, boss):
    enter(client, "wrong")
    assert enter(client).status_code == 302
    assert client.post("/console/logout/").status_code in (200, 302)

    assert [kind for kind, _by, _facts in events(user=boss)] == [
        EventKind.CONSOLE_LOGIN_FAILED,
        EventKind.CONSOLE_LOGIN,
        EventKind.CONSOLE_LOGOUT,
    ]
    assert SecurityEvent.objects.filter(user=boss, ip="127.0.0.1").count() == 3


def test_the_console_has_the_same_few_guesses_as_the_api(client, boss, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sign_in": (2, 60)}

    for _ in range(2):
        enter(client, "wrong")
    refused = enter(client)

    assert (refused.status_code, "Too many attempts" in refused.content.decode()) == (200, True)
    assert post("auth/login/", {"email": BOSS, "password": PASSWORD}).status_code == 429


@pytest.mark.parametrize("password", ["x" * 129, "x" * 10_000, "a\0b", ""])
def test_no_endless_or_strange_password_is_hashed(client, boss, password, monkeypatch):
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda *_: pytest.fail("hashed"))

    assert enter(client, password).status_code == 200


@pytest.mark.parametrize("email", ["", "x", "é" * 300, "a\0b"])
def test_no_strange_address_breaks_it(client, boss, email):
    assert enter(client, email=email).status_code == 200


def test_a_password_changed_in_the_console_signs_out_everywhere(console, boss):
    pair = pair_of(boss)
    typed = {"old_password": PASSWORD, "new_password1": "four-quiet-lamps", "new_password2": "four-quiet-lamps"}

    assert console.post("/console/password_change/", typed).status_code == 302

    assert post("auth/refresh/", {"refresh": pair.refresh}).json()["code"] == "session_ended"
    assert events(user=boss)[-1][0] == EventKind.PASSWORD_CHANGED
    assert deliver_mails()[-1].subject == "Your password was changed"
    assert console.get("/console/").status_code == 200


@pytest.mark.parametrize("page", ["/console/password_change/", "/console/accounts/user/{boss.pk}/password/"])
def test_who_sets_their_own_password_stays_in_the_console_here_only(console, boss, page):
    there, new = Client(), "four-quiet-lamps"
    there.force_login(boss)
    typed = {"old_password": PASSWORD, "new_password1": new, "new_password2": new, "password1": new, "password2": new}

    assert console.post(page.format(boss=boss), {**typed, "usable_password": "true"}).status_code == 302

    assert (is_in(console), is_in(there)) == (True, False)


def sign_out_everywhere(boss):
    assert post("auth/logout-all/", {}, sign_in(None, boss)).status_code == 204


def change_password(boss):
    typed = {"current_password": PASSWORD, "new_password": "four-quiet-lamps"}
    assert post("auth/password/change/", typed, sign_in(None, boss)).status_code == 204


def reset_password(boss):
    post("auth/password/forgot/", {"email": BOSS})
    typed = {"email": BOSS, "code": code_for(BOSS, "reset_password"), "new_password": "four-quiet-lamps"}
    assert post("auth/password/reset/", typed).status_code == 204


def shut_out_for_a_while(boss):
    services.end_all_sessions(boss, DeviceSession.Reason.DEACTIVATED)


def sign_many_out(boss):
    services.end_sessions_of([boss.pk], DeviceSession.Reason.SIGNED_OUT_EVERYWHERE)


@pytest.mark.parametrize(
    "end", [sign_out_everywhere, change_password, reset_password, shut_out_for_a_while, sign_many_out]
)
def test_what_ends_all_sessions_ends_those_of_the_console(console, boss, end):
    other = Client()
    other.force_login(User.objects.create_superuser("other@shop.example", PASSWORD))
    assert is_in(console)

    end(boss)

    assert (is_in(console), is_in(other)) == (False, True)
    console.force_login(User.objects.get(pk=boss.pk))
    assert is_in(console)


def test_a_new_secret_key_ends_no_session_before_the_old_one_goes(console, boss, settings):
    sign_out_everywhere(boss)
    console.force_login(User.objects.get(pk=boss.pk))
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-" * 5
    settings.SECRET_KEY_FALLBACKS = [old]

    assert is_in(console)
    sign_out_everywhere(boss)
    assert not is_in(console)


def test_signing_out_here_leaves_the_console_alone(console, boss):
    assert post("auth/logout/", {}, sign_in(None, boss)).status_code == 204

    assert is_in(console)


def is_in(console):
    return console.get("/console/").status_code == 200


def test_rights_and_roles_given_in_the_console_are_noted(console):
    user, seller = make_user(), Seller.objects.create(name="Corner", slug="corner")
    page = reverse("admin:accounts_user_change", args=[user.pk])
    form = {"email": user.email, "is_active": "on", "is_staff": "on", "memberships-INITIAL_FORMS": 0}
    row = {"memberships-0-seller": seller.pk, "memberships-0-role": "manager", "memberships-TOTAL_FORMS": 1}

    console.post(page, {**form, **row})
    kept = Membership.objects.get()
    row |= {"memberships-INITIAL_FORMS": 1, "memberships-0-id": kept.pk, "memberships-0-user": user.pk}
    console.post(page, {**form, **row, "memberships-0-role": "owner"})
    make_member(seller, email="second@shop.example")
    console.post(page, {**form, **row, "memberships-0-DELETE": "on"})

    assert events(user=user) == [
        ("user_changed", BOSS, {"fields": ["is_staff"], "is_staff": True}),
        ("role_given", BOSS, {"role": "manager", "seller": "Corner"}),
        ("role_changed", BOSS, {"role": "owner", "seller": "Corner"}),
        ("role_taken", BOSS, {"role": "owner", "seller": "Corner"}),
    ]


def test_users_made_and_deleted_in_the_console_are_noted(console):
    new = {"email": "new@shop.example", "usable_password": "false", **NO_MEMBERS}
    console.post("/console/accounts/user/add/", new)
    user = User.objects.get(email="new@shop.example")

    console.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"})

    assert events(kind="user_added")[0][1:] == (
        BOSS,
        {name: name == "is_active" for name in ("is_active", "is_staff", "is_support", "is_superuser")},
    )
    assert events(kind="user_deleted") == [("user_deleted", BOSS, {"user": str(user.pk)})]


@pytest.mark.parametrize("email", ["rosa@gооgle.com", "r\u200bosa@example.com", "rosa", '"a b"@example.com'])
def test_the_console_takes_no_address_that_the_api_refuses(console, email):
    new = {"email": email, "usable_password": "false", **NO_MEMBERS}

    assert console.post("/console/accounts/user/add/", new).status_code == 200
    assert post("auth/signup/", {"email": email, "password": PASSWORD}).status_code == 400
    assert User.objects.count() == 1
