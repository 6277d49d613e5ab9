"""What a shopper takes along, and what goes and stays with an erased account."""

import io
import json
import zipfile

import pytest

from accounts.tests.factories import PASSWORD, make_user, sign_in
from bookstore.testing import count_queries
from catalog.tests.factories import make_edition, make_offer
from orders.models import Cart, Order, Purchase, Shipment
from orders.tests.factories import make_purchase
from reviews.models import Review, public_name
from reviews.tests.factories import make_review

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa():
    return make_user(first_name="Rosa", last_name="Reader")


@pytest.fixture
def phone(client, rosa):
    return sign_in(client, rosa)


def bought_reviewed_and_in_the_cart(user, phone):
    offer = make_offer(make_edition())
    make_review(offer.edition.book, user)
    purchase = make_purchase(user, offer)
    body = {"offer": str(make_offer().pk), "quantity": 1}
    assert phone.post("/api/v1/cart/items/", body, content_type="application/json").status_code == 201
    return purchase


def take_out(phone):
    archive = zipfile.ZipFile(io.BytesIO(b"".join(phone.get("/api/v1/me/export/").streaming_content)))
    return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def test_an_export_has_purchases_cart_and_reviews_and_none_of_others(phone, rosa):
    purchase = bought_reviewed_and_in_the_cart(rosa, phone)
    vera = make_user("vera@example.com")
    others = bought_reviewed_and_in_the_cart(vera, sign_in(None, vera))

    files = take_out(phone)

    assert [row["number"] for row in files["purchases.json"]] == [purchase.number]
    assert [len(files[f"{name}.json"]) for name in ("cart", "orders", "order_lines", "reviews")] == [1, 1, 1, 1]
    assert others.number not in str(files)


def test_an_export_tells_how_purchases_were_paid_and_sent(phone, rosa):
    order = Order.objects.get(purchase=bought_reviewed_and_in_the_cart(rosa, phone))
    Shipment.objects.create(order=order, carrier="Post", tracking_number="RR123")
    vera = make_user("vera@example.com")
    theirs = Order.objects.get(purchase=bought_reviewed_and_in_the_cart(vera, sign_in(None, vera)))
    Shipment.objects.create(order=theirs, carrier="Post", tracking_number="RR456")

    files = take_out(phone)

    [payment], [shipment] = files["payments.json"], files["shipments.json"]
    assert (payment["purchase__number"], payment["status"]) == (order.purchase.number, "succeeded")
    assert (shipment["order__number"], shipment["tracking_number"]) == (order.number, "RR123")


def test_an_export_of_many_purchases_takes_the_same_queries_as_one_of_few(phone, rosa):
    bought_reviewed_and_in_the_cart(rosa, phone)
    take_out(phone)
    few = count_queries(lambda: take_out(phone))
    for _ in range(3):
        bought_reviewed_and_in_the_cart(rosa, phone)

    assert count_queries(lambda: take_out(phone)) == few


def test_who_erases_the_account_leaves_purchases_as_they_were_and_reviews_without_a_name(phone, rosa):
    purchase = bought_reviewed_and_in_the_cart(rosa, phone)
    before = Purchase.objects.filter(pk=purchase.pk).values().get()

    response = phone.delete("/api/v1/me/", {"password": PASSWORD}, content_type="application/json")

    assert response.status_code == 204
    assert Purchase.objects.filter(pk=purchase.pk).values().get() == before
    assert public_name(Review.objects.get().user) == "A reader"
    assert not Cart.objects.exists()
