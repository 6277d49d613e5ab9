from decimal import Decimal

import pytest

from bookstore.money import Money


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("12.90", "EUR", 1290), ("500", "JPY", 500), ("1.234", "KWD", 1234), ("0", "EUR", 0)],
)
def test_amounts_are_kept_in_minor_units(amount, currency, minor):
    money = Money.of(amount, currency)

    assert money.minor == minor
    assert Decimal(money.as_json()["amount"]) == Decimal(amount)


def test_the_api_shows_all_decimals():
    assert Money(1290, "EUR").as_json() == {"amount": "12.90", "currency": "EUR"}
    assert Money(500, "JPY").as_json() == {"amount": "500", "currency": "JPY"}
    assert Money(5, "EUR").as_json() == {"amount": "0.05", "currency": "EUR"}


WRONG = [
    "1.234",
    "1_000",
    "1e2",
    "+5",
    "٣",
    "NaN",
    "Infinity",
    "1e400",
    "9e999999",
    "-9e999999",
    "x",
    "",
    "1,50",
    "9" * 30,
]


@pytest.mark.parametrize("amount", WRONG)
def test_what_is_no_amount_is_refused(amount):
    with pytest.raises(ValueError, match="amount"):
        Money.of(amount, "EUR")


def test_a_currency_must_exist():
    with pytest.raises(ValueError, match="ISO 4217"):
        Money.of("1", "XXY")
