"""From paid to delivered, and the ways out."""

from itertools import product
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from accounts.tests.factories import make_member, sign_in
from bookstore.testing import at_once, count_queries, deliver_mails
from catalog.models import Offer, StockMovement
from catalog.tests.factories import make_edition, make_offer, make_seller
from orders.errors import IllegalTransition
from orders.models import NEXT_STATUSES, Order, OrderEvent, OrderStatus, PaymentEvent
from orders.services import pack_order
from orders.tests.factories import buy, check_out, make_reader, make_terms, pay, post, put_in_cart, status_of

pytestmark = pytest.mark.django_db

LIFE_OF_AN_ORDER = """
pending_payment -> paid cancelled expired
paid            -> processing shipped cancelled
processing      -> shipped cancelled
shipped         -> delivered
delivered       ->
cancelled       ->
expired         -> paid
"""


@pytest.fixture
def offer(terms):
    return make_offer(on_hand=5, price_minor=1000)


@pytest.fixture
def seller(offer):
    return sign_in(None, make_member(offer.seller))


def order_of(purchase: dict) -> str:
    return purchase["orders"][0]["id"]


def test_the_table_is_its_picture(rosa, offer):
    wanted = {}
    for line in LIFE_OF_AN_ORDER.strip().splitlines():
        before, _arrow, after = line.partition("->")
        wanted[before.strip()] = set(after.split())
    order = Order.objects.get(pk=order_of(buy(rosa, offer)))

    for before, after in product(OrderStatus, OrderStatus):
        order.status = before
        try:
            order.move_to(after)
        except IllegalTransition:
            assert after not in wanted[before]
        else:
            assert after in wanted[before]
    assert {status.value for status in NEXT_STATUSES} == set(wanted)


def test_a_seller_ships_and_the_buyer_reads_of_it(rosa, offer, seller):
    purchase = buy(rosa, offer)
    deliver_mails().clear()

    shipped = post(seller, f"orders/{order_of(purchase)}/ship/", {"carrier": "DHL", "tracking_number": "00340434"})
    delivered = post(seller, f"orders/{order_of(purchase)}/deliver/")

    assert (shipped.status_code, shipped.json()["status"]) == (200, "shipped")
    assert (delivered.status_code, delivered.json()["status"]) == (200, "delivered")
    [mail] = deliver_mails()
    assert (mail.to, "00340434" in mail.body, "DHL" in mail.body) == (["rosa@example.com"], True, True)
    events = rosa.get(f"/api/v1/orders/{order_of(purchase)}/events/").json()["results"]
    assert [(event["after"], event["by"]) for event in events] == [
        ("pending_payment", "buyer"),
        ("paid", "shop"),
        ("shipped", "seller"),
        ("delivered", "seller"),
    ]


def test_a_seller_sees_what_is_to_be_packed_and_nothing_of_others(rosa, offer, seller):
    mine = buy(rosa, offer)
    unpaid = put_in_cart(rosa, offer) and check_out(rosa).json()
    others = buy(rosa, make_offer(make_edition(), seller=make_seller("Other")))

    listed = seller.get("/api/v1/orders/", {"seller": offer.seller.slug}).json()["results"]

    assert [order["id"] for order in listed] == [order_of(mine)]
    assert seller.get(f"/api/v1/orders/{order_of(mine)}/").status_code == 200
    assert seller.get("/api/v1/orders/", {"seller": "other"}).json()["results"] == []
    for purchase in (unpaid, others):
        assert seller.get(f"/api/v1/orders/{order_of(purchase)}/").status_code == 404
        assert post(seller, f"orders/{order_of(purchase)}/ship/").status_code == 404


def test_a_buyer_sees_own_orders_only(rosa, offer):
    mine, others = buy(rosa, offer), buy(make_reader("ben@example.com"), offer)

    listed = rosa.get("/api/v1/orders/").json()["results"]

    assert [order["id"] for order in listed] == [order_of(mine)]
    for path in (f"orders/{order_of(others)}/", f"orders/{order_of(others)}/events/", f"purchases/{others['id']}/"):
        assert rosa.get(f"/api/v1/{path}").status_code == 404
    assert post(rosa, f"orders/{order_of(others)}/cancel/").status_code == 404
    assert rosa.get("/api/v1/orders/x/").status_code == 404
    assert Client().get("/api/v1/orders/").status_code == 401


def test_orders_of_a_seller_are_read_by_an_index_in_their_order(offer):
    user = make_member(offer.seller)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")

    assert "Sort" not in Order.objects.to_pack_by(user, offer.seller.slug).order_by("-id")[:20].explain()
    assert "SubPlan" not in Order.objects.open_to(user).filter(pk=uuid4()).explain()


def test_a_buyer_may_not_ship(rosa, offer):
    purchase = buy(rosa, offer)

    for deed in ("ship", "deliver"):
        answer = post(rosa, f"orders/{order_of(purchase)}/{deed}/")
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
        assert post(Client(), f"orders/{order_of(purchase)}/{deed}/").status_code == 401
    assert status_of(purchase) == ["paid"]


def test_cancelling_before_payment_lets_the_copies_go(rosa, offer):
    put_in_cart(rosa, offer, 2)
    purchase = check_out(rosa).json()

    answer = post(rosa, f"orders/{order_of(purchase)}/cancel/", {"reason": "changed my mind"})

    offer.refresh_from_db()
    assert (answer.json()["status"], offer.held, offer.on_hand) == ("cancelled", 0, 5)
    assert rosa.get(f"/api/v1/purchases/{purchase['id']}/").json()["payment"]["status"] == "cancelled"


def test_cancelling_one_of_two_orders_before_payment_leaves_less_to_pay(rosa, offer):
    put_in_cart(rosa, offer)
    put_in_cart(rosa, make_offer(make_edition(), price_minor=2000, seller=make_seller("Other")))
    purchase = check_out(rosa).json()

    post(rosa, f"orders/{order_of(purchase)}/cancel/")

    payment = rosa.get(f"/api/v1/purchases/{purchase['id']}/").json()["payment"]
    assert payment["amount"]["amount"] == "23.90"
    post(rosa, f"payments/{payment['id']}/simulate/", {"outcome": "succeed"})
    assert status_of(purchase) == ["cancelled", "paid"]
    assert not PaymentEvent.objects.filter(kind="refunded").exists()


def test_cancelling_after_payment_gives_the_money_and_the_copies_back(rosa, offer):
    purchase = buy(rosa, offer, 2)

    answer = post(rosa, f"orders/{order_of(purchase)}/cancel/")

    offer.refresh_from_db()
    assert (answer.json()["status"], answer.json()["payment_status"]) == ("cancelled", "refunded")
    assert (offer.on_hand, offer.held) == (5, 0)
    assert PaymentEvent.objects.get(kind="refunded").amount_minor == Order.objects.get().total_minor


@pytest.mark.parametrize("deed", ["cancel", "ship", "deliver"])
def test_what_is_over_cannot_be_begun_again(rosa, offer, seller, deed):
    purchase = buy(rosa, offer)
    post(rosa, f"orders/{order_of(purchase)}/cancel/")
    events = OrderEvent.objects.count()

    answer = post(seller, f"orders/{order_of(purchase)}/{deed}/")

    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
    assert (status_of(purchase), OrderEvent.objects.count()) == (["cancelled"], events)


def test_a_buyer_cannot_cancel_what_is_on_its_way(rosa, offer, seller):
    purchase = buy(rosa, offer)
    post(seller, f"orders/{order_of(purchase)}/ship/")

    assert post(rosa, f"orders/{order_of(purchase)}/cancel/").json()["code"] == "illegal_transition"


@pytest.mark.parametrize("reader", [Client, lambda: make_reader("ben@example.com")])
def test_whoever_has_the_token_may_do_what_the_buyer_may_and_no_more(offer, seller, reader):
    guest = Client()
    token = put_in_cart(guest, offer)["X-Cart-Token"]
    purchase = check_out(guest, email="guest@example.com", **{"x-cart-token": token}).json()
    pay(guest, purchase)
    cancel, stranger = f"orders/{order_of(purchase)}/cancel/?token={purchase['token']}", reader()

    pack_order(Order.objects.get(), by=None)
    refused = post(stranger, cancel)
    Order.objects.update(status="paid")
    cancelled = post(stranger, cancel)

    assert (refused.status_code, cancelled.status_code) == (409, 200)
    events = seller.get(f"/api/v1/orders/{order_of(purchase)}/events/").json()["results"]
    assert [event["by"] for event in events] == ["buyer", "shop", "shop", "buyer"]


def test_a_guest_who_cancels_by_the_link_twice_with_one_key_is_answered_the_same(offer):
    guest = Client()
    token = put_in_cart(guest, offer)["X-Cart-Token"]
    purchase = check_out(guest, email="guest@example.com", **{"x-cart-token": token}).json()
    path = f"orders/{order_of(purchase)}/cancel/?token={purchase['token']}"

    first, second = (post(Client(), path, {}, **{"idempotency-key": "1"}) for _ in range(2))

    assert (first.status_code, second.status_code, second.json()) == (200, 200, first.json())


@pytest.mark.parametrize("body", [{"carrier": "x" * 101}, {"tracking_number": 5}, {"carrier": "\x00"}, [], "x"])
def test_a_parcel_is_described_in_short_text(rosa, offer, seller, body):
    purchase = buy(rosa, offer)

    assert post(seller, f"orders/{order_of(purchase)}/ship/", body).status_code == 400
    assert status_of(purchase) == ["paid"]


def test_an_old_etag_is_refused(rosa, offer, seller):
    order = order_of(buy(rosa, offer))
    etag = seller.get(f"/api/v1/orders/{order}/")["ETag"]

    first = post(seller, f"orders/{order}/ship/", **{"if-match": etag})
    second = post(seller, f"orders/{order}/deliver/", **{"if-match": etag})

    assert (first.status_code, second.status_code, second.json()["code"]) == (200, 412, "changed_meanwhile")


def test_orders_are_found_by_status(rosa, offer):
    buy(rosa, offer)

    for status, count in [("paid", 1), ("shipped", 0)]:
        assert len(rosa.get("/api/v1/orders/", {"status": status}).json()["results"]) == count
    assert rosa.get("/api/v1/orders/", {"status": "lost"}).status_code == 400


def test_many_orders_cost_as_many_queries_as_one(rosa, offer):
    buy(rosa, offer)
    one = count_queries(lambda: rosa.get("/api/v1/orders/"))
    for _ in range(3):
        buy(rosa, offer)

    assert count_queries(lambda: rosa.get("/api/v1/orders/")) == one


def test_the_ledger_says_why_stock_changed(rosa, offer):
    purchase = buy(rosa, offer, 2)
    post(rosa, f"orders/{order_of(purchase)}/cancel/")

    moves = StockMovement.objects.filter(offer=offer).order_by("pk").values_list("quantity", "reason", "on_hand")

    assert list(moves) == [(5, "opening", 5), (-2, "sale", 3), (2, "cancellation", 5)]


@pytest.mark.django_db(transaction=True)
def test_six_cancellations_at_once_pay_back_once():
    make_terms()
    rosa, offer = make_reader(), make_offer(on_hand=5)
    purchase = buy(rosa, offer)

    answers = at_once(lambda _: post(rosa, f"orders/{order_of(purchase)}/cancel/").status_code, range(6))

    assert sorted(answers) == [200, 409, 409, 409, 409, 409]
    assert PaymentEvent.objects.filter(kind="refunded").count() == 1
    assert Offer.objects.get().on_hand == 5


@pytest.mark.django_db(transaction=True)
def test_shipping_and_cancelling_at_once_do_one_of_them():
    make_terms()
    rosa, offer = make_reader(), make_offer(on_hand=5)
    seller = sign_in(None, make_member(offer.seller))
    purchase = buy(rosa, offer)
    deeds = [(rosa, "cancel"), (seller, "ship")] * 3

    at_once(lambda deed: post(deed[0], f"orders/{order_of(purchase)}/{deed[1]}/"), deeds)

    offer.refresh_from_db()
    refunds = PaymentEvent.objects.filter(kind="refunded").count()
    assert (*status_of(purchase), offer.on_hand, refunds) in [("cancelled", 5, 1), ("shipped", 4, 0)]


def test_a_seller_never_sees_what_was_cancelled_before_it_was_paid(rosa, offer, seller):
    put_in_cart(rosa, offer)
    purchase = check_out(rosa).json()
    post(rosa, f"orders/{order_of(purchase)}/cancel/")

    assert seller.get("/api/v1/orders/", {"seller": offer.seller.slug}).json()["results"] == []
    assert seller.get(f"/api/v1/orders/{order_of(purchase)}/").status_code == 404


def test_orders_are_walked_by_cursor(rosa, offer):
    for _ in range(5):
        buy(rosa, offer)

    seen, cursor = [], ""
    for _ in range(3):
        page = rosa.get("/api/v1/orders/", {"page_size": 2, "cursor": cursor}).json()
        seen += [order["id"] for order in page["results"]]
        cursor = page["pagination"]["next_cursor"] or ""

    assert seen == [str(pk) for pk in Order.objects.order_by("-pk").values_list("pk", flat=True)]


def test_when_what_is_left_of_a_purchase_costs_nothing_it_is_paid(rosa, offer):
    free = make_offer(make_edition(format="ebook"), price_minor=0, seller=make_seller("Other"))
    put_in_cart(rosa, offer)
    put_in_cart(rosa, free)
    purchase = check_out(rosa).json()

    post(rosa, f"orders/{order_of(purchase)}/cancel/")

    assert status_of(purchase) == ["cancelled", "paid"]
