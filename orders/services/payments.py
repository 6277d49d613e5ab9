"""The one way to paid, and the ways out of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from uuid6 import uuid7

from bookstore.money import Money
from bookstore.outbox import send_mail
from catalog.errors import NotForSale, OutOfStock
from catalog.models import Book, Edition, Offer
from catalog.services import Wanted, hold_copies, release_copies, sell_copies
from orders.models import BOUGHT, Order, OrderStatus, Payment, PaymentEvent, Purchase
from orders.providers import PROVIDERS

NOTHING_TO_PAY = "nothing to pay"


class Report(NamedTuple):
    """What a provider says of a payment; the reference is the charge's, so that each counts once."""

    kind: PaymentEvent.Kind
    reference: str
    amount_minor: int

    @classmethod
    def succeeded(cls, reference: str, amount_minor: int) -> "Report":
        return cls(PaymentEvent.Kind.CAPTURED, reference, amount_minor)

    @classmethod
    def failed(cls, reference: str) -> "Report":
        return cls(PaymentEvent.Kind.FAILED, reference, 0)


@transaction.atomic
def settle(payment: Payment, report: Report) -> Payment:
    """Take note of what became of a payment, once however often and in whatever order it is reported.

    Webhook, returning buyer and sweeper all come here. Money for orders that can no longer be had goes back.
    """
    purchase = Purchase.objects.lock().get(pk=payment.purchase_id)
    payment = purchase.payments.get(pk=payment.pk)
    events = list(PaymentEvent.objects.filter(payment__purchase=purchase))
    if any((event.payment_id, event.kind, event.reference) == (payment.pk, *report[:2]) for event in events):
        return payment
    events.append(payment.events.create(**report._asdict()))
    if report.kind == PaymentEvent.Kind.FAILED:
        fail(payment)
        return payment
    orders = list(purchase.orders.lock().prefetch_related("lines"))
    lock_shelves(orders)
    paid = [order for order in orders if order.total_minor <= too_much(events, orders) and is_paid_now(order)]
    set_status(payment, Payment.Status.SUCCEEDED)
    returned = return_what_is_too_much(payment, events, orders)
    if paid:
        send_mail("order_confirmed", to=purchase.email, language=purchase.language, purchase=str(purchase.pk))
    if returned:
        send_mail(
            "payment_returned",
            to=purchase.email,
            language=purchase.language,
            purchase=str(purchase.pk),
            amount_minor=returned,
        )
    return payment


def simulate(payment: Payment, *, outcome: str) -> Payment:
    """Have the test provider report what its buyer did; paying twice is one charge, failing can happen again."""
    if outcome == "succeed":
        return settle(payment, Report.succeeded(f"charge-{payment.reference}", payment.amount_minor))
    return settle(payment, Report.failed(f"failure-{uuid7().hex}"))


def fail(payment: Payment) -> None:
    """The buyer may try again while the copies are held."""
    if payment.status == Payment.Status.PENDING:
        set_status(payment, Payment.Status.FAILED)


def set_status(payment: Payment, status: Payment.Status) -> None:
    payment.status = status
    payment.save(update_fields=["status", "updated_at"])


def is_paid_now(order: Order) -> bool:
    """Sell an order's copies for money that has just come; False where there is nothing to be sold any more."""
    if order.status == OrderStatus.EXPIRED and not is_held_again(order):
        return False
    if order.status not in {OrderStatus.PENDING_PAYMENT, OrderStatus.EXPIRED}:
        return False
    sell_copies(order.quantities(), reference=order.pk)
    order.move_to(OrderStatus.PAID)
    return True


def is_held_again(order: Order) -> bool:
    """Whether copies that were let go can still be had, at the price at which they were bought."""
    try:
        with transaction.atomic():
            hold_copies([Wanted(line.offer_id, line.quantity) for line in order.lines.all()])
    except (OutOfStock, NotForSale):
        return False
    return True


def lock_shelves(orders: Iterable[Order]) -> None:
    """Hold the offers of all sellers at once, and the books that may sell out again, each in the order of their keys,
    so that no two purchases can deadlock: their orders are paid one by one, and may have the same books crosswise.
    """
    offers = {offer for order in orders for offer in order.quantities()}
    list(Offer.objects.filter(pk__in=offers).lock().values_list("pk"))
    late = {offer for order in orders if order.status == OrderStatus.EXPIRED for offer in order.quantities()}
    books = Book.objects.filter(pk__in=Edition.objects.filter(offers__in=late).values("book"))
    list(books.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def return_what_is_too_much(payment: Payment, events: Sequence[PaymentEvent], orders: Sequence[Order]) -> int:
    """Pay back what was captured beyond the orders that stand, and say how much (minor units)."""
    minor = left = max(too_much(events, orders), 0)
    for order in orders if left else ():
        part = 0 if order.status in BOUGHT else min(left, order.total_minor - paid_back(order))
        if part:
            refund(payment, Money(part, payment.currency), reason="paid too late, or too little", order=order)
            left -= part
    if left:
        refund(payment, Money(left, payment.currency), reason="paid twice")
    return minor


def paid_back(order: Order) -> int:
    """What has gone back to the buyer for this order (minor units)."""
    refunds = order.payment_events.filter(kind=PaymentEvent.Kind.REFUNDED)
    return sum(refunds.values_list("amount_minor", flat=True))


def too_much(events: Sequence[PaymentEvent], orders: Sequence[Order]) -> int:
    """What the shop has of the buyer's money beyond the orders that stand (minor units)."""
    standing = {order.pk: order.total_minor for order in orders if order.status in BOUGHT}
    captured = returned = 0
    for event in events:
        if event.kind == PaymentEvent.Kind.CAPTURED:
            captured += event.amount_minor
        elif event.kind == PaymentEvent.Kind.REFUNDED and event.order_id not in standing:
            returned += event.amount_minor
    return captured - returned - sum(standing.values())


def refund(payment: Payment, money: Money, *, reason: str, order: Order | None = None) -> None:
    """Pay back a part of what a payment brought in; the caller holds the purchase's lock."""
    if money.minor > payment.captured_minor - payment.refunded_minor:
        raise ValueError(f"{money} is more than payment {payment.pk} has left.")
    reference = f"refund-{payment.events.count()}"
    PaymentEvent.objects.create(
        payment=payment,
        order=order,
        kind=PaymentEvent.Kind.REFUNDED,
        amount_minor=money.minor,
        reference=reference,
        reason=reason,
    )
    PROVIDERS[payment.provider].refund(payment, money, reference)


@transaction.atomic
def expire_purchase(purchase: Purchase) -> bool:
    """Let the copies go that were held for a purchase whose time to pay is over; False where it was paid just now."""
    purchase = Purchase.objects.lock().get(pk=purchase.pk)
    waiting = [order for order in purchase.orders.lock() if order.status == OrderStatus.PENDING_PAYMENT]
    if not waiting or purchase.expires_at > timezone.now():
        return False
    let_go(waiting)
    for order in waiting:
        order.move_to(OrderStatus.EXPIRED, reason="not paid in time")
    close_payments(purchase)
    return True


def let_go(orders: Iterable[Order]) -> None:
    """Release the copies held for these orders, all in one go, so that locks are taken in one order."""
    release_copies(sum((Counter(order.quantities()) for order in orders), Counter()))


def ask_for_less(purchase: Purchase, minor: int) -> None:
    """A part of the purchase was given up before it was paid."""
    if not purchase.orders.filter(status=OrderStatus.PENDING_PAYMENT).exists():
        close_payments(purchase)
        return
    for payment in purchase.payments.exclude(status=Payment.Status.SUCCEEDED):
        payment.amount_minor -= minor
        payment.save(update_fields=["amount_minor", "updated_at"])
        PROVIDERS[payment.provider].change_amount(payment)
        if not payment.amount_minor:
            settle(payment, Report.succeeded(NOTHING_TO_PAY, 0))


def close_payments(purchase: Purchase) -> None:
    open_ones = purchase.payments.filter(status__in=[Payment.Status.PENDING, Payment.Status.FAILED])
    open_ones.update(status=Payment.Status.CANCELLED, updated_at=timezone.now())
