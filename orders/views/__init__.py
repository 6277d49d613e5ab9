from orders.views.buying import CartItemViewSet, CartViewSet, CheckoutViewSet, PaymentViewSet, PurchaseViewSet
from orders.views.orders import OrderViewSet

__all__ = ["CartItemViewSet", "CartViewSet", "CheckoutViewSet", "OrderViewSet", "PaymentViewSet", "PurchaseViewSet"]
