"""The shop's terms in the console."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.countries import countries
from bookstore.admin import ConsoleAdmin
from bookstore.forms import PriceField
from orders.models import ShippingMethod, TaxRate


class ShippingMethodForm(forms.ModelForm):
    price_minor = PriceField(label=_("Price"))

    class Meta:
        model = ShippingMethod
        fields = ["name", "price_minor", "days_least", "days_most", "is_active"]

    def clean(self) -> None:
        if in_wrong_order(self.cleaned_data, "days_least", "days_most"):
            self.add_error("days_most", _("That is less than at least."))


class TaxRateForm(forms.ModelForm):
    def clean_country(self) -> str:
        country = self.cleaned_data["country"].upper()
        if country not in countries():
            raise forms.ValidationError(_("Write a country's two letters, as DE."), code="invalid")
        return country

    def clean(self) -> None:
        if in_wrong_order(self.cleaned_data, "valid_from", "valid_until"):
            self.add_error("valid_until", _("That is before it begins."))


def in_wrong_order(values: dict[str, Any], first: str, last: str) -> bool:
    both = values.get(first), values.get(last)
    return None not in both and both[0] > both[1]


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
    form = TaxRateForm
    list_display = ["country", "product_kind", "rate", "valid_from", "valid_until", "source"]
    list_filter = ["product_kind"]
    sortable_by: list[str] = []
    search_help_text = _("Country, as DE")
    fieldsets: list[Any] = [
        (None, {"fields": [("country", "product_kind"), "rate", ("valid_from", "valid_until"), "source"]}),
    ]

    def find(self, rates: QuerySet, term: str) -> QuerySet:
        return rates.filter(country=term.upper())
