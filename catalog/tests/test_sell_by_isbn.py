"""A seller offers copies of an edition that the shop knows by its ISBN."""

import pytest
from django.test import Client

from accounts.tests.factories import make_member, make_user, sign_in
from bookstore.testing import at_once, count_queries
from catalog.models import Listing, Offer
from catalog.serializers import OwnOfferSerializer
from catalog.tests.factories import make_book, make_edition, make_offer, make_seller

pytestmark = pytest.mark.django_db
URL, ISBN = "/api/v1/offers/", "9780060512750"
COPIES = {"isbn": ISBN, "condition": "new", "price": {"amount": "12.90", "currency": "EUR"}, "quantity": 3}


@pytest.fixture
def seller():
    return make_seller()


@pytest.fixture
def client(seller):
    """A client of a member of the seller."""
    return sign_in(None, make_member(seller))


@pytest.fixture
def edition():
    return make_edition(isbn=ISBN)


def offer(client, **fields):
    body = {name: value for name, value in {**COPIES, **fields}.items() if value != "left out"}
    return client.post(URL, body, content_type="application/json")


def faults(response):
    assert (response.status_code, response.json()["code"]) == (400, "invalid"), response.content
    assert not Offer.objects.exists()
    return {(error["field"], error["code"]) for error in response.json()["errors"]}


def test_copies_are_on_offer_at_once(client, seller, edition):
    response = offer(client, notes="Signed.")

    shown = response.json()
    assert (response.status_code, set(shown)) == (201, set(OwnOfferSerializer().fields))
    assert (shown["isbn"], shown["title"], shown["seller"]["slug"]) == (ISBN, "The Dispossessed", seller.slug)
    assert (shown["price"], shown["quantity"], shown["held"]) == (COPIES["price"], 3, 0)
    assert (shown["notes"], shown["availability"], shown["withdrawn"]) == ("Signed.", "in_stock", False)
    assert Listing.objects.get(book=edition.book_id).price_minor == 1290
    [read] = client.get(f"/api/v1/editions/{ISBN}/").json()["offers"]
    assert read == {name: shown[name] for name in read}


def test_the_answer_says_where_the_offer_is(client, edition):
    response = offer(client)

    assert client.get(response["Location"]).json() == response.json()


def test_the_ledger_begins_with_who_offered_them(client, edition):
    offer(client)

    movement = Offer.objects.get().movements.get()
    assert (movement.quantity, movement.reason, movement.by.email) == (3, "opening", "sal@example.com")


@pytest.mark.parametrize("spelling", ["978-0-06-051275-0", "006051275X", "ISBN 0-06-051275-x", " 9780060512750 "])
def test_the_isbn_may_be_spelled_in_any_way(client, edition, spelling):
    assert offer(client, isbn=spelling).json()["isbn"] == ISBN


@pytest.mark.parametrize(
    ("isbn", "code"),
    [
        ("9780441172719", "unknown_isbn"),
        ("9780060512751", "invalid"),
        ("12", "invalid"),
        ("", "blank"),
        (9780060512750, "invalid"),
        (None, "null"),
        (["9780060512750"], "invalid"),
        ("9" * 5000, "max_length"),
        ("978\x00", "control_characters"),
        ("left out", "required"),
    ],
)
def test_an_isbn_that_the_shop_cannot_sell(client, edition, isbn, code):
    assert faults(offer(client, isbn=isbn)) == {("isbn", code)}


@pytest.mark.parametrize(
    ("price", "fault"),
    [
        ({"amount": amount}, ("price.amount", "invalid"))
        for amount in ("1e3", "NaN", "Infinity", "12.905", "12,90", "1" + "0" * 30, "١٢", " 12", "+1", "0x1",
                       12.9, 12, True)
    ]
    + [
        ({"amount": "-0.01"}, ("price.amount", "min_value")),
        ({"amount": ""}, ("price.amount", "blank")),
        ({"amount": None}, ("price.amount", "null")),
        ({"currency": "EUR"}, ("price.amount", "required")),
        ({"amount": "1", "currency": "euro"}, ("price.currency", "invalid")),
        ({"amount": "1.50", "currency": "JPY"}, ("price.amount", "invalid")),
        ({"amount": "1", "currency": 978}, ("price.currency", "invalid")),
        ("12.90", ("price", "invalid")),
        (12.9, ("price", "invalid")),
        ([], ("price", "invalid")),
        (None, ("price", "null")),
        ("left out", ("price", "required")),
    ],
)  # fmt: skip
def test_what_is_no_price_is_refused(client, edition, price, fault):
    assert faults(offer(client, price=price)) == {fault}


@pytest.mark.parametrize(
    ("price", "minor", "currency"),
    [
        ({"amount": "0"}, 0, "EUR"),
        ({"amount": "12.9", "currency": "EUR"}, 1290, "EUR"),
        ({"amount": "1500", "currency": "JPY"}, 1500, "JPY"),
    ],
)
def test_prices_without_a_currency_are_in_the_shops(client, edition, price, minor, currency):
    offer(client, price=price)

    saved = Offer.objects.get()
    assert (saved.price_minor, saved.currency) == (minor, currency)


@pytest.mark.parametrize("quantity", [-1, 1_000_001, 1.5, "3", True, None, [], 10**18, "left out"])
def test_a_quantity_is_a_number_of_copies(client, edition, quantity):
    assert {field for field, _ in faults(offer(client, quantity=quantity))} == {"quantity"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("condition", "mint"), ("condition", None), ("condition", ["new"]), ("condition", "left out"), ("notes", 5),
     ("notes", None), ("notes", "x" * 2001), ("notes", "\x07"), ("seller", 1), ("seller", None), ("seller", "")],
)  # fmt: skip
def test_other_fields_are_checked_too(client, edition, field, value):
    assert {name for name, _ in faults(offer(client, **{field: value}))} == {field}


@pytest.mark.parametrize("body", ["[]", "3", '"isbn"', "null"])
def test_a_body_that_is_no_offer_is_refused(client, body):
    assert client.post(URL, body, content_type="application/json").status_code == 400


def test_new_copies_are_offered_once(client, edition):
    first = offer(client).json()

    response = offer(client, quantity=9)

    assert (response.status_code, response.json()["code"]) == (409, "already_offered")
    assert response.json()["facts"] == {"offer": first["id"]}
    assert Offer.objects.get().on_hand == 3


def test_used_copies_are_offered_as_often_as_there_are_sorts(client, edition):
    assert [offer(client, condition=sort).status_code for sort in ("new", "good", "good")] == [201, 201, 201]


def test_what_was_withdrawn_is_offered_anew(client, edition):
    client.delete(f"{URL}{offer(client).json()['id']}/")

    assert offer(client).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_new_copies_offered_many_times_at_once_are_on_offer_once(client, edition):
    answers = at_once(lambda _: offer(client), range(6))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {(problem["code"], problem["facts"]["offer"]) for problem in refused} == {
        ("already_offered", str(Offer.objects.get().pk))
    }


def test_asked_twice_with_one_key_is_offered_once(client, edition):
    first, again = (
        client.post(URL, {**COPIES, "condition": "good"}, "application/json", headers={"Idempotency-Key": "one"})
        for _ in range(2)
    )

    assert (again.status_code, again.json()) == (201, first.json())
    assert Offer.objects.count() == 1


# ---- for whom ------------------------------------------------------------------------------------------------


def test_members_of_several_organizations_say_for_which(client, edition):
    other = make_seller("Other Shop")
    make_member(other)

    assert faults(offer(client)) == {("seller", "required")}
    assert offer(client, seller="other-shop").json()["seller"]["slug"] == "other-shop"


@pytest.mark.parametrize("slug", ["other-shop", "no-such-shop"])
def test_nobody_offers_in_the_name_of_others(client, edition, slug):
    make_seller("Other Shop")

    assert faults(offer(client, seller=slug)) == {("seller", "invalid_choice")}


def test_readers_do_not_sell(edition):
    reader = sign_in(None, make_user())

    assert [offer(reader).status_code, reader.get(URL).status_code] == [403, 403]
    assert [offer(Client()).status_code, Client().get(URL).status_code] == [401, 401]
    assert not Offer.objects.exists()


def test_sellers_see_their_own_offers_newest_first(client, seller):
    first, second = (make_offer(make_edition(make_book(f"Book {n}")), seller=seller) for n in range(2))
    make_offer(seller=make_seller("Other Shop"))

    listed = client.get(URL).json()

    assert [row["id"] for row in listed["results"]] == [str(second.pk), str(first.pk)]
    assert listed["pagination"]["total"] == 2
    assert client.get(f"{URL}{first.pk}/").json() == listed["results"][1]


@pytest.mark.parametrize(
    ("query", "found"),
    [("isbn=0-06-051275-X", 1), ("isbn=9780441172719", 0), ("seller=corner-bookshop", 2), ("seller=other-shop", 0),
     ("withdrawn=true", 0), ("withdrawn=false", 2)],
)  # fmt: skip
def test_own_offers_are_filtered(client, seller, query, found):
    make_offer(make_edition(isbn=ISBN), seller=seller)
    make_offer(seller=seller)
    make_offer(seller=make_seller("Other Shop"))

    assert len(client.get(f"{URL}?{query}").json()["results"]) == found


@pytest.mark.parametrize("query", ["isbn=12", "withdrawn=maybe", "page=x", "cursor=x"])
def test_filters_that_mean_nothing_are_refused(client, query):
    assert client.get(f"{URL}?{query}").status_code == 400


def test_many_offers_cost_as_many_queries_as_one(client, seller):
    make_offer(seller=seller)
    client.get(URL)  # from now on it is known who asks
    one = count_queries(lambda: client.get(URL))
    for number in range(5):
        make_offer(make_edition(make_book(f"Book {number}")), seller=seller)

    assert count_queries(lambda: client.get(URL)) == one


def test_long_lists_are_paged_by_number_and_cursor(client, seller):
    offers = [make_offer(make_edition(make_book(f"Book {n}")), seller=seller) for n in range(5)]

    first = client.get(f"{URL}?page_size=2").json()
    rest = client.get(f"{URL}?page_size=3&cursor={first['pagination']['next_cursor']}").json()

    shown = [row["id"] for row in first["results"] + rest["results"]]
    assert shown == [str(offer.pk) for offer in reversed(offers)]
