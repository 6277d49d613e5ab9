import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import EventKind, Invitation, Membership, SecurityEvent, Seller, User
from accounts.services import erase
from accounts.services.export import account
from accounts.tests.factories import PASSWORD, code_for, make_member, make_user, post, sign_in
from bookstore.models import OutboxMessage, OutboxStatus
from bookstore.outbox import relay
from bookstore.testing import at_once, count_queries, deliver_mails

pytestmark = pytest.mark.django_db
NORA = "nora@example.com"
OUT = "sellers/corner/invitations/"


@pytest.fixture
def corner():
    return Seller.objects.create(name="Corner Bookshop", slug="corner")


@pytest.fixture
def owner(corner):
    return sign_in(None, make_member(corner, email="owner@example.com"))


@pytest.fixture
def nora():
    return sign_in(None, make_user(NORA))


def invite(client, email=NORA, role="staff"):
    return post(OUT, {"email": email, "role": role}, client)


def token(email=NORA):
    return Invitation.objects.filter(email=email).latest("id").link_token


def accept(client, what=None):
    return post("invitations/accept/", {"token": what or token()}, client)


def decline(client, what=None):
    return post("invitations/decline/", {"token": what or token()}, client)


def grow_old(**age):
    Invitation.objects.update(sent_at=timezone.now() - timedelta(**age))


@pytest.mark.django_db(transaction=True)
def test_somebody_invited_accepts_and_is_one_of_them_at_once(corner, owner, nora):
    assert nora.get("/api/v1/me/").json()["sellers"] == []

    answer = invite(owner, " Nora@Example.com")
    letter = deliver_mails()[-1]
    link = re.search(r"http\S+/auth/invitation/(\S+)", letter.body)
    joined = accept(nora, link[1])

    assert (answer.status_code, answer.json()["email"], answer.json()["status"]) == (201, NORA, "open")
    assert (letter.to, letter.subject) == ([NORA], "Corner Bookshop invites you to join them")
    assert "Your role: Staff" in letter.body
    assert link[0] in letter.alternatives[0].content
    assert (joined.status_code, joined.json()["roles"]) == (200, ["customer", "seller"])
    assert [(one["slug"], one["role"]) for one in nora.get("/api/v1/me/").json()["sellers"]] == [("corner", "staff")]
    assert nora.get("/api/v1/offers/").status_code == 200
    assert Invitation.objects.get().outcome == "accepted"
    kinds = SecurityEvent.objects.filter(user__email=NORA).values_list("kind", flat=True)
    assert {EventKind.INVITATION_ACCEPTED, EventKind.ROLE_GIVEN} <= set(kinds)


def test_somebody_without_an_account_signs_up_first(owner):
    invite(owner)
    post("auth/signup/", {"email": NORA, "password": "four-quiet-lamps"})
    signed_in = post("auth/verify-email/", {"email": NORA, "code": code_for(NORA)}).json()
    nora = Client(headers={"authorization": f"Bearer {signed_in['access']}"})

    (waiting,) = nora.get("/api/v1/me/invitations/").json()["results"]

    assert (waiting["seller"], waiting["role"]) == ({"slug": "corner", "name": "Corner Bookshop"}, "staff")
    assert accept(nora, waiting["token"]).status_code == 200
    assert nora.get("/api/v1/me/invitations/").json()["results"] == []


def test_the_answer_does_not_tell_whether_there_is_an_account(owner, nora):
    make_user("old@example.com", is_active=False)
    answers = [invite(owner, email).json() for email in (NORA, "nobody@example.com", "old@example.com")]

    assert len({tuple(sorted(answer)) for answer in answers}) == 1
    assert {(answer["status"], answer["role"], answer["invited_by"]) for answer in answers} == {("open", "staff", "")}
    assert [letter.subject for letter in deliver_mails()] == ["Corner Bookshop invites you to join them"] * 3


@pytest.mark.parametrize(
    ("by", "to", "status"),
    [
        ("owner", "owner", 201),
        ("owner", "manager", 201),
        ("owner", "staff", 201),
        ("manager", "owner", 403),
        ("manager", "manager", 403),
        ("manager", "staff", 201),
        ("staff", "staff", 403),
    ],
)
def test_who_invites_whom(corner, by, to, status):
    client = sign_in(None, make_member(corner, by))

    assert invite(client, role=to).status_code == status
    assert Invitation.objects.count() == (status == 201)
    assert client.get(f"/api/v1/{OUT}").status_code == (403 if by == "staff" else 200)


@pytest.mark.parametrize("deed", ["revoke", "resend"])
@pytest.mark.parametrize(("by", "to", "is_done"), [("manager", "owner", False), ("manager", "staff", True)])
def test_managers_deal_with_the_invitations_of_staff(corner, owner, deed, by, to, is_done):
    path = f"/api/v1/{OUT}{invite(owner, role=to).json()['id']}/"
    client = sign_in(None, make_member(corner, by, email="by@example.com"))

    answer = client.delete(path) if deed == "revoke" else client.post(f"{path}resend/")

    assert answer.status_code == ({"revoke": 204, "resend": 200}[deed] if is_done else 403)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": NORA},
        {"role": "staff"},
        {"email": "nora", "role": "staff"},
        {"email": "", "role": "staff"},
        {"email": "a" * 300 + "@example.com", "role": "staff"},
        {"email": NORA, "role": "admin"},
        {"email": [NORA], "role": "staff"},
        {"email": f"{NORA}\r\nBcc: all@example.com", "role": "staff"},
        {"email": "nora\0@example.com", "role": "staff"},
        [],
    ],
)
def test_what_is_no_invitation_is_refused(owner, body):
    assert post(OUT, body, owner).status_code == 400
    assert not Invitation.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_one_invitation_to_an_address_is_open_at_a_time(corner, owner):
    invite(owner)

    assert invite(owner, role="manager").json()["code"] == "already_invited"
    grow_old(days=7)
    assert invite(owner, role="manager").status_code == 201
    assert set(Invitation.objects.values_list("role", "outcome")) == {("staff", "expired"), ("manager", "")}


@pytest.mark.django_db(transaction=True)
def test_inviting_twice_at_once_sends_one_mail(owner):
    answers = at_once(lambda _: invite(owner).status_code, range(4))

    assert sorted(answers) == [201, 409, 409, 409]
    assert OutboxMessage.objects.filter(name="invitation").count() == 1


def test_members_are_not_invited(corner, owner):
    make_member(corner, "staff", email=NORA)

    assert invite(owner).json()["code"] == "already_member"


def test_mails_are_few_for_each_address_and_seller(corner, owner, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "invitations_to": (1, 3600), "invitations": (3, 3600)}
    path = f"/api/v1/{OUT}{invite(owner).json()['id']}/resend/"

    again = owner.post(path)
    invite(owner, "two@example.com")
    third = invite(owner, "three@example.com")

    assert (again.status_code, again.json()["code"]) == (429, "too_many_invitations")
    assert int(again["Retry-After"]) > 0
    assert third.status_code == 429
    assert sorted(letter.to[0] for letter in deliver_mails()) == [NORA, "two@example.com"]


# ---- answers -------------------------------------------------------------------------------------------------


def test_it_works_once(owner, nora):
    invite(owner)

    assert [accept(nora).status_code, accept(nora).status_code] == [200, 409]
    assert decline(nora).json()["facts"] == {"outcome": "accepted"}
    assert Membership.objects.filter(user__email=NORA).count() == 1


@pytest.mark.django_db(transaction=True)
def test_accepting_twice_at_once_works_once(owner, nora):
    invite(owner)

    assert sorted(at_once(lambda _: accept(nora).status_code, range(3))) == [200, 409, 409]


@pytest.mark.django_db(transaction=True)
def test_accepting_while_it_is_taken_back_ends_in_one_of_both(owner, nora):
    path, key = f"/api/v1/{OUT}{invite(owner).json()['id']}/", token()

    answers = at_once(lambda deed: deed().status_code, [lambda: accept(nora, key), lambda: owner.delete(path)])

    assert answers in ([200, 409], [409, 204])
    assert Membership.objects.filter(user__email=NORA).exists() == (answers[0] == 200)


def test_what_was_declined_is_over(owner, nora):
    invite(owner)

    assert decline(nora).status_code == 204
    assert accept(nora).json()["facts"] == {"outcome": "declined"}
    assert not Membership.objects.filter(user__email=NORA).exists()
    assert invite(owner).status_code == 201
    assert accept(nora).status_code == 200


def test_what_was_taken_back_is_over(owner, nora):
    path = f"/api/v1/{OUT}{invite(owner).json()['id']}/"

    assert [owner.delete(path).status_code, owner.delete(path).status_code] == [204, 409]
    assert accept(nora).json()["facts"] == {"outcome": "revoked"}
    assert owner.post(f"{path}resend/").json()["code"] == "invitation_over"
    assert [OutboxMessage.objects.get().status, relay()["outdated"]] == [OutboxStatus.WAITING, 1]  # to nobody


def test_it_is_good_for_seven_days_and_for_seven_more_when_sent_again(owner, nora):
    path = f"/api/v1/{OUT}{invite(owner).json()['id']}/"
    grow_old(days=7, seconds=1)

    assert accept(nora).json()["facts"] == {"outcome": "expired"}
    assert nora.get("/api/v1/me/invitations/").json()["results"] == []
    assert owner.get(f"/api/v1/{OUT}").json()["results"][0]["status"] == "expired"
    assert owner.post(f"{path}resend/").json()["status"] == "open"
    assert accept(nora).status_code == 200


def test_only_the_verified_account_of_the_address_accepts(owner, nora):
    invite(owner)
    vera = sign_in(None, make_user("vera@example.com"))

    assert [accept(vera).json()["code"], decline(vera).json()["code"]] == ["not_invited", "not_invited"]
    assert accept(Client()).status_code == 401
    User.objects.filter(email=NORA).update(email_verified_at=None)
    assert accept(nora).json()["code"] == "not_invited"
    assert vera.get("/api/v1/me/invitations/").json()["results"] == []
    assert Invitation.objects.get().outcome == ""


@pytest.mark.parametrize("what", ["nonsense", "", None, 5, "a" * 300, "0198c1f26f1e7bbb8a4f2b1f0d0a9c11.forged", "\0"])
def test_a_token_that_the_shop_did_not_make_is_refused(nora, what):
    for answer in (post(f"invitations/{deed}/", {"token": what}, nora) for deed in ("accept", "decline")):
        assert (answer.status_code, answer.json()["code"]) in {(400, "invalid_code"), (400, "invalid")}


def test_whoever_became_a_member_meanwhile_stays_what_they_are(corner, owner, nora):
    invite(owner, role="owner")
    make_member(corner, "staff", email=NORA)

    assert accept(nora).json()["code"] == "already_member"
    assert Membership.objects.get(user__email=NORA).role == "staff"


def test_an_invitation_goes_with_its_seller(corner, owner, nora):
    invite(owner)
    what = token()

    corner.delete()

    assert accept(nora, what).json()["code"] == "invalid_code"
    assert Client().get(f"/api/v1/auth/invitation/{what}").status_code == 400


def test_an_invitation_outlives_the_account_of_who_sent_it(corner, owner, nora):
    boss = make_member(corner, email="second@example.com")
    invite(sign_in(None, boss))

    erase(boss, password=PASSWORD)

    assert Invitation.objects.get().invited_by is None
    assert owner.get(f"/api/v1/{OUT}").json()["results"][0]["invited_by"] == ""
    assert accept(nora).status_code == 200


def test_erasing_ones_account_takes_the_invitations_to_it_along(owner, nora):
    invite(owner)

    erase(User.objects.get(email=NORA), password=PASSWORD)

    assert not Invitation.objects.exists()


def test_both_sides_find_them_in_their_export(corner, owner, nora):
    invite(owner)
    sal, guest = User.objects.get(email="owner@example.com"), User.objects.get(email=NORA)

    sent, got = [{name: list(rows) for name, rows in account(user).items()} for user in (sal, guest)]

    assert [row["seller__name"] for row in got["invitations"]] == ["Corner Bookshop"]
    assert [len(sent["invitations_sent"]), len(sent["invitations"]), len(got["invitations_sent"])] == [1, 0, 0]
    assert NORA not in str(sent)  # somebody else's address


def test_old_invitations_are_forgotten(owner, capsys):
    invite(owner)
    call_command("purge_invitations", "--days=0")  # those that can be accepted stay
    grow_old(days=91)
    call_command("purge_invitations", "--dry-run")
    assert Invitation.objects.exists()

    call_command("purge_invitations")

    assert not Invitation.objects.exists()
    assert capsys.readouterr().out.splitlines() == [
        "Deleted 0 invitations.", "1 invitations would be deleted.", "Deleted 1 invitations.",
    ]  # fmt: skip


# ---- the page ------------------------------------------------------------------------------------------------


def test_looking_at_the_link_decides_nothing(client, owner, nora):
    invite(owner)

    pages = [client.get(f"/api/v1/auth/invitation/{token()}") for _ in range(2)]
    client.head(f"/api/v1/auth/invitation/{token()}")

    assert [page.status_code for page in pages] == [200, 200]
    assert all(word in pages[1].content.decode() for word in ("Corner Bookshop", "Staff", NORA, "Decline"))
    assert client.put(f"/api/v1/auth/invitation/{token()}").status_code == 405
    assert accept(nora).status_code == 200
    assert client.get(f"/api/v1/auth/invitation/{token()}").status_code == 409


def test_whoever_has_no_account_declines_on_the_page(client, owner, nora):
    invite(owner)

    page = client.post(f"/api/v1/auth/invitation/{token()}")

    assert (page.status_code, "declined" in page.content.decode()) == (200, True)
    assert accept(nora).json()["facts"] == {"outcome": "declined"}
    assert client.post(f"/api/v1/auth/invitation/{token()}").status_code == 409
    assert client.get("/api/v1/auth/invitation/forged").status_code == 400


def test_names_are_shown_as_text(client, corner, owner):
    Seller.objects.filter(pk=corner.pk).update(name="<b>Corner</b> & Co\r\nBcc: x@example.com")
    invite(owner)

    letter = deliver_mails()[-1]

    assert "<b>Corner</b> & Co" in letter.body
    assert "<b>Corner" not in letter.alternatives[0].content
    assert "<b>Corner" not in client.get(f"/api/v1/auth/invitation/{token()}").content.decode()
    assert "\n" not in letter.subject
    assert "Bcc" not in letter.message()


def test_a_list_of_many_invitations_costs_as_many_queries_as_one_of_few(owner, nora):
    invite(owner)
    lists = [(owner, f"/api/v1/{OUT}"), (nora, "/api/v1/me/invitations/")]
    for client, path in lists:
        client.get(path)
    few = [count_queries(lambda: client.get(path)) for client, path in lists]  # noqa: B023
    for number in range(4):
        seller = Seller.objects.create(name=f"Shop {number}", slug=f"shop-{number}")
        Invitation.objects.create(seller=seller, email=NORA, invited_by=make_user(f"by{number}@example.com"))
        invite(owner, f"more{number}@example.com")

    assert [count_queries(lambda: client.get(path)) for client, path in lists] == few  # noqa: B023
