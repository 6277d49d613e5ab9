"""The shop's terms in the console."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bookstore.admin import ConsoleAdmin
from bookstore.forms import PriceField
from orders.models import ShippingMethod, TaxRate


class ShippingMethodForm(forms.ModelForm):
    price_minor = PriceField(label=_("price"))

    class Meta:
        model = ShippingMethod
        fields = ["name", "price_minor", "days_least", "days_most", "is_active"]


@admin.register(ShippingMethod)
class ShippingMethodAdmin(ConsoleAdmin):
    form = ShippingMethodForm
    list_display = ["name", "price", "days_least", "days_most", "is_active"]
    sortable_by: list[str] = []
    search_help_text = _("Name, or a part of it")
    fieldsets: list[Any] = [
        (None, {"fields": [("name", "price_minor"), ("days_least", "days_most"), "is_active"]}),
    ]

    def find(self, methods: QuerySet, term: str) -> QuerySet:
        return methods.filter(name__icontains=term)


@admin.register(TaxRate)
class TaxRateAdmin(ConsoleAdmin):
    list_display = ["country", "product_kind", "rate", "valid_from", "valid_until", "source"]
    list_filter = ["product_kind"]
    sortable_by: list[str] = []
    search_help_text = _("Country, as DE")
    fieldsets: list[Any] = [
        (None, {"fields": [("country", "product_kind"), "rate", ("valid_from", "valid_until"), "source"]}),
    ]

    def find(self, rates: QuerySet, term: str) -> QuerySet:
        return rates.filter(country=term.upper())
