"""Purchases and their money in the console, for the shop's own staff."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from bookstore.admin import ConsoleAdmin, unbroken
from orders.admin import addresses
from orders.admin.tables import MoneyInline, OrderInline, PaymentInline, order_label, payment_label
from orders.models import Payment, Purchase


@admin.register(Purchase)
class PurchaseAdmin(ConsoleAdmin):
    admins_may = frozenset({"view"})
    inlines = [OrderInline, PaymentInline]
    list_display = ["number", "state", "email", "total", "created_at"]
    sortable_by: list[str] = []
    search_help_text = _("Number, or the buyer's e-mail address")
    readonly_fields = ["state", "total", "goes_to", "bill_to"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("number", "state", "total"),
                    ("email", "buyer", "expires_at"),
                    ("goes_to", "bill_to", "shipping_method"),
                    "note",
                ]
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("orders")

    def find(self, purchases: QuerySet, term: str) -> QuerySet:
        if "@" in term:
            return purchases.filter(email__istartswith=term)
        return purchases.filter(number__startswith=term.upper())

    @admin.display(description=_("status"))
    def state(self, purchase: Purchase) -> str:
        return order_label(purchase.status)

    @admin.display(description=_("total"))
    def total(self, purchase: Purchase) -> str:
        return unbroken(purchase.total)

    @admin.display(description=_("goes to"))
    def goes_to(self, purchase: Purchase) -> str:
        return addresses.as_lines(purchase.shipping_address)

    @admin.display(description=_("bill to"))
    def bill_to(self, purchase: Purchase) -> str:
        return addresses.as_lines(purchase.billing_address)


@admin.register(Payment)
class PaymentAdmin(ConsoleAdmin):
    admins_may = frozenset({"view"})
    inlines = [MoneyInline]
    list_display = ["purchase", "state", "amount", "provider", "created_at"]
    list_select_related = ["purchase"]
    list_filter = [("status", ChoicesDropdownFilter)]
    list_filter_submit = True
    sortable_by: list[str] = []
    search_help_text = _("A purchase's number, or a reference")
    readonly_fields = ["state", "amount"]
    fieldsets: list[Any] = [(None, {"fields": [("purchase", "state", "amount"), ("provider", "reference")]})]

    def find(self, payments: QuerySet, term: str) -> QuerySet:
        return payments.filter(reference=term) or payments.filter(purchase__number__startswith=term.upper())

    @admin.display(description=_("status"))
    def state(self, payment: Payment) -> str:
        return payment_label(payment.status)
