"""What sellers and shop staff do with orders in the console."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, User
from bookstore.testing import count_queries, deliver_mails
from catalog.tests.factories import make_edition, make_offer, make_seller
from orders.models import Order, OrderEvent, Payment, PaymentEvent, Purchase, ShippingMethod, TaxRate
from orders.tests.factories import ADDRESS, buy, check_out, make_reader, pay, post, put_in_cart

pytestmark = pytest.mark.django_db
ORDERS = "/console/orders/order/"


@pytest.fixture
def offer(terms):
    return make_offer(on_hand=9, price_minor=1000)


@pytest.fixture
def console(client, offer):
    """The console as the offer's seller sees it."""
    user = User.objects.create_user("sal@shop.example", "secret-words", is_staff=True, first_name="Sal")
    Membership.objects.create(seller=offer.seller, user=user, role=Membership.Role.OWNER)
    client.force_login(user)
    return client


@pytest.fixture
def shop_console(client, offer):
    client.force_login(User.objects.create_superuser("admin@shop.example", "secret-words"))
    return client


def order_of(purchase) -> Order:
    return Order.objects.get(pk=purchase["orders"][0]["id"])


def page(order, step="change"):
    return f"{ORDERS}{order.pk}/{step}/"


def press(console, order, button, **fields):
    return console.post(page(order), {f"orders_order_{button}": "", **fields}, follow=True)


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def no_of_history():
    return OrderEvent.objects.count(), PaymentEvent.objects.count()


def test_a_seller_sees_own_paid_orders_only(console, rosa, offer):
    mine = order_of(buy(rosa, offer))
    put_in_cart(rosa, offer)
    unpaid = order_of(check_out(rosa).json())
    others = order_of(buy(make_reader("ben@example.com"), make_offer(make_edition(), seller=make_seller("Other"))))

    listed, first = console.get(ORDERS).content.decode(), console.get("/console/").content.decode()

    assert console.get(page(mine)).status_code == 200
    for hidden in (unpaid, others):
        assert (mine.number in listed, hidden.number in listed) == (True, False)
        assert (mine.number in first, hidden.number in first) == (True, False)
        assert console.get(page(hidden)).status_code == 302
        assert console.get(page(hidden, "cancel")).status_code == 404
        press(console, hidden, "ship_this")
        console.post(page(hidden, "cancel"))
        assert Order.objects.get(pk=hidden.pk).status == hidden.status


def test_an_address_that_leads_nowhere_is_no_fault(console):
    assert console.get(f"{ORDERS}x/change/").status_code == 302
    assert console.get(f"{ORDERS}x/cancel/").status_code == 404


def test_carrier_and_tracking_number_reach_the_buyer(console, rosa, offer):
    order = order_of(buy(rosa, offer))
    deliver_mails().clear()

    response = press(console, order, "ship_this", carrier="DHL", tracking_number="00340434")

    assert told(response) == [f"Order {order}: Shipped."]
    [mail] = deliver_mails()
    assert (mail.to, "DHL" in mail.body, "00340434" in mail.body) == (["rosa@example.com"], True, True)
    assert order.events.latest("id").by.email == "sal@shop.example"


def test_only_possible_steps_have_buttons(console, rosa, offer):
    order = order_of(buy(rosa, offer))
    steps = {"ship_this", "pack_this", "deliver_this", "cancel"}
    names = {**{step: f'name="orders_order_{step}"' for step in steps - {"cancel"}}, "cancel": page(order, "cancel")}

    def offered():
        content = console.get(page(order)).content.decode()
        assert 'name="_save"' not in content
        return {step for step, sign in names.items() if sign in content}

    assert offered() == {"ship_this", "pack_this", "cancel"}
    press(console, order, "pack_this")
    assert offered() == {"ship_this", "cancel"}
    press(console, order, "ship_this")
    assert offered() == {"deliver_this"}
    press(console, order, "deliver_this")
    assert offered() == set()


@pytest.mark.parametrize("button", ["ship_this", "pack_this", "deliver_this"])
def test_a_stale_page_is_refused_and_nothing_changes(console, rosa, offer, button):
    purchase = buy(rosa, offer)
    post(rosa, f"orders/{purchase['orders'][0]['id']}/cancel/")
    order, before = order_of(purchase), no_of_history()

    response = press(console, order, button)

    assert [order.number in message and "cannot become" in message for message in told(response)] == [True]
    assert (order_of(purchase).status, no_of_history()) == ("cancelled", before)


def test_cancelling_asks_first_and_keeps_the_reason(console, rosa, offer):
    order = order_of(buy(rosa, offer))

    asked = console.get(page(order, "cancel")).content.decode()
    before = Order.objects.get(pk=order.pk).status
    done = console.post(page(order, "cancel"), {"reason": "Damp copy"}, follow=True)

    assert ("13.90 EUR" in asked, before) == (True, "paid")
    assert told(done) == [f"Order {order} is cancelled."]
    assert order.events.latest("id").reason == "Damp copy"
    assert PaymentEvent.objects.get(kind="refunded").amount_minor == order.total_minor


def test_cancelling_what_is_on_its_way_is_refused(console, rosa, offer):
    order = order_of(buy(rosa, offer))
    press(console, order, "ship_this")
    before = no_of_history()

    response = console.post(page(order, "cancel"), {"reason": ""}, follow=True)

    assert "cannot become cancelled" in told(response)[0]
    assert no_of_history() == before


def test_a_reason_too_long_is_asked_for_again(console, rosa, offer):
    order = order_of(buy(rosa, offer))

    assert console.post(page(order, "cancel"), {"reason": "x" * 501}).status_code == 200
    assert Order.objects.get(pk=order.pk).status == "paid"


def test_several_are_shipped_and_those_refused_are_named(console, rosa, offer):
    good, gone = buy(rosa, offer), buy(rosa, offer)
    post(rosa, f"orders/{gone['orders'][0]['id']}/cancel/")
    chosen = [purchase["orders"][0]["id"] for purchase in (good, gone)]

    response = console.post(ORDERS, {"action": "ship", "_selected_action": chosen}, follow=True)

    refused, done = told(response)
    assert (order_of(gone).number in refused, done) == (True, "1 order changed.")
    assert (order_of(good).status, order_of(gone).status) == ("shipped", "cancelled")


def test_an_order_is_not_edited_by_posting_fields(console, rosa, offer):
    order = order_of(buy(rosa, offer))
    before = Order.objects.filter(pk=order.pk).values().get()

    posted = {"status": "delivered", "total_minor": "1", "number": "X", "_save": "", "lines-TOTAL_FORMS": "0"}
    console.post(page(order), posted)

    assert Order.objects.filter(pk=order.pk).values().get() == before


def test_the_purchase_is_locked_before_its_order(console, rosa, offer):
    order = order_of(buy(rosa, offer))

    with CaptureQueriesContext(connection) as queries:
        press(console, order, "ship_this")

    locks = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    assert 'FROM "orders_purchase"' in locks[0]


def test_markup_in_names_and_notes_is_text(console, rosa, offer):
    put_in_cart(rosa, offer)
    address = {**ADDRESS, "last_name": "<script>alert(1)</script>", "line2": "<b>Rear</b>"}
    purchase = check_out(rosa, shipping_address=address, note="<img src=x onerror=alert(2)>").json()
    pay(rosa, purchase)
    order = order_of(purchase)

    for url in ("/console/", ORDERS, page(order), page(order, "cancel")):
        content = console.get(url).content.decode()
        assert not [tag for tag in ("<script>alert", "<b>Rear", "<img src=x") if tag in content]
    assert "&lt;script&gt;alert(1)" in console.get(page(order)).content.decode()


def test_orders_are_found(console, rosa, offer):
    shipped, paid = order_of(buy(rosa, offer)), order_of(buy(make_reader("ben@example.com"), offer))
    press(console, shipped, "ship_this")

    for query, found in [
        ({"q": "ROSA@"}, [shipped]),
        ({"q": paid.number[:6].lower()}, [paid]),
        ({"status": "to_pack"}, [paid]),
        ({"status": "shipped"}, [shipped]),
        ({"status": "nonsense"}, []),
        ({"q": "nothing"}, []),
    ]:
        response = console.get(ORDERS, query)
        assert [order.number for order in response.context["cl"].result_list] == [order.number for order in found]


def test_an_order_of_many_books_costs_as_many_queries_as_one_of_few(console, rosa, offer):
    few = order_of(buy(rosa, offer))
    for _number in range(4):
        put_in_cart(rosa, make_offer(make_edition(), seller=offer.seller))
    many = order_of(buy(rosa, offer))
    console.get(page(few))

    assert count_queries(lambda: console.get(page(many))) == count_queries(lambda: console.get(page(few)))


def test_nothing_to_pack_is_said(console):
    assert "Nothing to pack." in console.get("/console/").content.decode()


@pytest.mark.parametrize("model", [Purchase, Payment, ShippingMethod, TaxRate, User])
def test_what_is_the_shops_is_not_shown_to_sellers(console, rosa, offer, model):
    buy(rosa, offer)
    row, name = model.objects.first(), f"admin:{model._meta.app_label}_{model._meta.model_name}"

    assert console.get(reverse(f"{name}_changelist")).status_code == 403
    assert console.get(reverse(f"{name}_change", args=[row.pk])).status_code == 403


def test_the_shop_sees_a_purchase_in_words_and_its_money(shop_console, rosa, offer):
    purchase = buy(rosa, offer)
    post(rosa, f"orders/{purchase['orders'][0]['id']}/cancel/")
    payment = Payment.objects.get()

    bought = shop_console.get(f"/console/orders/purchase/{purchase['id']}/change/").content.decode()
    money = shop_console.get(f"/console/orders/payment/{payment.pk}/change/").content.decode()

    assert [word for word in ("Lindenstr. 5", "Germany", "13.90 EUR", page(order_of(purchase))) if word in bought]
    assert "postal_code" not in bought
    assert [word in money for word in ("Captured", "Refunded", "13.90 EUR", "Succeeded")] == [True] * 4


def test_the_shop_cancels_what_is_not_paid(shop_console, rosa, offer):
    put_in_cart(rosa, offer, 2)
    order = order_of(check_out(rosa).json())

    asked = shop_console.get(page(order, "cancel")).content.decode()
    shop_console.post(page(order, "cancel"), {"reason": ""})

    offer.refresh_from_db()
    assert ("can no longer be paid" in asked, offer.held) == (True, 0)


def test_the_stock_of_an_offer_leads_to_its_orders(console, rosa, offer):
    order = order_of(buy(rosa, offer))

    assert page(order) in console.get(f"/console/catalog/offer/{offer.pk}/change/").content.decode()
