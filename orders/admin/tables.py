"""The tables on the pages of orders, purchases and payments. All are written elsewhere and only read here."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bookstore.admin import ConsoleTable, label, link, unbroken
from catalog.isbn import hyphenate
from orders.models import Order, OrderEvent, OrderLine, OrderStatus, Payment, PaymentEvent, Shipment

ORDER_LABELS = {
    OrderStatus.PENDING_PAYMENT: "warning",
    OrderStatus.PAID: "info",
    OrderStatus.PROCESSING: "info",
    OrderStatus.SHIPPED: "success",
    OrderStatus.DELIVERED: "success",
    OrderStatus.CANCELLED: "danger",
    OrderStatus.EXPIRED: "danger",
}
PAYMENT_LABELS = {
    Payment.Status.PENDING: "warning",
    Payment.Status.SUCCEEDED: "success",
    Payment.Status.FAILED: "danger",
    Payment.Status.CANCELLED: "danger",
}


def order_label(status: str) -> str:
    return label(OrderStatus(status).label, ORDER_LABELS[OrderStatus(status)])


def payment_label(status: str) -> str:
    return label(Payment.Status(status).label, PAYMENT_LABELS[Payment.Status(status)])


class ToRead(ConsoleTable):
    admins_may = sellers_may = frozenset({"view"})


class LineInline(ToRead):
    model = OrderLine
    fields = readonly_fields = ["quantity", "title", "isbn_shown", "format", "condition", "price_of_one"]
    verbose_name_plural = _("books")

    @admin.display(description=_("ISBN"))
    def isbn_shown(self, line: OrderLine) -> str:
        return unbroken(hyphenate(line.isbn) if line.isbn else "–")

    @admin.display(description=_("price of one"))
    def price_of_one(self, line: OrderLine) -> str:
        return unbroken(line.unit_price)


class ShipmentInline(ToRead):
    model = Shipment
    fields = readonly_fields = ["carrier", "tracking_number", "created_at"]
    verbose_name_plural = _("parcels")


class EventInline(ToRead):
    model = OrderEvent
    fields = readonly_fields = ["created_at", "step", "who", "reason"]
    verbose_name_plural = _("history")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("by", "order__purchase")

    @admin.display(description=_("status"))
    def step(self, event: OrderEvent) -> str:
        return order_label(event.after)

    @admin.display(description=_("by"))
    def who(self, event: OrderEvent) -> str:
        if event.by is None:
            return _("the shop")
        is_buyer = event.by_id == event.order.purchase.buyer_id
        return _("the buyer") if is_buyer else event.by.get_full_name() or event.by.email


class OrderInline(ToRead):
    model = Order
    ordering = ["id"]
    fields = readonly_fields = ["order", "seller", "state", "total"]

    @admin.display(description=_("number"))
    def order(self, order: Order) -> str:
        return link(reverse("admin:orders_order_change", args=[order.pk]), order.number)

    @admin.display(description=_("status"))
    def state(self, order: Order) -> str:
        return order_label(order.status)


class PaymentInline(ToRead):
    model = Payment
    fields = readonly_fields = ["payment", "provider", "state", "reference", "created_at"]

    @admin.display(description=_("amount"))
    def payment(self, payment: Payment) -> str:
        return link(reverse("admin:orders_payment_change", args=[payment.pk]), payment.amount)

    @admin.display(description=_("status"))
    def state(self, payment: Payment) -> str:
        return payment_label(payment.status)


class MoneyInline(ToRead):
    model = PaymentEvent
    fields = readonly_fields = ["created_at", "kind", "money", "order", "reason", "reference"]
    verbose_name_plural = _("money that came and went")
