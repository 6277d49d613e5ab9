"""Money: a whole number of minor units and an ISO 4217 code, never a float."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from moneyed import CurrencyDoesNotExist, get_currency

SPELLING = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
LARGEST_AMOUNT = 10**12  # minor units: ten thousand million euros, far beyond any price


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, pence, yen) of one currency."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: str | Decimal, currency: str) -> "Money":
        """Read a decimal amount. Raises ValueError for what is no amount of that currency (`1.234` EUR, `NaN`)."""
        if isinstance(amount, str) and not SPELLING.fullmatch(amount):
            raise ValueError(f"{amount[:40]!r} is not an amount of money; write 12.90.")
        try:
            scaled = Decimal(amount) * minor_units(currency)
        except ArithmeticError as error:
            raise ValueError(f"{amount!r} is not an amount of money.") from error
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise ValueError(f"{amount!r} is not an amount of {currency}: it has too many decimals.")
        if abs(scaled) > LARGEST_AMOUNT:
            raise ValueError(f"{amount!r} is too large an amount.")
        return cls(int(scaled), currency)

    @property
    def amount(self) -> Decimal:
        return Decimal(self.minor).scaleb(-decimals(self.currency))

    def as_json(self) -> dict[str, str]:
        """`{"amount": "12.90", "currency": "EUR"}`, the one shape of money in the API."""
        return {"amount": str(self.amount), "currency": self.currency}

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


# Codes of ISO 4217 that nobody pays with: metals, units of account, tests, no currency at all.
NOT_MONEY = frozenset(
    ["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XFO", "XFU", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"]
)


def minor_units(currency: str) -> int:
    """How many minor units make one unit: 100 cents, 1 yen, 1000 fils. Raises ValueError for an unknown code."""
    if currency in NOT_MONEY:
        raise ValueError(f"{currency!r} is not a currency that anybody pays with.")
    try:
        return int(get_currency(currency).sub_unit)
    except CurrencyDoesNotExist as error:
        raise ValueError(f"{currency!r} is not an ISO 4217 currency code.") from error


@cache
def decimals(currency: str) -> int:
    return len(str(minor_units(currency))) - 1
