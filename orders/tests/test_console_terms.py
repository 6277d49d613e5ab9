"""What the shop's staff set in the console: ways of shipping, and taxes."""

import pytest

from accounts.models import User
from orders.models import ShippingMethod, TaxRate

pytestmark = pytest.mark.django_db
METHOD = {"name": "Bicycle", "price_minor": "4,50", "days_least": "1", "days_most": "2", "is_active": "on"}
RATE = {"country": "DE", "product_kind": "print", "rate": "9.00", "valid_from": "2031-01-01"}


@pytest.fixture
def console(client, terms):
    client.force_login(User.objects.create_superuser("admin@shop.example", "secret-words"))
    return client


def test_a_shipping_method_is_added_and_changed(console):
    console.post("/console/orders/shippingmethod/add/", METHOD)
    method = ShippingMethod.objects.get(name="Bicycle")

    console.post(f"/console/orders/shippingmethod/{method.pk}/change/", {**METHOD, "price_minor": "5.00"})

    assert method.price_minor == 450
    assert ShippingMethod.objects.get(name="Bicycle").price_minor == 500


@pytest.mark.parametrize(
    "wrong",
    [{"price_minor": "much"}, {"price_minor": "-1"}, {"days_least": "3"}, {"days_most": "-1"}, {"name": ""}],
)
def test_a_wrong_shipping_method_is_shown_again(console, wrong):
    response = console.post("/console/orders/shippingmethod/add/", {**METHOD, **wrong})

    assert (response.status_code, bool(response.context["errors"])) == (200, True)
    assert not ShippingMethod.objects.filter(days_least=1, days_most=2).exists()


def test_a_new_tax_rate_holds_from_its_day(console):
    console.post("/console/orders/taxrate/add/", {**RATE, "country": "de"})

    assert TaxRate.objects.get(valid_from="2031-01-01").country == "DE"


@pytest.mark.parametrize(
    "wrong",
    [{"rate": "101"}, {"rate": "-1"}, {"rate": "x"}, {"country": "Germany"}, {"country": "ZZ"},
     {"valid_until": "2030-12-31"}, {"valid_from": "soon"}],
)  # fmt: skip
def test_a_wrong_tax_rate_is_shown_again(console, wrong):
    response = console.post("/console/orders/taxrate/add/", {**RATE, **wrong})

    assert (response.status_code, bool(response.context["errors"])) == (200, True)
    assert not TaxRate.objects.filter(valid_from__year__gte=2030).exists()


def test_two_rates_for_one_day_are_refused(console):
    console.post("/console/orders/taxrate/add/", RATE)

    response = console.post("/console/orders/taxrate/add/", {**RATE, "rate": "5"})

    assert (response.status_code, bool(response.context["errors"])) == (200, True)
    assert TaxRate.objects.filter(valid_from="2031-01-01").count() == 1
