"""What the shop writes to buyers."""

from typing import Any
from uuid import UUID

from django.conf import settings

from bookstore.mails import mail, sample_of
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


# ---- what the console's page of all mails shows --------------------------------------------------------------


def a_purchase() -> dict[str, Any]:
    address = {"first_name": "Rosa", "last_name": "Ramirez", "line1": "Lindenstraße 12", "postal_code": "10969",
               "city": "Berlin", "country": "DE"}  # fmt: skip
    return {"number": "2026-000042", "shipping_address": address, "url": f"{settings.SHOP_URL}/purchases/made-up/"}


def an_order() -> dict[str, Any]:
    """Shaped as the templates read an order; none is in the database."""
    lines = [
        {"quantity": 1, "title": "The Master and Margarita", "total": Money(1290, "EUR")},
        {"quantity": 2, "title": "Die Entdeckung der Langsamkeit", "total": Money(2600, "EUR")},
    ]
    return {
        "number": "2026-000042-1",
        "seller": {"name": "Bücherstube am Markt"},
        "lines": {"all": lines},
        "shipping": Money(300, "EUR"),
        "total": Money(4190, "EUR"),
        "purchase": a_purchase(),
    }


@sample_of(order_confirmed)
def two_orders() -> dict[str, Any]:
    other = {**an_order(), "number": "2026-000042-2", "seller": {"name": "Antiquariat Sommer"}}
    return {"purchase": a_purchase(), "orders": [an_order(), other]}


@sample_of(order_shipped)
def with_a_parcel() -> dict[str, Any]:
    return {"order": an_order(), "shipment": {"carrier": "DHL", "tracking_number": "00340434161094042557"}}


@sample_of(order_cancelled)
def without_a_parcel() -> dict[str, Any]:
    return {"order": an_order()}


@sample_of(payment_returned)
def paid_twice() -> dict[str, Any]:
    return {"purchase": a_purchase(), "amount": Money(4190, "EUR")}
