"""What a reader is about to buy."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from accounts.models import User
from bookstore.models import TimestampedModel
from bookstore.money import Money
from catalog.models import Offer

MOST_COPIES = 999  # of one offer in a cart
MOST_ITEMS = 100  # offers in a cart

PRINTED = (
    "cart_id", "quantity", "price_minor", "currency",
    "offer__seller__name", "offer__seller__slug", "offer__condition", "offer__price_minor", "offer__currency",
    "offer__on_hand", "offer__held", "offer__archived_at", "offer__edition__isbn", "offer__edition__title",
    "offer__edition__format", "offer__edition__availability_code", "offer__edition__archived_at",
    "offer__edition__rights_countries", "offer__edition__rights_all_but", "offer__edition__on_sale_from",
    "offer__edition__preorder_from",
    "offer__edition__book__title", "offer__edition__book__listing__authors",
)  # fmt: skip

guest_signer = Signer(salt="orders.cart", sep=".")


@dataclass(frozen=True, slots=True)
class Shopper:
    """Whose cart it is: a user's, or a guest's, who is known by the key in their token."""

    user: User | None = None
    guest: UUID | None = None
    is_new: bool = False

    @classmethod
    def known_by(cls, user: User | None, token: str) -> Shopper:
        """The user, or else the guest with this token; one without a good token is a new guest."""
        if user:
            return cls(user=user)
        known = guest_key(token)
        return cls(guest=known or uuid7(), is_new=known is None)

    @property
    def token(self) -> str | None:
        return guest_signer.sign(self.guest.hex) if self.guest else None


def guest_key(token: str) -> UUID | None:
    """The key in a guest's token, or None where the shop has not given it."""
    try:
        return UUID(guest_signer.unsign(token))
    except (BadSignature, ValueError):
        return None


class CartQuerySet(models.QuerySet["Cart"]):
    def of(self, shopper: Shopper) -> CartQuerySet:
        return self.filter(user=shopper.user) if shopper.user else self.filter(guest_key=shopper.guest)

    def lock(self) -> CartQuerySet:
        return self.order_by("pk").select_for_update(no_key=True)


class Cart(TimestampedModel):
    """A shopper's offers and quantities. Nothing is held for it until checkout."""

    user = models.OneToOneField(User, models.CASCADE, null=True, related_name="cart", verbose_name=_("user"))
    guest_key = models.UUIDField(_("guest"), null=True, unique=True)
    objects = CartQuerySet.as_manager()

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")
        constraints = [
            models.CheckConstraint(condition=Q(user=None) ^ Q(guest_key=None), name="cart_is_a_users_or_a_guests")
        ]

    def __str__(self) -> str:
        return str(self.user or self.guest_key)


class CartItemQuerySet(models.QuerySet["CartItem"]):
    def for_api(self) -> CartItemQuerySet:
        """Exactly what CartSerializer prints: one query, however many items."""
        shown = self.select_related("offer__seller", "offer__edition__book__listing")
        return shown.only(*PRINTED).order_by("pk")


class CartItem(TimestampedModel):
    """Copies of one offer in a cart, and the price that the reader has seen."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="items", verbose_name=_("cart"))
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="cart_items", verbose_name=_("offer"))
    quantity = models.PositiveSmallIntegerField(_("copies"))
    price_minor = models.PositiveBigIntegerField(_("price seen, in minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    objects = CartItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("cart item")
        verbose_name_plural = _("cart items")
        constraints = [
            models.UniqueConstraint(fields=["cart", "offer"], name="one_item_per_cart_and_offer"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MOST_COPIES), name="cart_item_quantity_is_1_to_999"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.offer}"

    @property
    def price_seen(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def total(self) -> Money:
        return Money(self.offer.price_minor * self.quantity, self.offer.currency)
