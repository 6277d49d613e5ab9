"""Prices: all of them as the trade states them, and the one that a reader of this shop pays today."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from bookstore.money import Money
from catalog.imports.onix.codes import FOR_CONSUMERS, PRICES_WITHOUT_TAX, WITH_TAX, WITHOUT_TAX
from catalog.imports.onix.dates import first_day, last_day
from catalog.imports.onix.publishing import market_of
from catalog.imports.onix.reading import Reading
from catalog.imports.onix.territories import Countries, union
from catalog.imports.onix.trees import Tree, all_words, line, many, part, parts, words, words_of
from catalog.imports.record import PriceLine

FROM, UNTIL, FROM_UNTIL = "14", "15", "24"  # list 173
LARGEST_QUANTITY = 2_147_483_647
PAID = WITH_TAX + WITHOUT_TAX
NOT_SAID = "02"  # list 57: to be announced


def read_prices(reading: Reading, supplies: Iterable[Tree]) -> tuple[PriceLine, ...]:
    """Every price of every market, once."""
    found: dict[PriceLine, None] = {}
    for supply in supplies:
        market = market_of(supply)
        for detail in parts(supply, "SupplyDetail"):
            if reason := words(detail, "UnpricedItemType"):
                found[without_price(detail, reason, market)] = None
            for price in parts(detail, "Price"):
                read = read_price(reading, price, market)
                if read:
                    found[read] = None
    ranked = sorted(found, key=weight) if len(found) > 1 else found
    return tuple(replace(price, rank=rank) if rank else price for rank, price in enumerate(ranked))


def weight(price: PriceLine) -> tuple[object, ...]:
    """What a reader pays first; a price for a time before one for always, one for few countries before one for many."""
    kind = PAID.index(price.price_type) if price.price_type in PAID else 99
    dated = price.valid_from is not None or price.valid_until is not None
    return (not price.is_consumer, kind, not dated, price.all_but, len(price.countries))


def without_price(tree: Tree, reason: str, market: Countries) -> PriceLine:
    where = union(parts(tree, "Territory")) or market
    return PriceLine(unpriced=reason[:2], countries=tuple(sorted(where.codes)), all_but=where.all_but)


def read_price(reading: Reading, price: Tree, market: Countries) -> PriceLine | None:
    if reason := words(price, "UnpricedItemType"):
        return without_price(price, reason, market)
    amount = amount_of(reading, price)
    period = period_of(reading, price)
    if amount is None or period is None:
        return None
    where = union(parts(price, "Territory")) or market
    kind = (words(price, "PriceType") or reading.about.default_price_type)[:2]
    qualifier, least = words(price, "PriceQualifier")[:2], least_quantity(price)
    conditional = bool(set(conditions(price)) - {"", "00"}) or bool(parts(price, "BatchBonus"))
    return PriceLine(
        price_type=kind,
        qualifier=qualifier,
        amount_minor=amount.minor,
        currency=amount.currency,
        tax_rate=tax_rate(price),
        countries=tuple(sorted(where.codes)),
        all_but=where.all_but,
        valid_from=period[0],
        valid_until=period[1],
        least_quantity=least,
        has_conditions=conditional,
        is_consumer=kind in PAID and qualifier in FOR_CONSUMERS and least == 1 and not conditional,
    )


def amount_of(reading: Reading, price: Tree) -> Money | None:
    text, currency = words(price, "PriceAmount"), words(price, "CurrencyCode") or reading.about.default_currency
    if not text:
        return None
    try:
        if not currency:
            raise ValueError("It has no currency.")
        amount = Money.of(text, currency.upper())
    except ValueError as error:
        mended = with_spare_zeros(text, currency)
        if mended is None:
            reading.leave_out("PriceAmount", f"{text} {currency}".strip(), str(error))
            return None
        amount = mended
    if amount.minor < 0:
        reading.leave_out("PriceAmount", text, "It is less than nothing.")
        return None
    return amount


def with_spare_zeros(text: str, currency: str) -> Money | None:
    """`12.900` euros are 12.90; `12.905` are no price."""
    try:
        return Money.of(text.rstrip("0").rstrip("."), currency.upper()) if "." in text else None
    except ValueError:
        return None


def period_of(reading: Reading, price: Tree) -> tuple[date | None, date | None] | None:
    """The first and the last day; None where they make no period."""
    begins = ends = None
    for each in parts(price, "PriceDate"):
        role, value = words(each, "PriceDateRole"), next(iter(many(each, "Date")), "")
        day = reading.date("PriceDate", value)
        if day is None:
            return None  # a price for a time that nobody knows
        if role in (FROM, FROM_UNTIL):
            begins = first_day(day)
        if role == UNTIL:
            ends = last_day(day)
        if role == FROM_UNTIL:
            ends = end_of_period(reading, words_of(value))
    if begins and ends and begins > ends:
        reading.leave_out("PriceDate", f"{begins} to {ends}", "The price ends before it begins.")
        return None
    return begins, ends


def end_of_period(reading: Reading, text: str) -> date | None:
    last = reading.date("PriceDate", {"text": text[len(text) // 2 :], "dateformat": ""})
    return last_day(last) if last else None


def tax_rate(price: Tree) -> Decimal | None:
    rates = [percent for tax in parts(price, "Tax") for percent in all_words(tax, "TaxRatePercent")]
    try:
        rate = Decimal(rates[0]) if len(rates) == 1 else None
    except InvalidOperation:
        return None
    return rate if rate is not None and rate.is_finite() and 0 <= rate < 1000 else None


def least_quantity(price: Tree) -> int:
    text = words(price, "MinimumOrderQuantity")
    return min(max(int(text), 1), LARGEST_QUANTITY) if text.isdecimal() and len(text) < 12 else 1


def conditions(price: Tree) -> list[str]:
    found = [words(each, "PriceConditionType") for each in parts(price, "PriceCondition")]
    return [*found, *(["constraint"] if parts(price, "PriceConstraint") else [])]


# ---- what a reader pays ----------------------------------------------------------------------------------------


def price_today(reading: Reading, prices: Iterable[PriceLine]) -> PriceLine | None:
    """The price for one copy, with tax, in the shop's currency and country, today. Says why there is none."""
    about = reading.about
    fitting = [price for price in prices if price.is_consumer and price.currency == about.currency
               and about.country in Countries(frozenset(price.countries), price.all_but)
               and is_valid(price, about.today)]  # fmt: skip
    payable = [price for price in fitting if price.price_type in WITH_TAX or may_lack_tax(price, about.country)]
    if not payable:
        why = "It is without tax." if fitting else f"There is none for a reader in {about.country} today."
        value = spelled(fitting[0]) if fitting else about.currency
        reading.leave_out("Price", value, f"{why} No offer is made or changed.")
        return None
    first, *others = payable
    for other in others:
        if other.amount_minor != first.amount_minor and weight(other)[:3] == weight(first)[:3]:
            reading.leave_out("Price", spelled(other), f"There is another one for the same market: {spelled(first)}.")
    if not first.amount_minor:
        reading.leave_out("Price", spelled(first), "A price of 0 makes no offer.")
        return None
    return first


def may_lack_tax(price: PriceLine, country: str) -> bool:
    """Where no tax is in it because there is none, or because prices are shown so there."""
    return country in PRICES_WITHOUT_TAX or price.tax_rate == 0


def is_valid(price: PriceLine, day: date) -> bool:
    return (price.valid_from or day) <= day <= (price.valid_until or day + timedelta(1))


def spelled(price: PriceLine) -> str:
    return str(Money(price.amount_minor or 0, price.currency))


def own_stock(supplies: Iterable[Tree], seller: str) -> int | None:
    """Copies on hand, where the seller is the supplier by the shop's own name for it."""
    for supply in supplies:
        for detail in parts(supply, "SupplyDetail"):
            names = parts(part(detail, "Supplier"), "SupplierIdentifier")
            own = {words(each, "IDValue") for each in names if line(each, "IDTypeName") == OWN_SUPPLIERS}
            text = words(part(detail, "Stock"), "OnHand")
            if seller in own and text.isdecimal() and len(text) < 8:
                return int(text)
    return None


OWN_SUPPLIERS = "Bookstore seller"  # the scheme of our own exports
