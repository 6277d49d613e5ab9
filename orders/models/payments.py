"""Money that came and went."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from bookstore.models import TimestampedModel
from bookstore.money import Money
from orders.models.carts import Shopper


class PaymentQuerySet(models.QuerySet["Payment"]):
    def payable_by(self, shopper: Shopper) -> PaymentQuerySet:
        """The user's own, or those of the guest with this cart. A guest who shows none may pay for any guest who told
        them the payment's id: a provider's page does not know who pays either.
        """
        if shopper.user:
            return self.filter(purchase__buyer=shopper.user)
        guests = self.filter(purchase__buyer=None)
        return guests if shopper.is_new else guests.filter(purchase__guest_key=shopper.guest)


class Payment(TimestampedModel):
    """One attempt to pay a purchase, with one provider."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    purchase = models.ForeignKey("orders.Purchase", models.PROTECT, related_name="payments", verbose_name=_("purchase"))
    provider = models.CharField(_("provider"), max_length=20)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.PENDING)
    amount_minor = models.PositiveBigIntegerField(_("amount in minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    reference = models.CharField(_("the provider's reference"), max_length=200, blank=True)
    client_secret = models.CharField(_("secret for the client"), max_length=200, blank=True)
    redirect_url = models.URLField(_("page to pay on"), max_length=1000, blank=True)
    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["pending", "succeeded", "failed", "cancelled"]), name="payment_status_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} ({self.provider})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def captured_minor(self) -> int:
        return self._sum(PaymentEvent.Kind.CAPTURED)

    @property
    def refunded_minor(self) -> int:
        return self._sum(PaymentEvent.Kind.REFUNDED)

    def _sum(self, kind: str) -> int:
        return self.events.filter(kind=kind).aggregate(total=Sum("amount_minor"))["total"] or 0


class PaymentEvent(models.Model):
    """A line in the ledger of a purchase's money; never changed. What was captured and refunded are its sums."""

    class Kind(models.TextChoices):
        CAPTURED = "captured", _("Captured")
        FAILED = "failed", _("Failed")
        REFUNDED = "refunded", _("Refunded")

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="events", verbose_name=_("payment"))
    order = models.ForeignKey(
        "orders.Order", models.PROTECT, null=True, blank=True, related_name="payment_events", verbose_name=_("order")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    amount_minor = models.PositiveBigIntegerField(_("amount in minor units"))
    reference = models.CharField(_("the provider's reference"), max_length=200)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("payment event")
        verbose_name_plural = _("payment events")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["payment", "kind", "reference"], name="one_event_per_providers_reference")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.money}"

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.payment.currency)
