"""Filling a cart, as a guest and as a reader who is signed in."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.tests.factories import make_user, sign_in
from bookstore.testing import at_once, count_queries
from catalog.models import Offer
from catalog.tests.factories import make_edition, make_offer, make_seller
from orders.models import Cart, CartItem
from orders.tests.factories import make_reader, patch, post, put_in_cart

pytestmark = pytest.mark.django_db
BAD_QUANTITIES = [0, -1, 1.5, 10**9, "x", "1", None, True, [], {}]


def test_a_guest_gets_a_token_and_finds_the_cart_again_with_it(terms):
    offer = make_offer(price_minor=1290)
    first = put_in_cart(Client(), offer, 2)

    again = Client().get("/api/v1/cart/", headers={"x-cart-token": first["X-Cart-Token"]})

    assert first.status_code == 201
    assert again.json() == first.json()
    [item] = again.json()["items"]
    assert (item["quantity"], item["total"]["amount"], item["offer"]["id"]) == (2, "25.80", str(offer.pk))
    assert again.json()["totals"]["total"]["amount"] == "25.80"
    assert again.json()["totals"]["tax"]["amount"] == "1.69"


@pytest.mark.parametrize("token", ["", "x", "0198c1f26f1e7999a9994b1f0d0a9c09:forged", "é" * 500, "\x00"])
def test_a_token_that_the_shop_did_not_give_opens_nothing(token):
    put_in_cart(Client(), make_offer())

    response = Client().get("/api/v1/cart/", headers={"x-cart-token": token})

    assert (response.status_code, response.json()["items"], response.json()["id"]) == (200, [], None)
    assert response["X-Cart-Token"] != token
    assert Cart.objects.count() == 1


@pytest.mark.parametrize("headers", [{}, {"x-cart-token": "undefined"}])
def test_two_guests_with_one_key_behind_one_address_get_a_cart_each(terms, headers):
    offer = make_offer()

    answers = [put_in_cart(Client(), offer, **headers, **{"idempotency-key": "1"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer["X-Cart-Token"] for answer in answers}) == Cart.objects.count() == 2


def test_a_reader_has_one_cart_on_all_devices():
    offer, user = make_offer(on_hand=5), make_user()
    phone, desk = sign_in(None, user), sign_in(None, user)

    put_in_cart(phone, offer, 1)
    cart = put_in_cart(desk, offer, 2).json()

    assert [item["quantity"] for item in cart["items"]] == [3]
    assert "X-Cart-Token" not in desk.get("/api/v1/cart/")


@pytest.mark.parametrize("quantity", BAD_QUANTITIES)
def test_a_quantity_is_a_whole_number_from_1_to_999(rosa, quantity):
    offer = make_offer()

    response = put_in_cart(rosa, offer, quantity)

    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert [error["field"] for error in response.json()["errors"]] == ["quantity"]
    assert not CartItem.objects.exists()


@pytest.mark.parametrize("quantity", BAD_QUANTITIES)
def test_a_quantity_is_changed_to_a_whole_number_from_1_to_999(rosa, quantity):
    [item] = put_in_cart(rosa, make_offer()).json()["items"]

    response = patch(rosa, f"cart/items/{item['id']}/", {"quantity": quantity})

    assert (response.status_code, CartItem.objects.get().quantity) == (400, 1)


@pytest.mark.parametrize("offer", ["x", "", None, 1, [], "0198c1f2-6f1e-7444-8a4f-2b1f0d0a9c04"])
def test_an_unknown_offer_cannot_be_put_in(rosa, offer):
    response = post(rosa, "cart/items/", {"offer": offer, "quantity": 1})

    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "offer")


def test_more_than_there_is_cannot_be_put_in(rosa):
    offer = make_offer(on_hand=3)
    put_in_cart(rosa, offer, 2)

    response = put_in_cart(rosa, offer, 2)

    assert (response.status_code, response.json()["code"]) == (409, "out_of_stock")
    assert response.json()["facts"]["available"] == 3
    assert CartItem.objects.get().quantity == 2


def test_what_was_withdrawn_or_recalled_cannot_be_put_in(rosa):
    recalled = make_offer(make_edition(availability_code="49"))
    withdrawn = make_offer(make_edition())
    Offer.objects.filter(pk=withdrawn.pk).update(archived_at="2026-01-01T00:00:00Z")

    codes = {put_in_cart(rosa, offer).json()["code"] for offer in (recalled, withdrawn)}

    assert codes == {"not_for_sale"}


def test_what_costs_foreign_money_cannot_be_put_in(rosa):
    response = put_in_cart(rosa, make_offer(currency="GBP"))

    assert (response.status_code, response.json()["code"]) == (409, "currency_not_accepted")


def test_a_quantity_can_be_changed_and_an_item_removed(rosa):
    [item] = put_in_cart(rosa, make_offer()).json()["items"]

    changed = patch(rosa, f"cart/items/{item['id']}/", {"quantity": 3})
    removed = rosa.delete(f"/api/v1/cart/items/{item['id']}/")

    assert changed.json()["items"][0]["quantity"] == 3
    assert (removed.status_code, removed.json()["items"]) == (200, [])


def test_anothers_item_is_not_there(rosa):
    [item] = put_in_cart(make_reader("ben@example.com"), make_offer()).json()["items"]

    responses = [
        patch(rosa, f"cart/items/{item['id']}/", {"quantity": 2}),
        rosa.delete(f"/api/v1/cart/items/{item['id']}/"),
        rosa.delete("/api/v1/cart/items/x/"),
    ]

    assert [response.status_code for response in responses] == [404, 404, 404]
    assert CartItem.objects.get().quantity == 1


def test_the_cart_says_what_has_changed_since(rosa):
    dearer, gone, recalled = (make_offer(make_edition(), on_hand=2) for _ in range(3))
    for offer in (dearer, gone, recalled):
        put_in_cart(rosa, offer, 2)
    Offer.objects.filter(pk=dearer.pk).update(price_minor=1500)
    Offer.objects.filter(pk=gone.pk).update(on_hand=1)
    type(recalled.edition).objects.filter(pk=recalled.edition_id).update(availability_code="49")

    problems = rosa.get("/api/v1/cart/").json()["problems"]

    assert [problem["code"] for problem in problems] == ["price_changed", "out_of_stock", "not_for_sale"]
    assert problems[0]["facts"]["now"] == {"amount": "15.00", "currency": "EUR"}
    assert problems[1]["facts"] == {**problems[1]["facts"], "available": 1, "wanted": 2}


def test_a_guests_cart_merges_in(rosa):
    both, new = make_offer(on_hand=9), make_offer(make_edition())
    put_in_cart(rosa, both, 1)
    token = put_in_cart(Client(), both, 2)["X-Cart-Token"]
    put_in_cart(Client(), new, 1, **{"x-cart-token": token})

    cart = rosa.get("/api/v1/cart/", headers={"x-cart-token": token}).json()

    assert {item["offer"]["id"]: item["quantity"] for item in cart["items"]} == {str(both.pk): 3, str(new.pk): 1}
    assert Cart.objects.count() == 1


def test_an_old_etag_is_refused(rosa):
    offer = make_offer()
    read = put_in_cart(rosa, offer)
    put_in_cart(rosa, offer)

    stale = put_in_cart(rosa, offer, 1, **{"if-match": read["ETag"]})
    fresh = put_in_cart(rosa, offer, 1, **{"if-match": rosa.get("/api/v1/cart/")["ETag"]})

    assert (stale.status_code, stale.json()["code"]) == (412, "changed_meanwhile")
    assert fresh.json()["items"][0]["quantity"] == 3


def test_many_items_cost_as_many_queries_as_one(rosa):
    sellers = [make_seller(name) for name in ("One", "Two", "Three")]
    put_in_cart(rosa, make_offer(seller=sellers[0]))
    one = count_queries(lambda: rosa.get("/api/v1/cart/"))
    for seller in sellers:
        put_in_cart(rosa, make_offer(make_edition(), seller=seller))

    assert count_queries(lambda: rosa.get("/api/v1/cart/")) == one


def test_a_repeated_key_puts_in_once(rosa):
    offer = make_offer()

    for _ in range(2):
        put_in_cart(rosa, offer, 1, **{"idempotency-key": "tap"})

    assert CartItem.objects.get().quantity == 1


def test_old_carts_of_guests_are_forgotten(rosa):
    offer = make_offer()
    for client in (rosa, Client(), Client()):
        put_in_cart(client, offer)
    guests = Cart.objects.filter(user=None)
    Cart.objects.exclude(pk=guests.last().pk).update(updated_at=timezone.now() - timedelta(days=91))

    call_command("purge_carts", verbosity=0)

    assert sorted(cart.user_id is None for cart in Cart.objects.all()) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_eight_taps_at_once_put_in_eight_copies():
    offer, rosa = make_offer(on_hand=8), make_reader()

    statuses = at_once(lambda _: put_in_cart(rosa, offer).status_code, range(8))

    assert statuses == [201] * 8
    assert CartItem.objects.get().quantity == 8
