"""Money comes: once, twice, late, or not at all."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from bookstore.testing import at_once, deliver_mails
from catalog.models import Offer
from catalog.tests.factories import make_edition, make_offer, make_seller
from orders.models import Order, Payment, PaymentEvent, Purchase
from orders.services import Report, settle
from orders.tests.factories import check_out, make_reader, make_terms, pay, post, put_in_cart, status_of

pytestmark = pytest.mark.django_db


def purchase_of(reader: Client, *offers: Offer, quantity: int = 1) -> dict:
    for offer in offers:
        put_in_cart(reader, offer, quantity)
    return check_out(reader).json()


def time_is_over(*purchases: dict) -> None:
    ids = [purchase["id"] for purchase in purchases]
    Purchase.objects.filter(pk__in=ids).update(expires_at=timezone.now() - timedelta(seconds=1))
    call_command("expire_purchases", verbosity=0)


def money(kind: str) -> int:
    return PaymentEvent.objects.filter(kind=kind).aggregate(sum=Sum("amount_minor"))["sum"] or 0


def shelf(offer: Offer) -> tuple[int, int]:
    offer.refresh_from_db()
    return offer.on_hand, offer.held


def test_paid_copies_leave_the_shelf_and_the_buyer_gets_a_mail(rosa):
    offer = make_offer(on_hand=3)
    purchase = purchase_of(rosa, offer, quantity=2)

    answer = pay(rosa, purchase)

    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")
    assert (status_of(purchase), shelf(offer)) == (["paid"], (1, 0))
    [mail] = deliver_mails()
    assert (mail.to, purchase["number"] in mail.subject + mail.body) == (["rosa@example.com"], True)
    assert rosa.get(f"/api/v1/purchases/{purchase['id']}/").json()["status"] == "paid"


def test_paying_twice_is_charged_once(rosa):
    offer = make_offer(on_hand=3)
    purchase = purchase_of(rosa, offer)

    statuses = [pay(rosa, purchase).json()["status"] for _ in range(2)]

    assert statuses == ["succeeded", "succeeded"]
    assert (money("captured"), money("refunded")) == (purchase_total(purchase), 0)
    assert (shelf(offer), len(deliver_mails())) == ((2, 0), 1)


def purchase_total(purchase: dict) -> int:
    return int(purchase["total"]["amount"].replace(".", ""))


def test_a_second_charge_goes_back_once(rosa):
    purchase = purchase_of(rosa, make_offer())
    pay(rosa, purchase)
    payment = Payment.objects.get()

    for _ in range(3):
        settle(payment, Report.succeeded("another-charge", payment.amount_minor))

    assert (money("captured"), money("refunded")) == (2 * payment.amount_minor, payment.amount_minor)
    assert status_of(purchase) == ["paid"]


def test_too_little_money_buys_what_it_pays_for_and_the_rest_goes_back(rosa):
    offers = [make_offer(seller=make_seller(name)) for name in ("Ada's Books", "Ben's Books")]
    purchase = purchase_of(rosa, *offers)
    payment = Payment.objects.get()

    settle(payment, Report.succeeded("too-little", payment.amount_minor - 1))

    assert status_of(purchase) == ["paid", "pending_payment"]
    assert [shelf(offer) for offer in offers] == [(2, 0), (3, 1)]
    assert money("captured") - money("refunded") == Order.objects.get(status="paid").total_minor


def test_after_a_failure_the_buyer_can_try_again(rosa):
    purchase = purchase_of(rosa, make_offer())

    outcomes = [pay(rosa, purchase, outcome).json()["status"] for outcome in ("fail", "fail", "succeed", "fail")]

    assert outcomes == ["failed", "failed", "succeeded", "succeeded"]
    assert status_of(purchase) == ["paid"]


@pytest.mark.parametrize("outcome", ["", "maybe", None, 1, [], {}])
def test_an_outcome_is_succeed_or_fail(rosa, outcome):
    purchase = purchase_of(rosa, make_offer())

    assert pay(rosa, purchase, outcome).status_code == 400
    assert status_of(purchase) == ["pending_payment"]


def test_anothers_payment_is_not_there(rosa):
    purchase = purchase_of(rosa, make_offer())

    answers = [pay(make_reader("ben@example.com"), purchase), pay(Client(), purchase)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert post(rosa, "payments/x/simulate/", {"outcome": "succeed"}).status_code == 404
    assert status_of(purchase) == ["pending_payment"]


def test_copies_not_paid_in_time_are_let_go(rosa):
    offer = make_offer(on_hand=1)
    purchase = purchase_of(rosa, offer)

    time_is_over(purchase)

    assert (status_of(purchase), shelf(offer)) == (["expired"], (1, 0))
    shown = rosa.get(f"/api/v1/purchases/{purchase['id']}/").json()
    assert (shown["status"], shown["payment"]["status"]) == ("expired", "cancelled")


def test_one_purchase_that_cannot_expire_stops_no_other(terms):
    offers = make_offer(on_hand=1), make_offer(on_hand=1)
    bad, good = (purchase_of(make_reader(f"{n}@example.com"), offer) for n, offer in enumerate(offers))
    Offer.objects.filter(pk=offers[0].pk).update(held=0)  # by somebody at the database

    with pytest.raises(CommandError, match=bad["number"]):
        time_is_over(bad, good)

    assert (status_of(bad), status_of(good)) == (["pending_payment"], ["expired"])
    assert shelf(offers[1]) == (1, 0)


def test_copies_are_kept_while_there_is_time(rosa):
    purchase = purchase_of(rosa, make_offer())

    call_command("expire_purchases", verbosity=0)

    assert status_of(purchase) == ["pending_payment"]


def test_late_money_still_buys_what_is_left(rosa):
    offer = make_offer(on_hand=1)
    purchase = purchase_of(rosa, offer)
    time_is_over(purchase)

    answer = pay(rosa, purchase)

    assert answer.json()["status"] == "succeeded"
    assert (status_of(purchase), shelf(offer), money("refunded")) == (["paid"], (0, 0), 0)


def test_late_money_for_what_is_sold_goes_back(rosa):
    offer = make_offer(on_hand=1)
    purchase = purchase_of(rosa, offer)
    time_is_over(purchase)
    other = make_reader("ben@example.com")
    pay(other, purchase_of(other, offer))
    deliver_mails().clear()

    pay(rosa, purchase)

    assert (status_of(purchase), shelf(offer)) == (["expired"], (0, 0))
    assert money("refunded") == purchase_total(purchase)
    [order] = rosa.get(f"/api/v1/purchases/{purchase['id']}/").json()["orders"]
    assert order["payment_status"] == "refunded"
    [mail] = deliver_mails()
    assert (mail.to, purchase["total"]["amount"] in mail.body) == (["rosa@example.com"], True)


def test_late_money_buys_from_the_seller_who_still_has_it_and_the_rest_goes_back(rosa):
    gone, there = make_offer(on_hand=1), make_offer(make_edition(), seller=make_seller("Other"))
    purchase = purchase_of(rosa, gone, there)
    time_is_over(purchase)
    Offer.objects.filter(pk=gone.pk).update(on_hand=0)

    pay(rosa, purchase)

    assert status_of(purchase) == ["expired", "paid"]
    assert money("captured") - money("refunded") == Order.objects.get(status="paid").total_minor


def test_a_price_that_rose_does_not_stop_late_money(rosa):
    offer = make_offer(on_hand=1)
    purchase = purchase_of(rosa, offer)
    time_is_over(purchase)
    Offer.objects.update(price_minor=99999)

    pay(rosa, purchase)

    assert status_of(purchase) == ["paid"]


@pytest.mark.django_db(transaction=True)
def test_paid_cancelled_and_expired_at_once_ends_in_one_of_them():
    make_terms()
    rosa, offer = make_reader(), make_offer(on_hand=5)
    purchase = purchase_of(rosa, offer)
    order = purchase["orders"][0]["id"]
    Purchase.objects.update(expires_at=timezone.now())
    deeds = [
        lambda: pay(rosa, purchase),
        lambda: post(rosa, f"orders/{order}/cancel/"),
        lambda: call_command("expire_purchases", verbosity=0),
    ]

    at_once(lambda deed: deed(), deeds * 3)

    [status] = status_of(purchase)
    kept = money("captured") - money("refunded")
    assert (status, kept, shelf(offer)) in [
        ("paid", purchase_total(purchase), (4, 0)),
        ("cancelled", 0, (5, 0)),
        ("expired", 0, (5, 0)),
    ]


@pytest.mark.django_db(transaction=True)
def test_eight_reports_of_one_charge_at_once_count_once():
    make_terms()
    rosa, offer = make_reader(), make_offer(on_hand=5)
    purchase = purchase_of(rosa, offer)

    statuses = at_once(lambda _: pay(rosa, purchase).status_code, range(8))

    assert (set(statuses), shelf(offer)) == ({200}, (4, 0))
    assert (money("captured"), money("refunded")) == (purchase_total(purchase), 0)


def test_a_key_pays_and_cancels_once(rosa):
    purchase = purchase_of(rosa, make_offer())
    key = {"idempotency-key": "once"}
    path = f"payments/{purchase['payment']['id']}/simulate/"

    failed = [post(rosa, path, {"outcome": "fail"}, **key) for _ in range(2)]
    pay(rosa, purchase)
    cancelled = [
        post(rosa, f"orders/{purchase['orders'][0]['id']}/cancel/", {}, **{"idempotency-key": "c"}) for _ in "ab"
    ]

    assert (PaymentEvent.objects.filter(kind="failed").count(), failed[1]["Idempotent-Replayed"]) == (1, "true")
    assert [answer.status_code for answer in cancelled] == [200, 200]
    assert money("refunded") == purchase_total(purchase)


def late_purchase(email: str, *offers: Offer) -> Payment:
    """One that has expired, and whose money is yet to come."""
    purchase = purchase_of(make_reader(email), *offers)
    time_is_over(purchase)
    return Payment.objects.get(purchase=purchase["id"])


@pytest.mark.django_db(transaction=True)
def test_late_payments_of_the_same_books_from_several_sellers_do_not_deadlock():
    make_terms()
    editions = [make_edition() for _ in range(6)]
    names = ("Ada", "Ben", "Cem", "Dora")
    a, b, c, d = ([make_offer(e, seller=make_seller(name), on_hand=1) for e in editions] for name in names)
    payments = [
        late_purchase("ann@example.com", *a[:3], *b[3:]),
        late_purchase("bob@example.com", *c[3:], *d[:3]),
    ]

    at_once(lambda payment: settle(payment, Report.succeeded("late", payment.amount_minor)), payments)

    assert list(Order.objects.values_list("status", flat=True)) == ["paid"] * 4


def test_a_guests_payment_is_nothing_to_other_readers(terms):
    guest, other = Client(), Client()
    token = put_in_cart(guest, make_offer())["X-Cart-Token"]
    others = put_in_cart(other, make_offer())["X-Cart-Token"]
    purchase = check_out(guest, email="guest@example.com", **{"x-cart-token": token}).json()
    path = f"payments/{purchase['payment']['id']}/simulate/"

    refused = [
        post(make_reader("ben@example.com"), path, {"outcome": "succeed"}),
        post(other, path, {"outcome": "succeed"}, **{"x-cart-token": others}),
    ]
    failed = post(guest, path, {"outcome": "fail"}, **{"x-cart-token": token})
    paid = post(Client(), f"{path}?token={purchase['token']}", {"outcome": "succeed"})

    assert [answer.status_code for answer in refused] == [404, 404]
    assert (failed.json()["status"], paid.json()["status"]) == ("failed", "succeeded")
