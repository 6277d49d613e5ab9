"""New prices from old ones: by so many percent, ending as prices end in shop windows."""

from decimal import ROUND_HALF_UP, Decimal

from bookstore.money import LARGEST_AMOUNT, Money, minor_units

ENDINGS = {"99": 99, "95": 95, "90": 90, "50": 50, "00": 0}  # hundredths


def changed_by(price: Money, percent: Decimal, ending: str = "") -> Money:
    """The price raised (or lowered) by so many percent; with an ending, the nearest such price that is not nothing.

    Endings are of currencies with hundredths; others are rounded to their smallest coin.
    """
    exact = Decimal(price.minor) * (100 + percent) / 100
    minor = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    if ending and minor_units(price.currency) == 100:
        minor = nearest(exact, ENDINGS[ending])
    return Money(min(max(minor, 0), LARGEST_AMOUNT), price.currency)


def nearest(exact: Decimal, ending: int) -> int:
    below = int(exact) // 100 * 100 + ending - 100
    possible = [minor for minor in (below, below + 100, below + 200) if minor > 0]
    return min(possible, key=lambda minor: abs(minor - exact))
