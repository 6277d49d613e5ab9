import base64
import json

import pytest
from django.test import Client

from accounts.models import EventKind, Invitation, Membership, SecurityEvent, Seller, User
from accounts.rights import HOLDERS, Right, holds, manages
from accounts.tests.factories import PASSWORD, make_member, make_user, pair_of, post, sign_in
from bookstore.testing import at_once, count_queries, deliver_mails

pytestmark = pytest.mark.django_db
ROLES = ("owner", "manager", "staff")
MEMBERS = "/api/v1/sellers/corner/members/"


@pytest.fixture
def corner():
    return Seller.objects.create(name="Corner Bookshop", slug="corner")


@pytest.fixture
def team(corner):
    return {role: make_member(corner, role, email=f"{role}@example.com") for role in ROLES}


def place(user):
    return Membership.objects.get(user=user)


def give(client, user, role):
    return client.patch(f"{MEMBERS}{place(user).pk}/", {"role": role}, content_type="application/json")


def remove(client, user):
    return client.delete(f"{MEMBERS}{place(user).pk}/")


def hand_over(client, member, password=PASSWORD):
    return post("sellers/corner/transfer/", {"member": str(member), "password": password}, client)


def claimed_roles(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["roles"]


def test_what_each_role_may_do_is_written_down():
    table = {right: "".join(role[0] for role in ROLES if holds(role, right)) for right in Right}

    assert set(HOLDERS) == set(Right)
    assert table == {
        Right.CATALOGUE: "oms",
        Right.OFFERS: "oms",
        Right.ORDERS: "oms",
        Right.SEE_TEAM: "oms",
        Right.MANAGE_STAFF: "om",
        Right.MANAGE_TEAM: "o",
        Right.PAGE: "om",
        Right.HAND_OVER: "o",
    }
    assert [role for role in ROLES if manages(role, "staff")] == ["owner", "manager"]
    assert [role for role in ROLES if manages(role, "manager") or manages(role, "owner")] == ["owner"]
    assert not manages(None, "staff")


def test_members_see_each_other(corner, team):
    for user in team.values():
        rows = sign_in(None, user).get(MEMBERS).json()["results"]

        assert [(row["email"], row["role"]) for row in rows] == [(f"{role}@example.com", role) for role in ROLES]
        assert [row["email"] for row in rows if row["is_me"]] == [user.email]


def test_a_list_of_many_members_costs_as_many_queries_as_one_of_few(corner, team):
    client = sign_in(None, team["staff"])
    client.get(MEMBERS)
    few = count_queries(lambda: client.get(MEMBERS))
    for number in range(5):
        make_member(corner, "staff", email=f"more{number}@example.com")

    assert count_queries(lambda: client.get(MEMBERS)) == few


@pytest.mark.parametrize("who", ["another's owner", "a reader", "support"])
def test_for_others_there_is_no_team(corner, team, who):
    attic = Seller.objects.create(name="Attic", slug="attic")
    others = {
        "another's owner": lambda: make_member(attic, "owner", email="ann@example.com"),
        "a reader": make_user,
        "support": lambda: make_user(is_support=True),
    }
    client, member = sign_in(None, others[who]()), place(team["staff"]).pk

    answers = [
        client.get(MEMBERS),
        client.patch(f"{MEMBERS}{member}/", {"role": "owner"}, content_type="application/json"),
        client.delete(f"{MEMBERS}{member}/"),
        hand_over(client, member),
        client.get("/api/v1/sellers/corner/invitations/"),
        post("sellers/corner/invitations/", {"email": "nora@example.com", "role": "staff"}, client),
        client.get("/api/v1/sellers/nowhere/members/"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 7
    assert [Client().get(MEMBERS).status_code, Client().delete(f"{MEMBERS}{member}/").status_code] == [401, 401]
    assert Membership.objects.filter(seller=corner).count() == 3


def test_a_member_of_another_team_is_not_found_in_ones_own(corner, team):
    ann = make_member(Seller.objects.create(name="Attic", slug="attic"), "staff", email="ann@example.com")
    client = sign_in(None, team["owner"])

    assert [give(client, ann, "owner").status_code, remove(client, ann).status_code] == [404, 404]
    assert hand_over(client, place(ann).pk).status_code == 404
    assert place(ann).role == "staff"


@pytest.mark.parametrize(
    ("by", "of", "to", "status"),
    [
        ("owner", "staff", "manager", 200),
        ("owner", "manager", "owner", 200),
        ("owner", "staff", "staff", 200),
        ("owner", "owner", "staff", 409),
        ("manager", "staff", "manager", 403),
        ("manager", "manager", "owner", 403),
        ("manager", "owner", "staff", 403),
        ("staff", "staff", "owner", 403),
        ("staff", "manager", "staff", 403),
    ],
)
def test_who_gives_which_role(team, by, of, to, status):
    answer = give(sign_in(None, team[by]), team[of], to)

    assert answer.status_code == status
    assert place(team[of]).role == (to if status == 200 else of)


@pytest.mark.parametrize(
    ("by", "of", "status"),
    [
        ("owner", "staff", 204),
        ("owner", "manager", 204),
        ("owner", "owner", 409),
        ("manager", "staff", 204),
        ("manager", "owner", 403),
        ("manager", "manager", 204),
        ("staff", "staff", 204),
        ("staff", "manager", 403),
        ("staff", "owner", 403),
    ],
)
def test_who_removes_whom(team, by, of, status):
    assert remove(sign_in(None, team[by]), team[of]).status_code == status
    assert Membership.objects.filter(user=team[of]).exists() == (status != 204)


def test_managers_do_not_remove_each_other(corner, team):
    second = make_member(corner, "manager", email="second@example.com")

    assert remove(sign_in(None, team["manager"]), second).status_code == 403


@pytest.mark.parametrize("body", [{}, {"role": "king"}, {"role": ""}, {"role": None}, {"role": ["owner"]}, []])
def test_a_role_that_there_is_not_is_refused(team, body):
    client, member = sign_in(None, team["owner"]), place(team["staff"]).pk

    answer = client.patch(f"{MEMBERS}{member}/", body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert place(team["staff"]).role == "staff"
    assert client.delete(f"{MEMBERS}nonsense/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_what_somebody_may_changes_with_the_next_request(corner, team):
    owner, staff = sign_in(None, team["owner"]), sign_in(None, team["staff"])
    invite = {"email": "nora@example.com", "role": "staff"}
    assert staff.get("/api/v1/me/").json()["sellers"][0]["role"] == "staff"
    assert post("sellers/corner/invitations/", invite, staff).status_code == 403

    give(owner, team["staff"], "manager")
    assert staff.get("/api/v1/me/").json()["sellers"][0]["role"] == "manager"
    assert post("sellers/corner/invitations/", invite, staff).status_code == 201

    remove(owner, team["staff"])
    me = staff.get("/api/v1/me/").json()
    assert (me["roles"], me["sellers"]) == (["customer"], [])
    assert [staff.get(MEMBERS).status_code, staff.get("/api/v1/offers/").status_code] == [404, 403]


@pytest.mark.django_db(transaction=True)
def test_new_tokens_have_the_roles_of_the_moment(corner, team):
    pair = pair_of(team["staff"])
    assert claimed_roles(pair.access) == ["customer", "seller"]

    remove(sign_in(None, team["owner"]), team["staff"])
    new = post("auth/refresh/", {"refresh": pair.refresh}).json()

    assert claimed_roles(new["access"]) == claimed_roles(new["refresh"]) == ["customer"]
    assert new["user"]["roles"] == ["customer"]


def test_roles_are_noted_with_who_changed_them(team):
    owner = sign_in(None, team["owner"])
    give(owner, team["staff"], "manager")
    remove(owner, team["staff"])

    events = SecurityEvent.objects.filter(user=team["staff"]).order_by("id")
    told = sign_in(None, team["staff"]).get("/api/v1/me/events/").json()["results"]

    assert [(event.kind, event.by, event.facts["role"]) for event in events] == [
        (EventKind.ROLE_CHANGED, team["owner"], "manager"),
        (EventKind.ROLE_TAKEN, team["owner"], "manager"),
    ]
    assert [event["by"] for event in told] == ["team", "team"]


@pytest.mark.django_db(transaction=True)
def test_two_owners_leaving_at_once_leave_one(corner):
    owners = [make_member(corner, email=f"owner{number}@example.com") for number in range(2)]
    leaving = [(sign_in(None, owner), owner) for owner in owners]

    answers = at_once(lambda one: remove(*one).status_code, leaving)

    assert sorted(answers) == [204, 409]
    assert Membership.objects.filter(seller=corner, role="owner").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_owner_leaves_while_another_takes_a_lower_role_and_a_third_is_erased(corner):
    owners = [make_member(corner, email=f"owner{number}@example.com") for number in range(3)]
    leave, step_down, erase = [sign_in(None, owner) for owner in owners]
    deeds = [
        lambda: remove(leave, owners[0]).status_code,
        lambda: give(step_down, owners[1], "staff").status_code,
        lambda: erase.delete("/api/v1/me/", {"password": PASSWORD}, content_type="application/json").status_code,
    ]

    answers = at_once(lambda deed: deed(), deeds)

    assert answers.count(409) == 1
    assert Membership.objects.filter(seller=corner, role="owner").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_member_is_erased_while_the_role_changes_and_invitations_are_taken_back(corner, team):
    owner, friend = sign_in(None, team["owner"]), sign_in(None, team["manager"])
    post("sellers/corner/invitations/", {"email": "a@example.com", "role": "staff"}, friend)
    invitation = Invitation.objects.create(seller=corner, email="manager@example.com")
    member = place(team["manager"]).pk
    deeds = [
        lambda: friend.delete("/api/v1/me/", {"password": PASSWORD}, content_type="application/json").status_code,
        lambda: owner.patch(f"{MEMBERS}{member}/", {"role": "staff"}, content_type="application/json").status_code,
        lambda: owner.delete(f"/api/v1/sellers/corner/invitations/{invitation.pk}/").status_code,
        lambda: owner.delete(f"{MEMBERS}{member}/").status_code,
    ]

    erased, changed, revoked, removed = at_once(lambda deed: deed(), deeds)

    assert (erased, {changed, revoked, removed} <= {200, 204, 404}) == (204, True)
    assert not Membership.objects.filter(pk=member).exists()
    assert not Invitation.objects.filter(pk=invitation.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_remove_each_other_leave_one(corner):
    owners = [make_member(corner, email=f"owner{number}@example.com") for number in range(2)]
    deeds = [(sign_in(None, one), other) for one, other in (owners, reversed(owners))]

    answers = at_once(lambda deed: remove(*deed).status_code, deeds)

    assert sorted(answers) == [204, 404]
    assert Membership.objects.filter(seller=corner, role="owner").count() == 1


def test_an_owner_who_is_shut_out_of_the_shop_counts_for_nothing(corner, team):
    make_member(corner, email="banned@example.com")
    User.objects.filter(email="banned@example.com").update(is_active=False)

    assert remove(sign_in(None, team["owner"]), team["owner"]).json()["code"] == "last_owner"


def test_whoever_is_put_out_leaves_no_invitation_behind(corner, team):
    second = make_member(corner, email="second@example.com")
    post("sellers/corner/invitations/", {"email": "friend@example.com", "role": "owner"}, sign_in(None, second))
    post("sellers/corner/invitations/", {"email": "help@example.com", "role": "staff"}, sign_in(None, second))

    give(sign_in(None, team["owner"]), second, "manager")
    assert dict(Invitation.objects.values_list("role", "outcome")) == {"owner": "revoked", "staff": ""}

    remove(sign_in(None, team["owner"]), second)
    assert set(Invitation.objects.values_list("outcome", flat=True)) == {"revoked"}


# ---- another owner -------------------------------------------------------------------------------------------


def test_an_owner_hands_over_and_both_are_told(corner, team):
    client = sign_in(None, team["owner"])

    answer = hand_over(client, place(team["staff"]).pk)

    assert (answer.status_code, answer.json()["email"], answer.json()["role"]) == (200, "staff@example.com", "owner")
    assert [place(team["owner"]).role, place(team["staff"]).role] == ["manager", "owner"]
    letters = {letter.to[0]: letter for letter in deliver_mails()}
    assert letters["owner@example.com"].subject == "Corner Bookshop has another owner"
    assert letters["staff@example.com"].subject == "You are the owner of Corner Bookshop"
    assert "Corner Bookshop" in letters["staff@example.com"].body
    assert SecurityEvent.objects.filter(kind=EventKind.SELLER_HANDED_OVER, user=team["owner"]).count() == 1
    assert hand_over(client, place(team["staff"]).pk).status_code == 403


def test_handing_over_takes_the_password(team):
    client, heir = sign_in(None, team["owner"]), place(team["staff"]).pk

    answers = [hand_over(client, heir, "wrong"), post("sellers/corner/transfer/", {"member": str(heir)}, client)]

    assert [answer.json()["code"] for answer in answers] == ["wrong_password", "invalid"]
    assert place(team["owner"]).role == "owner"


def test_only_owners_hand_over_and_not_to_owners(corner, team):
    second = make_member(corner, email="second@example.com")

    assert hand_over(sign_in(None, team["manager"]), place(team["staff"]).pk).status_code == 403
    assert hand_over(sign_in(None, team["owner"]), place(second).pk).json()["code"] == "already_owner"
    assert hand_over(sign_in(None, team["owner"]), "nobody").status_code == 400
    assert hand_over(sign_in(None, team["owner"]), corner.pk).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_handing_over_to_two_at_once_makes_one_owner(team):
    client = sign_in(None, team["owner"])
    heirs = [place(team["manager"]).pk, place(team["staff"]).pk]

    answers = at_once(lambda heir: hand_over(client, heir).status_code, heirs)

    assert sorted(answers) == [200, 403]
    assert Membership.objects.filter(role="owner").count() == 1
