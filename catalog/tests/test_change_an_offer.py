"""A seller changes, withdraws and reopens an offer."""

from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.tests.factories import make_member, sign_in
from bookstore.testing import NO_SUCH_ID, at_once
from catalog.models import Listing, Offer
from catalog.services import Wanted, hold_copies
from catalog.tests.factories import make_book, make_edition, make_offer, make_seller

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller():
    return make_seller()


@pytest.fixture
def client(seller):
    """A client of a member of the seller."""
    return sign_in(None, make_member(seller))


@pytest.fixture
def offer(seller):
    return make_offer(seller=seller, on_hand=5)


def url(offer):
    return f"/api/v1/offers/{offer.pk}/"


def change(client, offer, **fields):
    return client.patch(url(offer), fields, content_type="application/json")


def as_saved(offer):
    offer.refresh_from_db()
    return offer.price_minor, offer.on_hand, offer.condition, offer.notes, offer.archived_at


def test_only_what_is_sent_changes(client, offer):
    response = change(client, offer, price={"amount": "9.50"}, notes="Signed.")

    assert (response.status_code, response.json()["price"]["amount"]) == (200, "9.50")
    assert as_saved(offer) == (950, 5, "new", "Signed.", None)
    assert Listing.objects.get(book=offer.edition.book_id).price_minor == 950
    assert client.get(url(offer)).json() == response.json()


@pytest.mark.parametrize(
    ("currency", "price", "saved"),
    [
        ("CHF", {"amount": "9.50"}, (950, "CHF")),
        ("JPY", {"amount": "950"}, (950, "JPY")),
        ("CHF", {"amount": "9.50", "currency": "EUR"}, (950, "EUR")),
    ],
)
def test_a_price_without_a_currency_is_in_the_offers_own(client, offer, currency, price, saved):
    Offer.objects.update(currency=currency)

    assert change(client, offer, price=price).status_code == 200

    offer.refresh_from_db()
    assert (offer.price_minor, offer.currency) == saved


def test_an_amount_that_the_offers_currency_lacks_is_refused(client, offer):
    Offer.objects.update(currency="JPY")

    response = change(client, offer, price={"amount": "9.50"})

    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "price.amount")


def test_nothing_sent_changes_nothing(client, offer):
    before = offer.updated_at

    assert change(client, offer).status_code == 200
    assert change(client, offer, quantity=5, price={"amount": "12.90"}).status_code == 200
    offer.refresh_from_db()
    assert (offer.updated_at, offer.movements.count()) == (before, 1)


def test_a_quantity_is_what_can_be_bought_and_held_copies_come_on_top(client, offer):
    hold_copies([Wanted(offer.pk, 2, offer.price)])
    seen = client.get(url(offer)).json()

    again = change(client, offer, quantity=seen["quantity"]).json()
    more = change(client, offer, quantity=7).json()

    assert [(shown["quantity"], shown["held"]) for shown in (seen, again, more)] == [(3, 2), (3, 2), (7, 2)]
    offer.refresh_from_db()
    assert (offer.on_hand, offer.held) == (9, 2)
    moved = offer.movements.first()
    assert (moved.quantity, moved.reason, moved.by.email) == (4, "count", "sal@example.com")


def test_nothing_left_to_buy_leaves_held_copies_alone(client, offer):
    hold_copies([Wanted(offer.pk, 2, offer.price)])

    shown = change(client, offer, quantity=0).json()

    assert (shown["quantity"], shown["held"], shown["availability"]) == (0, 2, "out_of_stock")
    assert Listing.objects.get(book=offer.edition.book_id).get_availability_display() == "Out of stock"


def test_the_most_copies_there_can_be_include_held_ones(client, offer):
    hold_copies([Wanted(offer.pk, 2, offer.price)])

    shown = change(client, offer, quantity=1_000_000).json()

    assert (shown["quantity"], shown["held"]) == (999_998, 2)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("price", {"currency": "EUR"}, "price.amount"),
        ("price", {}, "price.amount"),
        ("price", {"amount": 9.5}, "price.amount"),
        ("price", {"amount": "-1"}, "price.amount"),
        ("price", "9.50", "price"),
        ("price", None, "price"),
        ("quantity", -1, "quantity"),
        ("quantity", "3", "quantity"),
        ("quantity", None, "quantity"),
        ("condition", "mint", "condition"),
        ("notes", None, "notes"),
        ("withdrawn", "yes", "withdrawn"),
        ("withdrawn", 1, "withdrawn"),
        ("withdrawn", None, "withdrawn"),
    ],
)
def test_what_makes_no_sense_is_refused(client, offer, field, value, fault):
    before = as_saved(offer)

    response = change(client, offer, **{field: value})

    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert [error["field"] for error in response.json()["errors"]] == [fault]
    assert as_saved(offer) == before


def test_an_offer_stays_with_its_edition_and_seller(client, offer, seller):
    other = make_edition(make_book("Dune"), isbn="9780441172719")

    change(client, offer, isbn=other.isbn, seller="other", edition=str(other.pk), on_hand=9, held=3, id=str(uuid4()))

    assert as_saved(offer) == (1290, 5, "new", "", None)
    assert (offer.edition_id != other.pk, offer.seller, offer.held) == (True, seller, 0)


def test_a_deleted_offer_is_withdrawn_and_can_come_back(client, offer):
    listing = Listing.objects.filter(book=offer.edition.book_id)

    assert [client.delete(url(offer)).status_code for _ in range(2)] == [204, 204]
    shown = client.get(url(offer)).json()
    assert (shown["withdrawn"], shown["availability"]) == (True, "unavailable")
    assert listing.get().get_availability_display() == "Unavailable"

    assert change(client, offer, withdrawn=False).json()["availability"] == "in_stock"
    assert listing.get().get_availability_display() == "In stock"


def test_withdrawing_twice_keeps_the_first_moment(client, offer):
    change(client, offer, withdrawn=True)
    first = as_saved(offer)

    change(client, offer, withdrawn=True)

    assert as_saved(offer) == first


def test_withdrawn_copies_stay_held_for_who_is_paying(client, offer):
    hold_copies([Wanted(offer.pk, 2, offer.price)])

    client.delete(url(offer))

    offer.refresh_from_db()
    assert (offer.on_hand, offer.held) == (5, 2)


@pytest.mark.parametrize("fields", [{"condition": "new"}, {"condition": "new", "quantity": 9}])
def test_used_copies_do_not_become_a_second_offer_of_new_ones(client, offer, fields):
    used = make_offer(offer.edition, seller=offer.seller, condition="good")

    response = change(client, used, **fields)

    assert (response.status_code, response.json()["code"]) == (409, "already_offered")
    assert response.json()["facts"] == {"offer": str(offer.pk)}
    assert as_saved(used) == (1290, 3, "good", "", None)


def test_a_withdrawn_offer_does_not_come_back_beside_another(client, offer):
    client.delete(url(offer))
    other = make_offer(offer.edition, seller=offer.seller)

    response = change(client, offer, withdrawn=False)

    assert (response.status_code, response.json()["facts"]) == (409, {"offer": str(other.pk)})
    offer.refresh_from_db()
    assert offer.archived_at is not None


@pytest.mark.parametrize("who", ["another seller", "a former member"])
def test_offers_of_others_do_not_exist(client, offer, who):
    make_member(make_seller("Other Shop"), email="lou@example.com" if who == "another seller" else "sal@example.com")
    if who == "another seller":
        client = sign_in(None, Membership.objects.get(user__email="lou@example.com").user)
    else:
        Membership.objects.filter(seller=offer.seller).delete()
    before = as_saved(offer)

    answers = [client.get(url(offer)), change(client, offer, quantity=0), client.delete(url(offer))]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 3
    assert as_saved(offer) == before


@pytest.mark.parametrize("key", ["nonsense", NO_SUCH_ID, "00000000"])
def test_what_is_not_there(client, key):
    assert client.get(f"/api/v1/offers/{key}/").status_code == 404


def test_a_guest_is_asked_to_sign_in(offer):
    answers = [Client().get(url(offer)), change(Client(), offer, quantity=0), Client().delete(url(offer))]

    assert [answer.status_code for answer in answers] == [401] * 3


@pytest.mark.django_db(transaction=True)
def test_a_count_and_sales_at_once_lose_no_copy(client, offer):
    def act(number):
        if number % 2:
            hold_copies([Wanted(offer.pk, 1, offer.price)])
        else:
            assert change(client, offer, quantity=100).status_code == 200

    at_once(act, range(10))

    offer.refresh_from_db()
    assert (offer.held, 95 <= offer.left <= 100) == (5, True)
    assert not Offer.objects.not_accounted_for().exists()


@pytest.mark.django_db(transaction=True)
def test_two_used_offers_that_become_new_at_once_become_one(client, seller):
    edition = make_edition()
    used = [make_offer(edition, seller=seller, condition="good") for _ in range(4)]

    answers = at_once(lambda one: change(client, one, condition="new"), used)

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already_offered"}
