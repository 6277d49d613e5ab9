"""Carts, purchases, orders and money."""

from orders.models.carts import MOST_COPIES, MOST_ITEMS, Cart, CartItem, Shopper, guest_key
from orders.models.orders import (
    BOUGHT,
    BUYER_CANCELS,
    NEXT_STATUSES,
    TO_PACK,
    UNPAID,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
    Shipment,
    bought,
)
from orders.models.payments import Payment, PaymentEvent
from orders.models.purchases import TIME_TO_PAY, Purchase
from orders.models.terms import Rates, ShippingMethod, TaxRate

__all__ = [
    "BOUGHT",
    "BUYER_CANCELS",
    "MOST_COPIES",
    "MOST_ITEMS",
    "NEXT_STATUSES",
    "TIME_TO_PAY",
    "TO_PACK",
    "UNPAID",
    "Cart",
    "CartItem",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderStatus",
    "Payment",
    "PaymentEvent",
    "Purchase",
    "Rates",
    "Shipment",
    "ShippingMethod",
    "Shopper",
    "TaxRate",
    "bought",
    "guest_key",
]
