"""What `manage.py doctor` notices of selling."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import make_user
from bookstore.doctor import Check
from catalog.models import Offer
from catalog.tests.factories import make_offer
from orders import doctor
from orders.models import Order, Purchase, ShippingMethod, TaxRate
from orders.tests.factories import make_purchase

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(terms) -> Purchase:
    """A purchase that holds a copy."""
    return make_purchase(make_user(), make_offer(), paid=False)


def said(check: Check) -> tuple[list[str], str]:
    findings = list(check())
    return [finding.level for finding in findings], " ".join(f"{one.text} {one.advice}" for one in findings)


def test_a_shop_that_sells_is_healthy(waiting):
    checks = [doctor.shipping, doctor.tax, doctor.payment, doctor.purchases, doctor.holds]

    assert [said(check)[0] for check in checks] == [["ok"]] * 5


@pytest.mark.parametrize("change", [{"is_active": False}, {"currency": "USD"}])
def test_a_shop_that_cannot_send_anything_is_noticed(terms, change):
    ShippingMethod.objects.update(**change)

    levels, words = said(doctor.shipping)

    assert (levels, "load_terms" in words) == (["failure"], True)


def no_rates(settings):
    TaxRate.objects.all().delete()


def another_country(settings):
    settings.SHOP_COUNTRY = "NZ"


def not_yet_valid(settings):
    TaxRate.objects.update(valid_from=timezone.localdate() + timedelta(days=1))


def a_database_of_its_own(settings):
    settings.EMBEDDED = type("None", (), {"names": ()})


@pytest.mark.parametrize("change", [no_rates, another_country, not_yet_valid, a_database_of_its_own])
def test_a_shop_without_tax_rates_of_its_own_is_noticed(terms, settings, change: Callable[..., None]):
    change(settings)

    assert said(doctor.tax)[0] == ["warning"]


@pytest.mark.parametrize(
    ("providers", "https", "levels"),
    [
        (["test"], False, ["ok"]),
        (["test"], True, ["warning"]),
        ([], False, ["failure"]),
        (["tset"], True, ["failure", "failure"]),
        (["test", "tset"], False, ["failure", "ok"]),
    ],
)
def test_how_the_shop_is_paid(settings, providers, https, levels):
    settings.PAYMENT_PROVIDERS, settings.HTTPS = providers, https

    assert said(doctor.payment)[0] == levels


@pytest.mark.parametrize(("minutes", "level"), [(9, "ok"), (11, "warning")])
def test_a_sweeper_that_does_not_come_is_noticed(waiting, minutes, level):
    Purchase.objects.update(expires_at=timezone.now() - timedelta(minutes=minutes))

    assert said(doctor.purchases)[0] == [level]


@pytest.mark.parametrize("change", [lambda: Offer.objects.update(held=2), lambda: Order.objects.update(status="paid"),
                                    lambda: Offer.objects.update(held=0)])  # fmt: skip
def test_copies_held_for_nobody_are_noticed(waiting, change):
    change()

    assert said(doctor.holds)[0] == ["failure"]
