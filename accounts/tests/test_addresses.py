import json

import pytest
from django.test import Client

from accounts.countries import countries
from accounts.errors import SessionEnded
from accounts.models import Address, User
from accounts.services import add_address, change_address, erase, remove_address
from accounts.services.addresses import MOST_ADDRESSES
from accounts.tests.factories import PASSWORD, make_user, pair_of, sign_in
from bookstore.errors import NotFound
from bookstore.testing import at_once, count_queries, shared_data

pytestmark = pytest.mark.django_db
URL = "/api/v1/me/addresses/"
HOME = {
    "first_name": "Rosa",
    "last_name": "Reader",
    "line1": "Lindenstraße 5",
    "postal_code": "10969",
    "city": "Berlin",
    "country": "DE",
}


@pytest.fixture
def rosa():
    return make_user()


@pytest.fixture
def api(rosa):
    return sign_in(None, rosa)


def add(api, **fields):
    return api.post(URL, {**HOME, **fields}, content_type="application/json")


def change(api, address, body):
    return api.patch(f"{URL}{address}/", json.dumps(body), content_type="application/json")


def defaults(api):
    """The cities that books and invoices go to."""
    rows = api.get(URL).json()["results"]
    return [[row["city"] for row in rows if row[name]] for name in ("is_default_shipping", "is_default_billing")]


def test_an_address_is_kept_read_changed_and_deleted(api):
    made = add(api, company="Reader & Daughters", phone="+49 30 1234567")
    address = made.json()["id"]

    assert made.status_code == 201
    assert api.get(f"{URL}{address}/").json() == made.json()
    assert made.json() == {
        **HOME,
        "id": address,
        "company": "Reader & Daughters",
        "line2": "",
        "region": "",
        "phone": "+49301234567",
        "vat_number": "",
        "is_default_shipping": True,
        "is_default_billing": True,
    }
    assert change(api, address, {"city": "Hamburg"}).json() == {**made.json(), "city": "Hamburg"}
    assert api.put(f"{URL}{address}/", HOME, content_type="application/json").status_code == 200
    assert api.delete(f"{URL}{address}/").status_code == 204
    assert api.get(f"{URL}{address}/").status_code == 404


def test_the_first_address_is_for_everything_until_another_takes_over(api):
    add(api)
    second = add(api, city="Hamburg").json()["id"]
    assert defaults(api) == [["Berlin"], ["Berlin"]]

    change(api, second, {"is_default_billing": True})
    assert defaults(api) == [["Berlin"], ["Hamburg"]]

    add(api, city="Munich", is_default_shipping=True)
    assert defaults(api) == [["Munich"], ["Hamburg"]]


def test_a_default_can_be_given_up(api):
    address = add(api).json()["id"]

    change(api, address, {"is_default_shipping": False})

    assert defaults(api) == [[], ["Berlin"]]


def test_the_newest_of_the_others_takes_over_from_a_default_that_is_deleted(api):
    berlin = add(api).json()["id"]
    bonn, hamburg = [add(api, city=city).json()["id"] for city in ("Bonn", "Hamburg")]
    change(api, bonn, {"is_default_billing": True})

    api.delete(f"{URL}{berlin}/")
    assert defaults(api) == [["Hamburg"], ["Bonn"]]

    api.delete(f"{URL}{bonn}/")
    assert defaults(api) == [["Hamburg"], ["Hamburg"]]

    assert api.delete(f"{URL}{hamburg}/").status_code == 204
    assert defaults(api) == [[], []]


def test_deleting_another_address_leaves_a_default_that_was_given_up_open(api):
    berlin, bonn = add(api).json()["id"], add(api, city="Bonn").json()["id"]
    change(api, berlin, {"is_default_shipping": False})

    api.delete(f"{URL}{bonn}/")

    assert defaults(api) == [[], ["Berlin"]]


@pytest.mark.django_db(transaction=True)
def test_addresses_deleted_at_once_leave_one_default():
    rosa = make_user()
    access = pair_of(rosa).access
    addresses = [add_address(rosa, **HOME) for _ in range(6)]

    def one(address):
        client = Client(headers={"authorization": f"Bearer {access}"})
        return client.delete(f"{URL}{address.pk}/").status_code

    assert set(at_once(one, [*addresses[:4], addresses[0]])) <= {204, 404}
    assert list(Address.objects.filter(is_default_shipping=True, is_default_billing=True)) == [addresses[-1]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((name, "") for name in HOME),
        *((name, None) for name in HOME),
        *((name, ["x"]) for name in HOME),
        *((name, "x" * 10_000) for name in (*HOME, "company", "line2", "region", "phone", "vat_number")),
        ("city", "Ber\nlin"),
        ("line1", "a\u2028b"),
        ("last_name", "\0"),
        ("country", "XX"),
        ("country", "EU"),
        ("country", "UK"),
        ("country", "DEU"),
        ("country", "D"),
        ("country", 49),
        ("is_default_shipping", "perhaps"),
        ("is_default_billing", []),
    ],
)
def test_what_is_no_address_is_refused(api, field, value):
    response = api.post(URL, json.dumps({**HOME, field: value}), content_type="application/json")

    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert {error["field"] for error in response.json()["errors"]} == {field}
    assert not Address.objects.exists()


def test_a_country_may_be_written_small(api):
    assert add(api, country="at", postal_code="1010").json()["country"] == "AT"


def test_every_country_of_the_world_is_one():
    assert len(countries()) == 249
    assert {"DE", "US", "GB", "TW", "PS"} <= countries()


@pytest.mark.parametrize("method", ["get", "patch", "put", "delete"])
def test_anothers_address_does_not_exist(api, method):
    other = add_address(make_user("vera@example.com"), **HOME)

    for address in (other.pk, "not-an-id", "00000000-0000-0000-0000-000000000000"):
        response = getattr(api, method)(f"{URL}{address}/", HOME, content_type="application/json")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert api.get(URL).json()["results"] == []
    assert Address.objects.get() == other


def test_nobody_has_addresses(client):
    assert client.get(URL).status_code == 401
    assert add(client).status_code == 401


def test_there_is_an_end_to_an_address_book(api, rosa):
    Address.objects.bulk_create(Address(user=rosa, **HOME) for _ in range(MOST_ADDRESSES))

    response = add(api)

    assert (response.status_code, response.json()["code"]) == (409, "too_many_addresses")
    assert response.json()["facts"] == {"limit": MOST_ADDRESSES}
    assert Address.objects.count() == MOST_ADDRESSES


def test_many_addresses_cost_as_many_queries_as_one(api):
    add(api)
    one = count_queries(lambda: api.get(URL))
    for _ in range(5):
        add(api)

    assert count_queries(lambda: api.get(URL)) == one


@pytest.mark.django_db(transaction=True)
def test_eight_addresses_at_once_have_one_default_and_keep_to_the_limit():
    rosa = make_user()
    access = pair_of(rosa).access
    Address.objects.bulk_create(Address(user=rosa, **HOME) for _ in range(MOST_ADDRESSES - 4))

    def one(number):
        client = Client(headers={"authorization": f"Bearer {access}"})
        return add(client, city=f"City {number}", is_default_shipping=True, is_default_billing=True).status_code

    assert sorted(at_once(one, range(8))) == [201] * 4 + [409] * 4
    assert Address.objects.filter(is_default_shipping=True).count() == 1
    assert Address.objects.filter(is_default_billing=True).count() == 1


def test_no_text_breaks_it(api):
    strings = json.loads((shared_data("bad-input") / "blns" / "blns.json").read_text())

    statuses = {add(api, line1=text, city="Berlin", company=text).status_code for text in strings}

    assert statuses <= {201, 400, 409}


def test_an_address_that_is_deleted_at_the_same_moment_is_not_there(rosa):
    address = add_address(rosa, **HOME)
    seen = Address.objects.get()  # a request has found it, and waits
    remove_address(address)

    with pytest.raises(NotFound):
        change_address(seen, city="Hamburg")


def test_no_address_is_added_to_an_account_that_is_erased_at_the_same_moment(rosa):
    seen = User.objects.get()  # a request has found out who asks, and waits
    erase(rosa, password=PASSWORD)

    with pytest.raises(SessionEnded):
        add_address(seen, **HOME)

    assert not Address.objects.exists()
