"""The cart as a screen shows it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from catalog.errors import NotForSale, OutOfStock, PriceChanged
from orders.models import Cart, CartItem, Rates
from orders.totals import Totals


@dataclass(frozen=True, slots=True)
class CartPage:
    """A shopper's cart, which may not be there yet, and what stands in the way of buying it."""

    cart: Cart | None
    items: list[CartItem]

    @property
    def id(self) -> UUID | None:
        return self.cart and self.cart.pk

    @property
    def problems(self) -> list[dict[str, Any]]:
        found = ((item, problem(item)) for item in self.items)
        return [
            {"code": refusal.code, "message": str(refusal), "item": item.pk, "facts": refusal.facts}
            for item, refusal in found
            if refusal
        ]

    @property
    def totals(self) -> Totals:
        rates = Rates(settings.SHOP_COUNTRY)
        by_seller: dict[UUID, list[CartItem]] = {}
        for item in self.items:
            by_seller.setdefault(item.offer.seller_id, []).append(item)
        return Totals.together(settings.SHOP_CURRENCY, (goods(items, rates) for items in by_seller.values()))


def goods(items: list[CartItem], rates: Rates) -> Totals:
    return Totals.of(
        settings.SHOP_CURRENCY, [(item.total.minor, rates.of(item.offer.edition.format)) for item in items]
    )


def problem(item: CartItem) -> OutOfStock | NotForSale | PriceChanged | None:
    """The refusal that the item would meet at checkout now."""
    offer = item.offer
    if not offer.is_for_sale:
        return NotForSale(title=offer.title)
    if offer.available < item.quantity:
        return OutOfStock(title=offer.title, available=offer.available, wanted=item.quantity)
    if offer.price != item.price_seen:
        return PriceChanged(title=offer.title, was=item.price_seen.as_json(), now=offer.price.as_json())
    return None


def cart_page(cart: Cart | None) -> CartPage:
    return CartPage(cart, list(cart.items.for_api()) if cart else [])
