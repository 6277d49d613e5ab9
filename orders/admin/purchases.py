"""Purchases and their money in the console, for the shop's own staff."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from bookstore.admin import ConsoleAdmin
from orders.admin.orders import LABELS, ToRead
from orders.models import Order, OrderStatus, Payment, PaymentEvent, Purchase


class OrderInline(ToRead):
    model = Order
    fields = ["number", "seller", "status", "total"]
    readonly_fields = ["number", "status", "total"]
    show_change_link = True


class PaymentInline(ToRead):
    model = Payment
    fields = ["provider", "status", "amount", "reference", "created_at"]
    readonly_fields = ["amount", "created_at"]


class MoneyInline(ToRead):
    model = PaymentEvent
    fields = ["created_at", "kind", "money", "order", "reason", "reference"]
    readonly_fields = ["created_at", "money"]


@admin.register(Purchase)
class PurchaseAdmin(ConsoleAdmin):
    admins_may = frozenset({"view"})
    inlines = [OrderInline, PaymentInline]
    list_display = ["number", "email", "state", "total", "created_at"]
    sortable_by: list[str] = []
    search_help_text = _("Number, or the beginning of the buyer's e-mail address")
    readonly_fields = ["state", "total"]
    fieldsets = [
        (None, {"fields": [("number", "state"), ("email", "buyer"), ("total", "expires_at"), "note"]}),
        (_("Addresses"), {"fields": [("shipping_address", "billing_address"), "shipping_method"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("orders")

    def find(self, purchases: QuerySet, term: str) -> QuerySet:
        if "@" in term:
            return purchases.filter(email__istartswith=term)
        return purchases.filter(number__startswith=term.upper())

    @display(description=_("status"), label=LABELS)
    def state(self, purchase: Purchase) -> str:
        return OrderStatus(purchase.status).label

    @admin.display(description=_("total"))
    def total(self, purchase: Purchase) -> str:
        return str(purchase.total)


@admin.register(Payment)
class PaymentAdmin(ConsoleAdmin):
    admins_may = frozenset({"view"})
    inlines = [MoneyInline]
    list_display = ["purchase", "provider", "status", "amount", "created_at"]
    list_select_related = ["purchase"]
    list_filter = ["status"]
    sortable_by: list[str] = []
    search_help_text = _("The purchase's number, or the provider's reference")
    readonly_fields = ["amount"]
    fieldsets: list[Any] = [(None, {"fields": [("purchase", "amount"), ("provider", "status"), "reference"]})]

    def find(self, payments: QuerySet, term: str) -> QuerySet:
        return payments.filter(reference=term) or payments.filter(purchase__number__startswith=term.upper())
