import json

import pytest
import redis
from django.test import Client

from accounts import reads, services
from accounts.errors import SessionEnded
from accounts.models import Membership, Seller, User
from accounts.serializers import MeSerializer
from accounts.tests.factories import PASSWORD, make_member, make_user, pair_of, sign_in
from bookstore import shared_redis
from bookstore.testing import at_once, count_queries

pytestmark = pytest.mark.django_db
URL = "/api/v1/me/"


def change(client, body):
    return client.patch(URL, json.dumps(body), content_type="application/json")


def test_who_one_is(client):
    user = make_user(first_name="Rosa", last_name="Reader")

    body = sign_in(client, user).get(URL).json()

    assert body == {
        "id": str(user.pk),
        "email": "rosa@example.com",
        "email_verified": True,
        "first_name": "Rosa",
        "last_name": "Reader",
        "roles": ["customer"],
        "sellers": [],
        "date_joined": user.date_joined.isoformat().replace("+00:00", "Z"),
    }


def test_a_member_sees_where_they_sell(client):
    corner = Seller.objects.create(name="Corner Bookshop", slug="corner")
    attic = Seller.objects.create(name="Attic", slug="attic")
    user = make_member(corner, "owner")
    make_member(attic, "staff")

    body = sign_in(client, user).get(URL).json()

    assert body["roles"] == ["customer", "seller"]
    assert body["sellers"] == [
        {"id": str(attic.pk), "slug": "attic", "name": "Attic", "role": "staff"},
        {"id": str(corner.pk), "slug": "corner", "name": "Corner Bookshop", "role": "owner"},
    ]


def test_it_costs_no_query_once_redis_knows_the_user(client):
    user = make_member(Seller.objects.create(name="Corner", slug="corner"))
    first = sign_in(client, user).get(URL).json()

    assert count_queries(lambda: client.get(URL)) == 0
    assert client.get(URL).json() == first


@pytest.mark.parametrize("by_cookie", [False, True])
def test_it_costs_one_question_to_redis(client, monkeypatch, by_cookie):
    pair = pair_of(make_user())
    if by_cookie:
        client.cookies["bookstore_access"] = pair.access
    else:
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {pair.access}"
    client.get(URL)
    client.get(URL)
    sent = []
    really_send = redis.connection.AbstractConnection.send_packed_command

    def send(connection, command, **options):
        sent.append(command)
        return really_send(connection, command, **options)

    monkeypatch.setattr(redis.connection.AbstractConnection, "send_packed_command", send)

    assert client.get(URL).status_code == 200
    assert len(sent) == 1


def test_the_answer_has_the_shape_that_the_schema_names():
    user = make_member(Seller.objects.create(name="Corner", slug="corner"))

    told = reads.me(user)

    assert list(told) == list(MeSerializer().fields)
    assert list(told["sellers"][0]) == list(MeSerializer().fields["sellers"].child.fields)


def test_nobody_is_nobody(client):
    response = client.get(URL)

    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
    assert change(client, {"first_name": "Eve"}).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_new_name_is_seen_at_once(client):
    sign_in(client, make_user())
    client.get(URL)

    response = change(client, {"first_name": "Rosalind"})

    assert response.status_code == 200
    assert client.get(URL).json() == response.json()
    assert (response.json()["first_name"], User.objects.get().first_name) == ("Rosalind", "Rosalind")


def test_only_names_can_be_changed(client):
    user = make_user()
    sign_in(client, user)

    response = change(client, {"email": "eve@example.com", "is_superuser": True, "roles": ["admin"], "id": "x"})

    assert response.status_code == 200
    assert User.objects.filter(pk=user.pk, email="rosa@example.com", is_superuser=False).exists()
    assert client.put(URL, {}, content_type="application/json").status_code == 405


@pytest.mark.parametrize(
    "body",
    [{"first_name": "x" * 151}, {"last_name": "a\tb"}, {"first_name": "\0"}, {"first_name": None}, [], "x", None],
)
def test_what_is_no_name_is_refused(client, body):
    sign_in(client, make_user(first_name="Rosa"))

    assert change(client, body).status_code == 400
    assert User.objects.get().first_name == "Rosa"


@pytest.mark.django_db(transaction=True)
def test_renaming_a_seller_in_the_console_is_seen_by_its_members(client):
    seller = Seller.objects.create(name="Old Name", slug="old")
    sign_in(client, make_member(seller))
    client.get(URL)
    console = Client()
    console.force_login(User.objects.create_superuser("admin@shop.example", "three-quiet-lamps"))
    page, member = f"/console/accounts/seller/{seller.pk}/change/", Membership.objects.get()
    make_member(seller, email="second@example.com")  # there is always an owner
    form = {
        "name": "New Name",
        "slug": "old",
        "description": "",
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 1,
        "memberships-0-id": member.pk,
        "memberships-0-seller": seller.pk,
        "memberships-0-user": member.user_id,
        "memberships-0-role": "staff",
    }

    assert console.post(page, form).status_code == 302

    [shown] = client.get(URL).json()["sellers"]
    assert (shown["name"], shown["role"]) == ("New Name", "staff")
    assert console.post(page, {**form, "memberships-0-DELETE": "on"}).status_code == 302
    assert client.get(URL).json()["sellers"] == []


@pytest.mark.django_db(transaction=True)
def test_a_slow_reader_does_not_bring_back_what_was_changed_meanwhile(client):
    from accounts import snapshots

    user = make_user()
    seen = shared_redis.client.get(snapshots.key(user.pk))  # a request reads Redis, and is slow
    sign_in(client, user)
    change(client, {"first_name": "Rosalind"})

    snapshots.find(user.pk, seen)

    assert client.get(URL).json()["first_name"] == "Rosalind"
    snapshot = shared_redis.client.get(snapshots.key(user.pk))
    assert snapshots.read(snapshot).first_name == "Rosalind"


@pytest.mark.django_db(transaction=True)
def test_names_changed_at_once_end_the_same_for_everybody():
    pair = pair_of(make_user())

    def rename(number):
        client = Client(headers={"authorization": f"Bearer {pair.access}"})
        return change(client, {"first_name": f"Rosa {number}"}).status_code

    assert at_once(rename, range(8)) == [200] * 8
    client = Client(headers={"authorization": f"Bearer {pair.access}"})
    assert client.get(URL).json()["first_name"] == User.objects.get().first_name


def test_no_name_is_given_to_an_account_that_is_erased_at_the_same_moment():
    seen = make_user(first_name="Rosa")  # a request has found out who asks, and waits
    services.erase(User.objects.get(), password=PASSWORD)

    with pytest.raises(SessionEnded):
        services.change_names(seen, first_name="Rosa")

    assert User.objects.get().first_name == ""
