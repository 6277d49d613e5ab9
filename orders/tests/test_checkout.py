"""Buying what is in the cart."""

from uuid import uuid4

import pytest
from django.test import Client

from bookstore.testing import at_once
from catalog.models import Offer
from catalog.tests.factories import make_edition, make_offer, make_seller
from orders.models import Cart, Order, OrderEvent, Purchase, ShippingMethod
from orders.tests.factories import (
    ADDRESS,
    check_out,
    make_reader,
    make_terms,
    patch,
    pay,
    post,
    put_in_cart,
    standard,
)

pytestmark = pytest.mark.django_db


def nothing_happened(offer: Offer) -> bool:
    offer.refresh_from_db()
    return offer.held == 0 and not Purchase.objects.exists()


def test_a_cart_of_two_sellers_becomes_one_purchase_with_two_orders(rosa):
    one, other = make_offer(price_minor=1000), make_offer(make_edition(), price_minor=2000, seller=make_seller("Other"))
    put_in_cart(rosa, one, 2)
    put_in_cart(rosa, other)

    response = check_out(rosa)

    purchase = response.json()
    assert response.status_code == 201
    assert (purchase["status"], purchase["total"]["amount"]) == ("pending_payment", "47.80")
    assert [order["totals"]["total"]["amount"] for order in purchase["orders"]] == ["23.90", "23.90"]
    assert [order["seller"]["name"] for order in purchase["orders"]] == ["Corner Bookshop", "Other"]
    assert purchase["payment"]["amount"] == purchase["total"]
    assert rosa.get("/api/v1/cart/").json()["items"] == []


def test_the_answer_is_what_a_read_would_say(rosa):
    for seller in ("One", "Other"):
        put_in_cart(rosa, make_offer(make_edition(isbn=None), seller=make_seller(seller)), 2)

    bought = check_out(rosa, note="Ring twice.")

    assert rosa.get(f"/api/v1/purchases/{bought.json()['id']}/").content == bought.content


def test_copies_are_held_and_nobody_else_is_offered_them(rosa):
    offer = make_offer(make_edition(isbn="9780306406157"), on_hand=3)
    put_in_cart(rosa, offer, 2)

    check_out(rosa)

    offer.refresh_from_db()
    assert (offer.on_hand, offer.held) == (3, 2)
    [shown] = Client().get("/api/v1/editions/9780306406157/").json()["offers"]
    assert shown["quantity"] == 1


def test_what_was_bought_stays_as_it_was(rosa):
    offer = make_offer(price_minor=1290)
    put_in_cart(rosa, offer)
    order = check_out(rosa).json()["orders"][0]
    Offer.objects.update(price_minor=9990)
    offer.edition.book.title = "Another title"
    offer.edition.book.save()

    [line] = rosa.get(f"/api/v1/orders/{order['id']}/").json()["lines"]

    assert (line["unit_price"]["amount"], line["title"], line["tax_rate"]) == ("12.90", "The Dispossessed", "7.00")


def test_a_guest_buys_with_an_address_and_reads_the_purchase_by_its_token(terms):
    guest = Client()
    token = put_in_cart(guest, make_offer())["X-Cart-Token"]

    purchase = check_out(guest, email="guest@example.com", **{"x-cart-token": token}).json()

    for path in (f"purchases/{purchase['id']}/", f"orders/{purchase['orders'][0]['id']}/"):
        assert Client().get(f"/api/v1/{path}", {"token": purchase["token"]}).status_code == 200
        assert Client().get(f"/api/v1/{path}", headers={"x-cart-token": token}).status_code == 200
        assert Client().get(f"/api/v1/{path}").status_code == 404
        assert Client().get(f"/api/v1/{path}", {"token": purchase["token"] + "x"}).status_code == 404


def test_a_guest_says_where_the_confirmation_goes(terms):
    guest = Client()
    token = put_in_cart(guest, make_offer())["X-Cart-Token"]

    response = check_out(guest, **{"x-cart-token": token})

    assert [error["field"] for error in response.json()["errors"]] == ["email"]
    assert not Purchase.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shipping_address": None}, "shipping_address"),
        ({"shipping_address": "Berlin"}, "shipping_address"),
        ({"shipping_address": {**ADDRESS, "country": "XX"}}, "shipping_address.country"),
        ({"shipping_address": {**ADDRESS, "city": ""}}, "shipping_address.city"),
        ({"shipping_address": {**ADDRESS, "line1": "a\x00b"}}, "shipping_address.line1"),
        ({"billing_address": {}}, "billing_address.first_name"),
        ({"shipping_method": None}, "shipping_method"),
        ({"shipping_method": "standard"}, "shipping_method"),
        ({"shipping_method": str(uuid4())}, "shipping_method"),
        ({"payment_method": "gold"}, "payment_method"),
        ({"payment_method": None}, "payment_method"),
        ({"email": "nobody"}, "email"),
        ({"note": "x" * 1001}, "note"),
        ({"note": "\x00"}, "note"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_bought(rosa, changes, field):
    offer = make_offer()
    put_in_cart(rosa, offer)

    response = check_out(rosa, **changes)

    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert field in [error["field"] for error in response.json()["errors"]]
    assert nothing_happened(offer)


def test_an_empty_cart_cannot_be_bought(rosa):
    responses = [check_out(rosa), post(rosa, "checkout/quote/")]

    assert {(response.status_code, response.json()["code"]) for response in responses} == {(409, "cart_is_empty")}


def test_a_key_is_required(rosa):
    put_in_cart(rosa, make_offer())

    response = post(rosa, "checkout/", {})

    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_required")


def test_the_same_key_buys_once(rosa):
    put_in_cart(rosa, make_offer())

    first, second = check_out(rosa, key="one"), check_out(rosa, key="one")

    assert (second.status_code, second.content) == (201, first.content)
    assert (second["Idempotent-Replayed"], Purchase.objects.count()) == ("true", 1)


def test_a_price_that_has_changed_is_asked_about_before_it_is_charged(rosa):
    offer = make_offer(price_minor=1000)
    [item] = put_in_cart(rosa, offer).json()["items"]
    Offer.objects.update(price_minor=1100)

    refused = check_out(rosa)
    assert nothing_happened(offer)
    patch(rosa, f"cart/items/{item['id']}/", {"quantity": 1})
    accepted = check_out(rosa)

    assert (refused.status_code, refused.json()["code"]) == (409, "price_changed")
    assert refused.json()["facts"]["now"] == {"amount": "11.00", "currency": "EUR"}
    assert accepted.json()["orders"][0]["totals"]["items"]["amount"] == "11.00"


def test_what_is_gone_by_then_is_named(rosa):
    there, gone = make_offer(), make_offer(make_edition(), on_hand=2)
    put_in_cart(rosa, there)
    put_in_cart(rosa, gone, 2)
    Offer.objects.filter(pk=gone.pk).update(on_hand=1)

    response = check_out(rosa)

    assert (response.status_code, response.json()["code"]) == (409, "out_of_stock")
    assert response.json()["facts"]["available"] == 1
    assert [error["field"] for error in response.json()["errors"]] == ["items.1.quantity"]
    assert nothing_happened(there)


def test_files_need_no_parcel(rosa):
    put_in_cart(rosa, make_offer(make_edition(format="ebook"), price_minor=500))

    quote = post(rosa, "checkout/quote/").json()
    purchase = check_out(rosa, shipping_method=None).json()

    assert quote["shipping_methods"] == []
    assert purchase["total"]["amount"] == "5.00"


def test_what_costs_nothing_is_paid_at_once(rosa):
    put_in_cart(rosa, make_offer(make_edition(format="ebook"), price_minor=0))

    purchase = check_out(rosa, shipping_method=None).json()

    assert (purchase["status"], purchase["payment"]["status"]) == ("paid", "succeeded")


def test_a_quote_says_how_books_travel_and_what_that_costs(rosa):
    put_in_cart(rosa, make_offer(price_minor=1000))
    put_in_cart(rosa, make_offer(make_edition(), price_minor=1000, seller=make_seller("Other")))

    before = post(rosa, "checkout/quote/").json()
    after = post(rosa, "checkout/quote/", {"shipping_address": ADDRESS, "shipping_method": standard()}).json()

    assert [(method["name"], method["price"]["amount"]) for method in before["shipping_methods"]] == [
        ("Standard", "7.80"),
        ("Express", "19.80"),
    ]
    assert before["totals"]["total"]["amount"] == "20.00"
    assert (after["totals"]["shipping"]["amount"], after["totals"]["total"]["amount"]) == ("7.80", "27.80")
    assert check_out(rosa).json()["total"] == after["totals"]["total"]


def test_tax_is_that_of_the_country_where_the_books_go(rosa):
    put_in_cart(rosa, make_offer(price_minor=1000))
    vienna = {**ADDRESS, "country": "AT"}

    lines = post(rosa, "checkout/quote/", {"shipping_address": vienna}).json()["totals"]["tax_lines"]

    assert [line["rate"] for line in lines] == ["10.00"]


def test_a_method_that_is_not_offered_any_more_is_refused(rosa):
    put_in_cart(rosa, make_offer())
    ShippingMethod.objects.filter(name="Standard").update(is_active=False)

    assert check_out(rosa).json()["errors"][0]["field"] == "shipping_method"


def test_a_method_priced_in_another_currency_is_not_offered(rosa):
    dollars = ShippingMethod.objects.create(name="Air", price_minor=500, currency="USD", days_least=1, days_most=2)
    put_in_cart(rosa, make_offer())

    answer = check_out(rosa, shipping_method=str(dollars.pk))

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "shipping_method")
    assert not Purchase.objects.exists()


def test_a_cart_from_before_the_shop_took_another_currency_is_refused(rosa, settings):
    put_in_cart(rosa, make_offer(currency="EUR"))
    settings.SHOP_CURRENCY = "JPY"
    ShippingMethod.objects.update(currency="JPY")

    answer = check_out(rosa)

    assert (answer.status_code, answer.json()["code"]) == (409, "currency_not_accepted")
    assert not Purchase.objects.exists()


def test_an_order_begins_with_an_event(rosa):
    put_in_cart(rosa, make_offer())
    order = check_out(rosa).json()["orders"][0]

    events = rosa.get(f"/api/v1/orders/{order['id']}/events/").json()["results"]

    assert [(event["before"], event["after"], event["by"]) for event in events] == [("", "pending_payment", "buyer")]


@pytest.mark.django_db(transaction=True)
def test_six_taps_with_one_key_make_one_purchase():
    make_terms()
    rosa = make_reader()
    put_in_cart(rosa, make_offer(on_hand=9))

    answers = at_once(lambda _: check_out(rosa, key="tap"), range(6))

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert Purchase.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_six_taps_with_six_keys_buy_the_cart_once():
    make_terms()
    rosa = make_reader()
    put_in_cart(rosa, make_offer(on_hand=9))

    answers = at_once(lambda number: check_out(rosa, key=f"tap-{number}"), range(6))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"cart_is_empty"}
    assert Purchase.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_copies_and_32_readers_who_all_pay():
    make_terms()
    offer = make_offer(on_hand=10)
    readers = [make_reader(f"reader-{number}@example.com") for number in range(32)]
    for reader in readers:
        assert put_in_cart(reader, offer).status_code == 201

    def buy(reader: Client) -> str:
        answer = check_out(reader)
        return pay(reader, answer.json()).json()["status"] if answer.status_code == 201 else answer.json()["code"]

    outcomes = at_once(buy, readers)

    offer.refresh_from_db()
    assert sorted(outcomes) == ["out_of_stock"] * 22 + ["succeeded"] * 10
    assert (offer.on_hand, offer.held, Order.objects.filter(status="paid").count()) == (0, 0, 10)


@pytest.mark.django_db(transaction=True)
def test_overlapping_baskets_of_several_sellers_do_not_deadlock():
    make_terms()
    offers = [
        make_offer(make_edition(), on_hand=100, seller=make_seller(f"Seller {number % 3}")) for number in range(6)
    ]
    readers = [make_reader(f"reader-{number}@example.com") for number in range(12)]

    def shop(number: int) -> list[int]:
        reader, statuses = readers[number], []
        for turn in range(3):
            mine = offers if (number + turn) % 2 else offers[::-1]
            for offer in mine[turn:]:
                put_in_cart(reader, offer)
            answer = check_out(reader)
            statuses += [answer.status_code, pay(reader, answer.json()).status_code]
        return statuses

    assert {status for statuses in at_once(shop, range(12)) for status in statuses} == {200, 201}
    sold = {offer.pk: 100 - offer.on_hand for offer in Offer.objects.all()}
    assert sum(sold.values()) == 12 * (6 + 5 + 4)
    assert not Offer.objects.exclude(held=0).exists()
    assert OrderEvent.objects.filter(after="paid").count() == Order.objects.count()
    assert not Cart.objects.filter(items__isnull=False).exists()


def test_a_purchase_says_where_its_books_go_and_has_no_etag_for_what_moves_without_it(rosa):
    put_in_cart(rosa, make_offer())

    answer = check_out(rosa)

    assert list(answer.json()["shipping_address"]) == list(ADDRESS)
    assert "ETag" not in answer
    assert "ETag" not in rosa.get(f"/api/v1/purchases/{answer.json()['id']}/")
