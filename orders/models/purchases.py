"""What is paid at once, and by whom."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bookstore.models import TimestampedModel
from bookstore.money import Money
from orders.models.carts import Shopper
from orders.models.payments import Payment
from orders.models.terms import ShippingMethod

NUMBER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that look alike
TIME_TO_PAY = timedelta(minutes=30)

reader_signer = Signer(salt="orders.purchase", sep=".")


def new_number() -> str:
    """A number to read out on the telephone, which tells nobody how much the shop sells: 7KQ2-M9XA-4T."""
    letters = "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(10))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def time_to_pay() -> datetime:
    return timezone.now() + TIME_TO_PAY


class PurchaseQuerySet(models.QuerySet["Purchase"]):
    def of(self, shopper: Shopper) -> PurchaseQuerySet:
        """Those of the signed-in buyer, or those of the guest with this cart."""
        return self.filter(buyer=shopper.user) if shopper.user else self.filter(buyer=None, guest_key=shopper.guest)

    def opened_by(self, token: str) -> PurchaseQuerySet:
        """The one that the token in a guest's mail is for."""
        try:
            return self.filter(pk=UUID(reader_signer.unsign(token)))
        except (BadSignature, ValueError):
            return self.none()

    def unpaid_since(self, moment: datetime) -> PurchaseQuerySet:
        """Those whose time to pay was over then, with copies still held for them."""
        return self.filter(expires_at__lte=moment, orders__status="pending_payment").distinct().order_by("pk")

    def for_api(self) -> PurchaseQuerySet:
        """Exactly what PurchaseSerializer prints: a constant number of queries."""
        orders = apps.get_model("orders.Order").objects.for_api().order_by("id")
        return self.prefetch_related(Prefetch("orders", orders), "payments")

    def lock(self) -> PurchaseQuerySet:
        return self.select_for_update(no_key=True, of=("self",))


class Purchase(TimestampedModel):
    """What a reader pays at once: an order with each seller whose books were in the cart."""

    number = models.CharField(_("number"), max_length=20, unique=True, default=new_number, editable=False)
    buyer = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="purchases", verbose_name=_("buyer")
    )
    guest_key = models.UUIDField(_("guest"), null=True, blank=True, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254)
    language = models.CharField(_("language"), max_length=20, default="en")
    shipping_address = models.JSONField(_("shipping address"))
    billing_address = models.JSONField(_("billing address"))
    shipping_method = models.ForeignKey(
        ShippingMethod, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shipping method")
    )
    note = models.TextField(_("note of the buyer"), max_length=1000, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    total_minor = models.PositiveBigIntegerField(_("total in minor units"))
    expires_at = models.DateTimeField(_("to be paid until"), default=time_to_pay)
    objects = PurchaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("purchase")
        verbose_name_plural = _("purchases")
        ordering = ["-id"]
        indexes = [models.Index(fields=["expires_at"], name="purchase_by_time_to_pay")]

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def token(self) -> str:
        """What opens the purchase to whoever got its mail."""
        return reader_signer.sign(self.pk.hex)

    @property
    def url(self) -> str:
        """The page that the buyer's mail leads to."""
        return f"{settings.SHOP_URL}{reverse('purchase', args=[self.pk])}?token={self.token}"

    @cached_property
    def payment(self) -> Payment:
        """How it is paid: the latest way that the buyer chose."""
        return max(self.payments.all(), key=lambda payment: payment.pk)

    @property
    def status(self) -> str:
        """Where most of its orders stand: waiting for money, paid, or given up."""
        statuses = {order.status for order in self.orders.all()}
        if "pending_payment" in statuses:
            return "pending_payment"
        if statuses <= {"expired", "cancelled"}:
            return "expired" if "expired" in statuses else "cancelled"
        return "paid"
