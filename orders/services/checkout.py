"""From cart to purchase."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Seller
from bookstore.concurrency import make_sure_it_is
from bookstore.errors import FieldError, Invalid
from bookstore.money import Money
from catalog.services import Wanted, hold_copies, price_changed
from catalog.vocabularies import Format
from orders.errors import CartIsEmpty, CurrencyNotAccepted
from orders.models import (
    Cart,
    CartItem,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
    Payment,
    Purchase,
    Rates,
    ShippingMethod,
    Shopper,
)
from orders.providers import PROVIDERS
from orders.services.payments import NOTHING_TO_PAY, Report, settle
from orders.totals import Totals

FILES = {Format.EBOOK, Format.AUDIOBOOK}


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one seller is to send, and what it comes to."""

    seller: Seller
    items: Sequence[tuple[CartItem, Decimal]]  # with the rate of the tax in its price, in percent
    totals: Totals


@dataclass(frozen=True, slots=True)
class QuotedMethod:
    """A way of shipping, and what it costs for all parcels of a cart."""

    method: ShippingMethod
    price: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """How a cart can be sent, and what it comes to."""

    shipping_methods: Sequence[QuotedMethod]
    totals: Totals


def quote(shopper: Shopper, *, country: str = "", shipping_method: ShippingMethod | None = None) -> Quote:
    """What the cart comes to if sent there that way; without a method, before postage. Raises CartIsEmpty."""
    cart = Cart.objects.of(shopper).first()
    items = items_of(cart)
    rates = Rates(country or settings.SHOP_COUNTRY)
    methods = ShippingMethod.objects.offered()
    parcels = pack(items, rates, shipping_method)
    count = sum(has_weight(parcel.items) for parcel in parcels)
    return Quote(
        [QuotedMethod(method, Money(method.price_minor * count, method.currency)) for method in methods if count],
        Totals.together(settings.SHOP_CURRENCY, (parcel.totals for parcel in parcels)),
    )


@transaction.atomic(savepoint=False)
def check_out(
    shopper: Shopper,
    *,
    email: str,
    language: str,
    shipping_address: dict[str, Any],
    billing_address: dict[str, Any] | None = None,
    shipping_method: ShippingMethod | None = None,
    payment_method: str,
    note: str = "",
    if_match: str | None = None,
) -> Purchase:
    """Buy all that is in the cart, or nothing: an order with each seller, one payment, and copies held until then.
    The purchase comes as `for_api` loads it.

    Raises CartIsEmpty, OutOfStock, PriceChanged, NotForSale, CurrencyNotAccepted, ChangedMeanwhile; then nothing has
    changed.
    """
    cart = Cart.objects.of(shopper).lock().first()
    make_sure_it_is(cart, if_match)
    items = items_of(cart)
    make_sure_of_prices(items)
    parcels = pack(items, Rates(shipping_address["country"]), shipping_method)
    if shipping_method is None and any(has_weight(parcel.items) for parcel in parcels):
        raise Invalid(errors=[FieldError("required", _("Choose how the books are to be sent."), "shipping_method")])
    purchase = Purchase.objects.create(
        buyer=shopper.user,
        guest_key=shopper.guest,
        email=email,
        language=language,
        shipping_address=shipping_address,
        billing_address=billing_address or shipping_address,
        shipping_method=shipping_method,
        note=note,
        currency=settings.SHOP_CURRENCY,
        total_minor=sum(parcel.totals.total for parcel in parcels),
    )
    orders = write_orders(purchase, parcels)
    payment = open_payment(purchase, payment_method)
    empty(items[0].cart)
    hold_copies([Wanted(item.offer_id, item.quantity, item.price_seen) for item in items])
    if not purchase.total_minor:
        settle(payment, Report.succeeded(NOTHING_TO_PAY, 0))
        return Purchase.objects.for_api().get(pk=purchase.pk)
    return as_for_api(purchase, orders, payment)


def items_of(cart: Cart | None) -> list[CartItem]:
    items = list(cart.items.for_api()) if cart else []
    if not items:
        raise CartIsEmpty
    return items


def make_sure_of_prices(items: Sequence[CartItem]) -> None:
    """Raise PriceChanged where an offer costs another price than the reader has seen; and all are in one currency."""
    for place, item in enumerate(items):
        offer, accepted = item.offer, settings.SHOP_CURRENCY
        if offer.currency != accepted:  # the shop has taken up another since
            raise CurrencyNotAccepted(title=offer.title, currency=offer.currency, accepted=accepted)
        if item.price_seen != item.offer.price:
            raise price_changed(item.offer, item.price_seen, place)


def pack(items: Sequence[CartItem], rates: Rates, method: ShippingMethod | None) -> list[Parcel]:
    """One parcel per seller, in the order in which they came into the cart."""
    by_seller: dict[Seller, list[tuple[CartItem, Decimal]]] = {}
    for item in items:
        by_seller.setdefault(item.offer.seller, []).append((item, rates.of(item.offer.edition.format)))
    return [Parcel(seller, theirs, totals_of(theirs, method)) for seller, theirs in by_seller.items()]


def totals_of(items: Sequence[tuple[CartItem, Decimal]], method: ShippingMethod | None) -> Totals:
    shipping = method.price_minor if method and has_weight(items) else 0
    return Totals.of(settings.SHOP_CURRENCY, [(item.total.minor, rate) for item, rate in items], shipping)


def has_weight(items: Sequence[tuple[CartItem, Decimal]]) -> bool:
    """Whether anything of it has to travel; files do not."""
    return any(item.offer.edition.format not in FILES for item, _rate in items)


def write_orders(purchase: Purchase, parcels: Sequence[Parcel]) -> dict[Order, list[OrderLine]]:
    """The orders with their lines."""
    orders = {
        (order := order_of(purchase, parcel, place)): [line_of(order, item, rate) for item, rate in parcel.items]
        for place, parcel in enumerate(parcels, start=1)
    }
    Order.objects.bulk_create(orders)
    OrderLine.objects.bulk_create(line for lines in orders.values() for line in lines)
    OrderEvent.objects.bulk_create(
        OrderEvent(order=order, after=OrderStatus.PENDING_PAYMENT, by=purchase.buyer) for order in orders
    )
    return orders


def as_for_api(purchase: Purchase, orders: Mapping[Order, list[OrderLine]], payment: Payment) -> Purchase:
    """The purchase with all that its answer shows: it was written just now, and reading it would cost five queries."""
    for order, lines in orders.items():
        for line in lines:
            vars(line).update(book_id=line.edition.book_id)
        vars(order).update(refunded_minor=0, _prefetched_objects_cache={"lines": lines, "shipments": []})
    vars(purchase).update(_prefetched_objects_cache={"orders": list(orders), "payments": [payment]})
    return purchase


def order_of(purchase: Purchase, parcel: Parcel, place: int) -> Order:
    totals = parcel.totals
    return Order(
        purchase=purchase,
        seller=parcel.seller,
        number=f"{purchase.number}-{place}",
        currency=purchase.currency,
        items_minor=totals.items,
        discount_minor=totals.discount,
        shipping_minor=totals.shipping,
        total_minor=totals.total,
        tax_lines=[line.to_keep() for line in totals.tax_lines],
    )


def line_of(order: Order, item: CartItem, rate: Decimal) -> OrderLine:
    offer, edition = item.offer, item.offer.edition
    return OrderLine(
        order=order,
        offer=offer,
        edition=edition,
        title=offer.title,
        isbn=edition.isbn or "",
        format=edition.format,
        condition=offer.condition,
        quantity=item.quantity,
        currency=item.currency,
        unit_price_minor=item.price_minor,
        tax_rate=rate,
    )


def open_payment(purchase: Purchase, provider: str) -> Payment:
    payment = Payment(
        purchase=purchase, provider=provider, amount_minor=purchase.total_minor, currency=purchase.currency
    )
    PROVIDERS[provider].open(payment)
    payment.save()
    return payment


def empty(cart: Cart) -> None:
    cart.items.all().delete()
    cart.save(update_fields=["updated_at"])
