"""Cents: none is lost, none is made up."""

from decimal import Decimal
from random import Random

import pytest

from orders.totals import TaxLine, Totals, split

SEVEN, NINETEEN = Decimal("7.00"), Decimal("19.00")


def test_tax_is_taken_out_of_the_sum_and_keeps_every_price():
    totals = Totals.of("EUR", [(10000, NINETEEN)] * 5)

    assert totals.as_json()["tax_lines"] == [
        {
            "rate": "19.00",
            "net": {"amount": "420.17", "currency": "EUR"},
            "tax": {"amount": "79.83", "currency": "EUR"},
        }
    ]
    assert (totals.total, totals.tax) == (50000, 7983)


def test_postage_is_taxed_as_what_it_carries():
    totals = Totals.of("EUR", [(2000, SEVEN), (1000, NINETEEN)], shipping=400)

    assert totals.tax_lines == (TaxLine.within(2000 + 267, SEVEN), TaxLine.within(1000 + 133, NINETEEN))
    assert totals.total == 3400


def test_sums_of_several_sellers_are_those_of_their_invoices():
    one, other = Totals.of("EUR", [(999, SEVEN)], 390), Totals.of("EUR", [(1250, SEVEN)], 390)

    both = Totals.together("EUR", [one, other])

    assert (both.total, both.tax) == (one.total + other.total, one.tax + other.tax)
    assert [line.rate for line in both.tax_lines] == [SEVEN]


def test_nothing_costs_nothing():
    assert Totals.of("EUR", []).total == 0
    assert Totals.together("EUR", []).tax_lines == ()


@pytest.mark.parametrize("seed", range(20))
def test_no_cent_is_lost_whatever_the_basket(seed):
    chance = Random(seed)
    rates = [Decimal("0.00"), Decimal("5.50"), SEVEN, NINETEEN]
    items = [(chance.randint(0, 10**6), chance.choice(rates)) for _ in range(chance.randint(1, 30))]

    totals = Totals.of("EUR", items, shipping=chance.randint(0, 999))

    assert totals.items == sum(gross for gross, _ in items)
    assert totals.total == sum(line.net + line.tax for line in totals.tax_lines)
    assert all(0 <= line.tax <= line.net + line.tax for line in totals.tax_lines)


def test_an_amount_is_divided_to_the_last_cent():
    assert split(100, {Decimal(1): 1, Decimal(2): 1, Decimal(3): 1}) == {Decimal(1): 34, Decimal(2): 33, Decimal(3): 33}
    assert sum(split(390, {SEVEN: 0, NINETEEN: 0}).values()) == 390
