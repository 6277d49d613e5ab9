import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Invitation, Membership, Seller, User
from accounts.tests.factories import make_member, make_user
from bookstore.models import OutboxMessage

pytestmark = pytest.mark.django_db
INVITATIONS = "/console/accounts/invitation/"
MEMBERS = "/console/accounts/membership/"
ROLES = ("owner", "manager", "staff")


@pytest.fixture
def corner():
    return Seller.objects.create(name="Corner Bookshop", slug="corner")


@pytest.fixture
def attic():
    seller = Seller.objects.create(name="Attic", slug="attic")
    make_member(seller, email="ann@example.com")
    return seller


@pytest.fixture
def team(corner):
    return {role: make_member(corner, role, email=f"{role}@example.com") for role in ROLES}


def entered(user):
    client = Client()
    client.force_login(user)
    return client


def place(user):
    return Membership.objects.get(user=user)


def page(row, name):
    return reverse(f"admin:accounts_{row._meta.model_name}_{name}", args=[row.pk])


def invite(client, seller, email="nora@example.com", role="staff"):
    return client.post(f"{INVITATIONS}add/", {"seller": seller.pk, "email": email, "role": role})


def do(client, deed, *rows):
    return client.post(INVITATIONS, {"action": deed, "_selected_action": [row.pk for row in rows]}, follow=True)


def listed(client, path):
    return {str(row) for row in client.get(path).context["cl"].result_list}


def test_members_enter_and_readers_do_not(team):
    assert entered(team["staff"]).get("/console/").status_code == 200
    assert entered(make_user()).get("/console/").status_code == 302
    place(team["staff"]).delete()
    assert entered(team["staff"]).get("/console/").status_code == 302


@pytest.mark.parametrize(("role", "status"), [("staff", 302), (None, 200)])
def test_the_consoles_door_lets_members_in(client, team, role, status):
    email = team[role].email if role else make_user().email

    answer = client.post("/console/login/", {"username": email, "password": "three-quiet-lamps"})

    assert answer.status_code == status


def test_each_sees_ones_own_team_and_its_invitations(corner, attic, team):
    for seller in (corner, attic):
        Invitation.objects.create(seller=seller, email="nora@example.com")
    admin = entered(User.objects.create_superuser("admin@example.com"))

    for role in ROLES:
        assert listed(entered(team[role]), MEMBERS) == {str(place(user)) for user in team.values()}
    for role in ("owner", "manager"):
        assert listed(entered(team[role]), INVITATIONS) == {"nora@example.com, Staff of Corner Bookshop"}
    assert entered(team["staff"]).get(INVITATIONS).status_code == 403
    assert len(listed(admin, MEMBERS)) == 4
    assert len(listed(admin, INVITATIONS)) == 2


@pytest.mark.parametrize(("by", "to", "is_done"), [
    ("owner", "owner", True), ("owner", "staff", True), ("manager", "staff", True),
    ("manager", "manager", False), ("staff", "staff", False),
])  # fmt: skip
def test_who_invites_whom(corner, team, by, to, is_done):
    invite(entered(team[by]), corner, " Nora@Example.com", to)

    assert list(Invitation.objects.values_list("email", "role")) == ([("nora@example.com", to)] if is_done else [])
    assert OutboxMessage.objects.count() == is_done


def test_nobody_invites_for_others(attic, team):
    answer = invite(entered(team["owner"]), attic)

    assert (answer.status_code, Invitation.objects.count()) == (200, 0)


def test_what_the_api_refuses_is_refused_in_words(corner, team):
    owner = entered(team["owner"])
    invite(owner, corner)

    again = owner.post(
        f"{INVITATIONS}add/", {"seller": corner.pk, "email": "nora@example.com", "role": "staff"}, follow=True
    )
    member = owner.post(
        f"{INVITATIONS}add/", {"seller": corner.pk, "email": "staff@example.com", "role": "staff"}, follow=True
    )

    assert "invited already" in again.content.decode()
    assert "belongs to the organization already" in member.content.decode()
    assert Invitation.objects.count() == 1
    assert invite(owner, corner, "nora").status_code == 200


def test_invitations_are_sent_again_and_taken_back(corner, attic, team):
    owner = entered(team["owner"])
    invite(owner, corner)
    own, other = Invitation.objects.get(), Invitation.objects.create(seller=attic, email="nora@example.com")

    do(owner, "send_again", own, other)
    do(owner, "take_back", own, other)

    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.outcome, other.outcome) == ("revoked", "")
    assert OutboxMessage.objects.count() == 2
    assert "answered or taken back" in do(owner, "take_back", own).content.decode()


def test_a_manager_does_not_take_back_what_an_owner_offers(corner, team):
    staff, boss = (
        Invitation.objects.create(seller=corner, email=f"{to}@x.example", role=to) for to in ("staff", "owner")
    )

    do(entered(team["manager"]), "take_back", staff, boss)

    assert set(Invitation.objects.values_list("outcome", flat=True)) == {""}  # all or none


@pytest.mark.parametrize(("by", "status"), [("owner", 302), ("manager", 403), ("staff", 403)])
def test_only_owners_give_other_roles(team, by, status):
    answer = entered(team[by]).post(page(place(team["staff"]), "change"), {"role": "manager"})

    assert answer.status_code == status
    assert place(team["staff"]).role == ("manager" if by == "owner" else "staff")


@pytest.mark.parametrize(
    ("by", "of", "is_done"),
    [("owner", "staff", True), ("manager", "staff", True), ("manager", "owner", False), ("staff", "manager", False),
     ("staff", "staff", True), ("owner", "owner", False)],
)  # fmt: skip
def test_who_removes_whom(team, by, of, is_done):
    entered(team[by]).post(page(place(team[of]), "delete"), {"post": "yes"})

    assert Membership.objects.filter(user=team[of]).exists() != is_done


def test_several_are_removed_at_once_or_none(team):
    everybody = list(Membership.objects.values_list("pk", flat=True))
    chosen = {"action": "delete_selected", "_selected_action": everybody, "post": "yes"}

    answer = entered(team["owner"]).post(MEMBERS, chosen, follow=True)

    assert "only owner" in answer.content.decode()
    assert Membership.objects.count() == 3


def test_members_of_others_are_not_found(attic, team):
    theirs = Membership.objects.get(seller=attic)

    for name in ("change", "delete"):
        entered(team["owner"]).post(page(theirs, name), {"role": "staff", "post": "yes"})

    theirs.refresh_from_db()
    assert theirs.role == "owner"


def test_no_form_of_the_shop_takes_the_last_owner_away(corner, team):
    admin, owner = entered(User.objects.create_superuser("admin@example.com")), place(team["owner"])
    below = {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 1, "memberships-0-id": owner.pk}
    below |= {"memberships-0-user": owner.user_id, "memberships-0-seller": corner.pk, "memberships-0-role": "staff"}
    seller, user = page(corner, "change"), page(team["owner"], "change")
    forms = [
        (seller, {"name": "Corner", "slug": "corner", **below}),
        (seller, {"name": "Corner", "slug": "corner", **below, "memberships-0-DELETE": "on"}),
        (user, {"email": "owner@example.com", "is_active": "on", **below}),
        (page(team["owner"], "delete"), {"post": "yes"}),
        (page(owner, "change"), {"role": "staff"}),
        (page(owner, "delete"), {"post": "yes"}),
    ]

    for path, form in forms:
        assert "only owner" in admin.post(path, form, follow=True).content.decode()

    owner.refresh_from_db()
    assert owner.role == "owner"


def test_whoever_the_shop_shuts_out_brings_nobody_in(corner, team):
    admin = entered(User.objects.create_superuser("admin@example.com"))
    Invitation.objects.create(seller=corner, email="nora@example.com", role="owner", invited_by=team["owner"])

    admin.post(page(team["owner"], "change"), {"email": "owner@example.com", "memberships-TOTAL_FORMS": 0,
                                               "memberships-INITIAL_FORMS": 0})  # fmt: skip

    assert Invitation.objects.get().outcome == "revoked"
    assert not User.objects.get(pk=team["owner"].pk).is_active
