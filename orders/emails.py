"""What the shop writes to buyers."""

from typing import Any
from uuid import UUID

from bookstore.mails import mail
from bookstore.money import Money
from orders.models import Order, Purchase


@mail
def order_confirmed(*, purchase: str) -> dict[str, Any]:
    found = Purchase.objects.for_api().get(pk=UUID(purchase))
    orders = [order for order in found.orders.all() if order.status not in {"pending_payment", "expired", "cancelled"}]
    return {"purchase": found, "orders": orders}


@mail
def order_shipped(*, order: str) -> dict[str, Any]:
    found = one(order)
    return {"order": found, "shipment": found.shipments.latest("id")}


@mail
def order_cancelled(*, order: str) -> dict[str, Any]:
    return {"order": one(order)}


@mail
def payment_returned(*, purchase: str, amount_minor: int) -> dict[str, Any]:
    found = Purchase.objects.get(pk=UUID(purchase))
    return {"purchase": found, "amount": Money(amount_minor, found.currency)}


def one(order: str) -> Order:
    return Order.objects.for_api().get(pk=UUID(order))
