"""Orders, purchases and the shop's terms in the console."""

from orders.admin.orders import OrderAdmin
from orders.admin.purchases import PurchaseAdmin
from orders.admin.terms import ShippingMethodAdmin, TaxRateAdmin

__all__ = ["OrderAdmin", "PurchaseAdmin", "ShippingMethodAdmin", "TaxRateAdmin"]
