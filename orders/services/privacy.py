"""What a shopper may take along, and what goes with an erased account (settings.EXPORTS, WHEN_USERS_ARE_ERASED)."""

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from orders.models import Cart, CartItem, Order, OrderLine, Payment, Purchase, Shipment

PURCHASE = ("id", "number", "email", "language", "shipping_address", "billing_address", "note", "currency",
            "total_minor", "created_at")  # fmt: skip
ORDER = ("id", "number", "purchase__number", "seller__name", "status", "currency", "items_minor", "discount_minor",
         "shipping_minor", "total_minor", "tax_lines", "paid_at", "created_at")  # fmt: skip
LINE = ("order__number", "title", "isbn", "format", "condition", "quantity", "currency", "unit_price_minor", "tax_rate")
PAYMENT = ("id", "purchase__number", "provider", "status", "currency", "amount_minor", "reference", "created_at")
SHIPMENT = ("order__number", "carrier", "tracking_number", "created_at")
ITEM = ("offer_id", "offer__edition__isbn", "quantity", "price_minor", "currency", "created_at")


def export_shopper(user: User) -> dict[str, Iterable[Any]]:
    """Cart and purchases of a user, down to the single book, and how they were paid and sent."""
    return {
        "cart": CartItem.objects.filter(cart__user=user).order_by("id").values(*ITEM).iterator(),
        "purchases": Purchase.objects.filter(buyer=user).order_by("id").values(*PURCHASE).iterator(),
        "orders": Order.objects.filter(purchase__buyer=user).order_by("id").values(*ORDER).iterator(),
        "order_lines": OrderLine.objects.filter(order__purchase__buyer=user).order_by("id").values(*LINE).iterator(),
        "payments": Payment.objects.filter(purchase__buyer=user).order_by("id").values(*PAYMENT).iterator(),
        "shipments": Shipment.objects.filter(order__purchase__buyer=user).order_by("id").values(*SHIPMENT).iterator(),
    }


def forget_shopper(user: User) -> None:
    """The cart goes. Purchases stay with the names and addresses they were made with, as tax law wants them kept."""
    Cart.objects.filter(user=user).delete()
