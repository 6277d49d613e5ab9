from orders.services.carts import add_to_cart, adopt_guest_cart, change_cart_item, remove_from_cart
from orders.services.checkout import check_out, quote
from orders.services.fulfilment import cancel_order, deliver_order, pack_order, ship_order
from orders.services.payments import Report, expire_purchase, settle, simulate
from orders.services.privacy import export_shopper, forget_shopper
from orders.services.sales import count_recent_sales, pair_books, pair_some_books
from orders.services.terms import load_terms

__all__ = [
    "Report",
    "add_to_cart",
    "adopt_guest_cart",
    "cancel_order",
    "change_cart_item",
    "check_out",
    "count_recent_sales",
    "deliver_order",
    "expire_purchase",
    "export_shopper",
    "forget_shopper",
    "load_terms",
    "pack_order",
    "pair_books",
    "pair_some_books",
    "quote",
    "remove_from_cart",
    "settle",
    "ship_order",
    "simulate",
]
