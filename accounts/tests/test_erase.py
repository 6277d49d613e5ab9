import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.errors import SessionEnded
from accounts.models import Address, EventKind, Membership, SecurityEvent, Seller, User, Verification
from accounts.services import note
from accounts.services.passwords import check_own_password, lock_unchanged
from accounts.tests.factories import PASSWORD, make_member, make_user, pair_of, post, sign_in
from bookstore.models import IdempotencyRecord, OutboxMessage
from bookstore.outbox import send_mail
from bookstore.testing import at_once, count_queries, deliver_mails

pytestmark = pytest.mark.django_db
ROSA = "rosa@example.com"


@pytest.fixture
def rosa():
    return make_user(first_name="Rosa", last_name="Reader")


def erase(client, password=PASSWORD):
    return client.delete("/api/v1/me/", {"password": password}, content_type="application/json")


def add_address(user):
    typed = {"first_name": "Rosa", "last_name": "Reader", "line1": "Lindenstraße 5", "postal_code": "10969"}
    return Address.objects.create(user=user, city="Berlin", country="DE", **typed)


@pytest.mark.django_db(transaction=True)
def test_an_erased_account_is_nobodys(client, rosa):
    elsewhere = pair_of(rosa)
    add_address(rosa)
    post("auth/password/forgot/", {"email": ROSA})

    response = erase(sign_in(client, rosa))

    rosa.refresh_from_db()
    assert (response.status_code, response.content) == (204, b"")
    assert (rosa.is_active, rosa.get_full_name(), rosa.has_usable_password()) == (False, "", False)
    assert rosa.email.endswith("@erased.invalid")
    assert [model.objects.count() for model in (Address, Verification)] == [0, 0]
    assert client.get("/api/v1/me/").status_code == 401
    assert post("auth/refresh/", {"refresh": elsewhere.refresh}).json()["code"] == "session_ended"
    assert post("auth/login/", {"email": ROSA, "password": PASSWORD}).json()["code"] == "invalid_credentials"


def test_nothing_tells_any_more_who_it_was(client, rosa):
    sign_in(client, rosa)
    client.defaults["HTTP_USER_AGENT"] = "Rosa's telephone"
    staff = {"ip": "127.0.0.1", "user_agent": "Rosa's telephone", "facts": {"fields": ["is_support"]}}
    SecurityEvent.objects.create(kind=EventKind.USER_CHANGED, user=make_user("vera@example.com"), by=rosa, **staff)

    assert erase(client).status_code == 204

    rows = str([*rosa.device_sessions.values(), *SecurityEvent.objects.values()])
    assert not [trace for trace in ("127.0.0.1", "telephone", ROSA) if trace in rows]
    assert SecurityEvent.objects.filter(kind=EventKind.ERASED, user=rosa).exists()
    assert "is_support" in rows


def test_no_mail_to_any_address_that_was_theirs_is_kept(client, rosa):
    before, others = "rosa@old.example", "rosa@older.example"
    for address in (before, others):
        note(EventKind.EMAIL_CHANGED, rosa, before=address, now=ROSA)
    make_user(others)
    for recipient in (ROSA, before, others):
        for status, sent_at in [("sent", timezone.now()), ("withheld", None), ("outdated", None), ("failed", None)]:
            OutboxMessage.objects.create(
                name="account_erased", recipient=recipient, language="en", status=status, sent_at=sent_at
            )

    erase(sign_in(client, rosa))

    kept = OutboxMessage.objects.exclude(status="waiting").values_list("recipient", flat=True)
    assert list(kept) == [others] * 4


def test_no_answer_that_was_kept_to_be_given_again_has_their_address(client, rosa):
    typed = {"first_name": "Rosa", "last_name": "Reader", "line1": "Lindenstraße 5", "postal_code": "10969"}
    sign_in(client, rosa)
    post("me/addresses/", {**typed, "city": "Berlin", "country": "DE"}, client, headers={"Idempotency-Key": "once"})
    assert "Lindenstraße" in bytes(IdempotencyRecord.objects.get().body).decode()

    erase(client)

    assert not IdempotencyRecord.objects.exists()


def test_the_last_mail_says_so_and_the_address_is_free_again(client, rosa):
    erase(sign_in(client, rosa))

    letter = deliver_mails()[-1]
    assert (letter.to, letter.subject) == ([ROSA], "Your account is erased")
    post("auth/signup/", {"email": ROSA, "password": PASSWORD})
    assert User.objects.filter(email=ROSA).count() == 1


def test_the_password_is_needed(client, rosa):
    sign_in(client, rosa)

    assert erase(client, "wrong").json()["code"] == "wrong_password"
    assert client.delete("/api/v1/me/").status_code == 400
    assert erase(Client()).status_code == 401
    rosa.refresh_from_db()
    assert rosa.is_active


def test_an_only_owner_gives_the_seller_to_somebody_first(client):
    seller = Seller.objects.create(name="Corner Bookshop", slug="corner")
    sal = make_member(seller)
    make_member(seller, "manager", email="max@example.com")

    refused = erase(sign_in(client, sal))
    make_member(seller, "owner", email="vera@example.com")

    assert (refused.status_code, refused.json()["code"]) == (409, "last_owner")
    assert refused.json()["facts"] == {"sellers": "Corner Bookshop"}
    assert erase(client).status_code == 204
    assert not Membership.objects.filter(user=sal).exists()


def test_an_only_admin_does_not_leave_the_shop_alone(client):
    boss = User.objects.create_superuser("boss@example.com", PASSWORD)

    refused = erase(sign_in(client, boss))
    User.objects.create_superuser("second@example.com", PASSWORD)

    assert refused.json()["code"] == "last_admin"
    assert erase(client).status_code == 204
    boss.refresh_from_db()
    assert (boss.is_superuser, boss.is_staff) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_two_owners_leaving_at_once_leave_one():
    seller = Seller.objects.create(name="Corner Bookshop", slug="corner")
    phones = [sign_in(None, make_member(seller, email=f"owner{number}@example.com")) for number in range(2)]

    answers = at_once(lambda phone: erase(phone).status_code, phones)

    assert sorted(answers) == [204, 409]
    assert Membership.objects.filter(seller=seller, role="owner").count() == 1


@pytest.mark.django_db(transaction=True)
def test_erasing_an_account_twice_at_once_says_that_it_is_gone(rosa):
    phones = [sign_in(None, rosa) for _ in range(4)]

    answers = at_once(lambda phone: erase(phone), phones)

    assert sorted(answer.status_code for answer in answers) == [204, 401, 401, 401]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 401} == {"session_ended"}
    assert SecurityEvent.objects.filter(kind=EventKind.ERASED).count() == 1


def test_who_was_erased_since_we_looked_is_told_so(rosa):
    known = check_own_password(rosa, PASSWORD)
    User.objects.filter(pk=rosa.pk).update(is_active=False, password="!")

    with pytest.raises(SessionEnded):
        lock_unchanged(known)
    with pytest.raises(SessionEnded):
        check_own_password(rosa, PASSWORD)


def take_out(client):
    response = client.get("/api/v1/me/export/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    return response, {name: json.loads(archive.read(name)) for name in archive.namelist()}


def test_an_export_has_everything_the_shop_knows(client, rosa):
    address = add_address(rosa)

    response, files = take_out(sign_in(client, rosa))

    assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
    assert "attachment" in response["Content-Disposition"]
    assert files["profile.json"][0]["email"] == ROSA
    assert files["addresses.json"][0]["id"] == str(address.pk)
    assert files["sessions.json"][0]["device_name"] == "Test"
    assert {"cart.json", "purchases.json", "orders.json", "order_lines.json", "reviews.json"} <= set(files)
    assert "password" not in str(files)
    assert SecurityEvent.objects.filter(kind=EventKind.EXPORTED, user=rosa).exists()


def test_an_export_has_nothing_of_others_and_no_staff(client, rosa):
    vera = make_user("vera@example.com")
    add_address(vera)
    note(EventKind.USER_CHANGED, rosa, by=vera)

    _response, files = take_out(sign_in(client, rosa))

    assert "vera" not in str(files)
    assert str(vera.pk) not in str(files)
    assert files["addresses.json"] == []
    assert [event["by"] for event in files["events.json"] if event["kind"] == "user_changed"] == ["staff"]


def test_an_export_lists_the_mails_since_the_address_is_theirs(client, rosa):
    send_mail("account_erased", to=ROSA)
    OutboxMessage.objects.update(created_at=rosa.email_verified_at - timedelta(days=1))  # to whoever had it before
    send_mail("password_changed", to=ROSA, user=str(rosa.pk))
    send_mail("account_erased", to="vera@example.com")

    _response, files = take_out(sign_in(client, rosa))

    assert [(row["name"], row["recipient"]) for row in files["mails.json"]] == [("password_changed", ROSA)]


def test_an_export_takes_the_same_queries_whatever_its_length(client, rosa):
    sign_in(client, rosa)
    take_out(client)
    few = count_queries(lambda: take_out(client))
    for _ in range(20):
        note(EventKind.LOGIN, rosa)
        add_address(rosa)

    assert count_queries(lambda: take_out(client)) == few


def test_a_guest_exports_nothing(client):
    assert client.get("/api/v1/me/export/").status_code == 401
