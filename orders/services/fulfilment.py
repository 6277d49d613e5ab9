"""What becomes of an order once it is there."""

from django.db import transaction

from accounts.models import User
from bookstore.concurrency import make_sure_it_is
from bookstore.money import Money
from bookstore.outbox import send_mail
from catalog.models import StockReason
from catalog.services import return_copies
from orders.errors import IllegalTransition
from orders.models import BUYER_CANCELS, Order, OrderStatus, Payment, Purchase, Shipment
from orders.services.payments import ask_for_less, let_go, paid_back, refund


@transaction.atomic
def cancel_order(order: Order, *, by: User | None, reason: str = "", if_match: str | None = None) -> None:
    """Give an order up: the copies go back on the shelf and the money back to the buyer.

    Its buyer (nobody by name, where it is a guest) can until the seller packs it, others until it is shipped.
    Raises IllegalTransition.
    """
    purchase, order = locked(order, if_match)
    before = OrderStatus(order.status)
    is_buyer = by is None or by.pk == purchase.buyer_id
    if is_buyer and before not in BUYER_CANCELS:
        raise IllegalTransition(order=order.number, status=before.value, wanted=OrderStatus.CANCELLED.value)
    order.move_to(OrderStatus.CANCELLED, by=by, reason=reason)
    if before == OrderStatus.PENDING_PAYMENT:
        let_go([order])
        ask_for_less(purchase, order.total_minor)
        return
    return_copies(order.quantities(), reference=order.pk, reason=StockReason.CANCELLATION)
    pay_back(order)
    send_mail("order_cancelled", to=purchase.email, language=purchase.language, order=str(order.pk))


def pay_back(order: Order) -> None:
    """Return what is left of an order's money, by the payment that brought it."""
    left = order.total_minor - paid_back(order)
    if left:
        payment = order.purchase.payments.filter(status=Payment.Status.SUCCEEDED).latest("pk")
        refund(payment, Money(left, order.currency), reason="order cancelled", order=order)


@transaction.atomic
def pack_order(order: Order, *, by: User | None) -> None:
    """The seller has begun to pack it."""
    _purchase, order = locked(order)
    order.move_to(OrderStatus.PROCESSING, by=by)


@transaction.atomic
def ship_order(
    order: Order, *, by: User | None, carrier: str = "", tracking_number: str = "", if_match: str | None = None
) -> None:
    """The parcel is on its way; the buyer hears of it by mail. Raises IllegalTransition."""
    purchase, order = locked(order, if_match)
    order.move_to(OrderStatus.SHIPPED, by=by)
    Shipment.objects.create(order=order, carrier=carrier, tracking_number=tracking_number)
    send_mail("order_shipped", to=purchase.email, language=purchase.language, order=str(order.pk))


@transaction.atomic
def deliver_order(order: Order, *, by: User | None, if_match: str | None = None) -> None:
    """The parcel has arrived. Raises IllegalTransition."""
    _purchase, order = locked(order, if_match)
    order.move_to(OrderStatus.DELIVERED, by=by)


def locked(order: Order, if_match: str | None = None) -> tuple[Purchase, Order]:
    """The purchase and the order as they are now: whoever changes either holds the purchase first."""
    purchase = Purchase.objects.lock().get(pk=order.purchase_id)
    order = Order.objects.lock().select_related("purchase").get(pk=order.pk)
    make_sure_it_is(order, if_match)
    return purchase, order
