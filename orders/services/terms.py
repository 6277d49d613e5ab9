"""What a shop starts with: ways of shipping, and a table of taxes to check and correct."""

import csv
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction

from bookstore.money import minor_units
from orders.models import ShippingMethod, TaxRate

TAX_RATES = Path(__file__).resolve().parent.parent / "defaults" / "tax_rates.csv"
METHODS = [("Standard", "3.90", 2, 4), ("Express", "9.90", 1, 1)]


@transaction.atomic
def load_terms() -> tuple[int, int]:
    """Write the shop's first shipping methods and tax rates, each table only while it is empty."""
    methods = [] if ShippingMethod.objects.exists() else [method(*fields) for fields in METHODS]
    rates = [] if TaxRate.objects.exists() else tax_rates()
    ShippingMethod.objects.bulk_create(methods)
    TaxRate.objects.bulk_create(rates)
    return len(methods), len(rates)


def method(name: str, price: str, days_least: int, days_most: int) -> ShippingMethod:
    minor = int(Decimal(price) * minor_units(settings.SHOP_CURRENCY))
    return ShippingMethod(name=name, price_minor=minor, days_least=days_least, days_most=days_most)


def tax_rates() -> list[TaxRate]:
    with TAX_RATES.open(newline="", encoding="utf-8") as file:
        return [TaxRate(**row) for row in csv.DictReader(file)]
