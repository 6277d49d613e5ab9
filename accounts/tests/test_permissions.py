import pytest
from django.test import Client

from accounts.models import Seller
from accounts.tests.factories import make_member, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("accounts.tests.urls")]


@pytest.fixture
def clients():
    corner = Seller.objects.create(name="Corner", slug="corner")
    attic = Seller.objects.create(name="Attic", slug="attic")
    return {
        "nobody": Client(),
        "bad token": Client(headers={"authorization": "Bearer null"}),
        "reader": sign_in(None, make_user()),
        "owner": sign_in(None, make_member(corner, "owner")),
        "staff": sign_in(None, make_member(corner, "staff", email="sid@example.com")),
        "another's owner": sign_in(None, make_member(attic, "owner", email="ann@example.com")),
    }


@pytest.mark.parametrize(
    ("page", "statuses"),
    [
        ("signed-in/", [401, 401, 200, 200, 200, 200]),
        ("guest/", [200, 401, 200, 200, 200, 200]),
        ("seller/", [401, 401, 403, 200, 200, 200]),
        ("sellers/corner/", [401, 401, 403, 200, 200, 403]),
        ("owners/corner/", [401, 401, 403, 200, 403, 403]),
    ],
)
def test_who_may_what(clients, page, statuses):
    answers = [client.get(f"/api/v1/test/{page}") for client in clients.values()]

    assert dict(zip(clients, [answer.status_code for answer in answers], strict=True)) == dict(
        zip(clients, statuses, strict=True)
    )
    codes = {answer.json()["code"] for answer in answers if answer.status_code == 401}
    assert codes <= {"not_authenticated", "token_invalid"}


def test_a_guest_with_a_bad_token_is_told_what_is_wrong_with_it(clients):
    assert clients["bad token"].get("/api/v1/test/guest/").json()["code"] == "token_invalid"


def test_what_nobody_declared_public_is_private():
    from rest_framework.settings import api_settings

    assert [permission.__name__ for permission in api_settings.DEFAULT_PERMISSION_CLASSES] == ["SignedIn"]


def test_the_apis_root_and_description_are_public(client):
    for page in ("/api/v1/", "/api/v1/schema/", "/api/v1/docs/", "/api/v1/books/"):
        assert client.get(page).status_code == 200
