import pytest
from django.urls import reverse

from accounts.models import Membership, Seller, User
from accounts.tests.factories import pair_of, post
from bookstore import versions

pytestmark = pytest.mark.django_db
PASSWORD = "three-quiet-lamps"
NO_MEMBERS = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}


@pytest.fixture
def admin():
    return User.objects.create_superuser("admin@shop.example", PASSWORD)


@pytest.fixture
def signed_in(client, admin):
    client.force_login(admin)
    return client


def test_an_admin_signs_in_with_an_e_mail_address_in_any_case(client, admin):
    response = client.post("/console/login/", {"username": "Admin@Shop.Example", "password": PASSWORD})

    assert (response.status_code, response.url) == (302, "/console/")


def test_a_user_is_made_and_gets_a_seller(signed_in):
    seller = Seller.objects.create(name="Corner Bookshop", slug="corner")
    new = {"email": "Sal@Shop.Example", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    below = {
        **NO_MEMBERS,
        "memberships-TOTAL_FORMS": 1,
        "memberships-0-seller": seller.pk,
        "memberships-0-role": "owner",
    }

    signed_in.post("/console/accounts/user/add/", {**new, **NO_MEMBERS})
    user = User.objects.get(email="sal@shop.example")
    page = reverse("admin:accounts_user_change", args=[user.pk])
    signed_in.post(page, {"email": user.email, "is_active": "on", "is_staff": "on", **below})

    user.refresh_from_db()
    assert (user.is_staff, user.check_password(PASSWORD)) == (True, True)
    assert user.email_verified_at is not None
    assert Membership.objects.get(user=user).role == "owner"


def test_a_password_is_set_by_an_admin(signed_in):
    user = User.objects.create_user("sal@shop.example", PASSWORD)
    pair = pair_of(user)
    typed = {
        "password1": "new-quiet-lamps",
        "password2": "new-quiet-lamps",
        "usable_password": "true",
        "set-password": "1",
    }

    signed_in.post(f"/console/accounts/user/{user.pk}/password/", typed)

    user.refresh_from_db()
    assert user.check_password("new-quiet-lamps")
    assert post("auth/refresh/", {"refresh": pair.refresh}).json()["code"] == "session_ended"


def test_an_address_is_given_once(signed_in, admin):
    new = {"email": "ADMIN@shop.example", "usable_password": "false", **NO_MEMBERS}

    response = signed_in.post("/console/accounts/user/add/", new)

    assert "already exists" in response.content.decode()


def test_a_seller_with_a_member_is_made_at_once(signed_in, admin):
    below = {**NO_MEMBERS, "memberships-TOTAL_FORMS": 1, "memberships-0-user": admin.pk, "memberships-0-role": "owner"}

    signed_in.post("/console/accounts/seller/add/", {"name": "Corner", "slug": "corner", **below})

    assert Seller.objects.get().members.get() == admin


@pytest.mark.parametrize("term", ["SAL@", "sal@shop.example"])
def test_users_are_found_by_the_beginning_of_their_address(signed_in, term):
    user = User.objects.create_user("sal@shop.example")

    rows = signed_in.get("/console/accounts/user/", {"q": term}).context["cl"].result_list

    assert list(rows) == [user]


@pytest.mark.django_db(transaction=True)
def test_renaming_a_seller_ends_what_was_cached_of_the_catalogue(signed_in):
    seller = Seller.objects.create(name="Old Name", slug="old")
    before = versions.current("catalog")
    form = {"name": "New Name", "slug": "old", "description": "", **NO_MEMBERS}

    signed_in.post(reverse("admin:accounts_seller_change", args=[seller.pk]), form)

    seller.refresh_from_db()
    assert seller.name == "New Name"
    assert versions.current("catalog") != before


def test_a_seller_is_called_what_one_can_see(signed_in):
    below = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    page = "/console/accounts/seller/add/"

    nameless = signed_in.post(page, {"name": "\u200b\u202e", "slug": "nameless", **below})
    signed_in.post(page, {"name": "Cor\u200bner \u202eShop", "slug": "corner", "description": "a\u202eb", **below})

    assert nameless.status_code == 200
    assert list(Seller.objects.values_list("name", "description")) == [("Corner Shop", "ab")]
