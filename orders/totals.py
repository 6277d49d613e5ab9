"""What a purchase comes to. Prices have the tax in them and stay as they are; tax is taken out of the sum per rate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bookstore.money import Money


@dataclass(frozen=True, slots=True)
class TaxLine:
    """The tax of one rate (percent) in some sum: net and tax in minor units, which add up to the gross."""

    rate: Decimal
    net: int
    tax: int

    @classmethod
    def within(cls, gross: int, rate: Decimal) -> TaxLine:
        net = int((gross / (1 + rate / 100)).quantize(Decimal(1), ROUND_HALF_UP))
        return cls(rate, net, gross - net)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> TaxLine:
        """As an order keeps it."""
        return cls(Decimal(kept["rate"]), kept["net"], kept["tax"])

    def to_keep(self) -> dict[str, Any]:
        return {"rate": str(self.rate), "net": self.net, "tax": self.tax}


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums in minor units of one currency; `total` = items - discount + shipping, tax included."""

    currency: str
    items: int
    discount: int
    shipping: int
    tax_lines: tuple[TaxLine, ...]

    @classmethod
    def of(cls, currency: str, items: Iterable[tuple[int, Decimal]], shipping: int = 0) -> Totals:
        """Sum up what one seller is owed: gross amounts with the rate in each, and the postage.

        Rounded by rate and not by book, which keeps every book's price (sum_by_net_keep_gross): five books at 100.00
        with 19 % in them are 500.00, of which 79.83 is tax. Postage is taxed as what it carries, in proportion.
        """
        by_rate: dict[Decimal, int] = defaultdict(int)
        for gross, rate in items:
            by_rate[rate] += gross
        postage = split(shipping, by_rate)
        lines = tuple(TaxLine.within(by_rate[rate] + postage[rate], rate) for rate in sorted(by_rate))
        return cls(currency, sum(by_rate.values()), 0, shipping, lines)

    @classmethod
    def together(cls, currency: str, parts: Iterable[Totals]) -> Totals:
        """The sum of several sellers' totals; each has rounded for itself, as its invoice will."""
        everything = list(parts)
        by_rate: dict[Decimal, list[TaxLine]] = defaultdict(list)
        for line in (line for part in everything for line in part.tax_lines):
            by_rate[line.rate].append(line)
        lines = (TaxLine(rate, sum(li.net for li in by_rate[rate]), sum(li.tax for li in by_rate[rate]))
                 for rate in sorted(by_rate))  # fmt: skip
        return cls(
            currency,
            sum(part.items for part in everything),
            sum(part.discount for part in everything),
            sum(part.shipping for part in everything),
            tuple(lines),
        )

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.tax_lines)

    @property
    def total(self) -> int:
        return self.items - self.discount + self.shipping

    def as_json(self) -> dict[str, Any]:
        """The API's shape: money everywhere, rates as percent in text."""

        def money(minor: int) -> dict[str, str]:
            return Money(minor, self.currency).as_json()

        return {
            "items": money(self.items),
            "discount": money(self.discount),
            "shipping": money(self.shipping),
            "tax": money(self.tax),
            "total": money(self.total),
            "tax_lines": [
                {"rate": str(line.rate), "net": money(line.net), "tax": money(line.tax)} for line in self.tax_lines
            ],
        }


def split(amount: int, weights: Mapping[Decimal, int]) -> dict[Decimal, int]:
    """Divide an amount in proportion, to the last cent: those with the largest remainders get one more."""
    whole = sum(weights.values())
    if not whole:
        return {key: amount if place == 0 else 0 for place, key in enumerate(weights)}
    shares = {key: amount * weight // whole for key, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda key: (-(amount * weights[key] % whole), key))
    for key in by_remainder[: amount - sum(shares.values())]:
        shares[key] += 1
    return shares
