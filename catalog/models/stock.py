"""Every copy's coming and going."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.offers import Offer


class StockReason(models.TextChoices):
    """Why copies came or went."""

    OPENING = "opening", _("First offered")
    COUNT = "count", _("Counted")
    IMPORT = "import", _("Imported")
    SALE = "sale", _("Sold")
    CANCELLATION = "cancellation", _("Order cancelled")
    RETURN = "return", _("Returned")
    CORRECTION = "correction", _("Corrected")


class StockMovement(models.Model):
    """A change of an offer's stock. The database writes it whenever `on_hand` changes, whoever changes it, so that an
    offer's movements always sum to its copies on hand; nothing else writes one, and none is ever changed.

    `catalog.services.because` says why.
    """

    id = models.BigAutoField(primary_key=True)
    # Here the database deletes and forgets, not Django, which may write nothing. An offer that was never sold takes its
    # movements along (lines of orders protect the others), and an account that is deleted is forgotten.
    offer = models.ForeignKey(
        Offer, models.DO_NOTHING, related_name="movements", db_index=False, db_constraint=False, verbose_name=_("offer")
    )
    quantity = models.IntegerField(_("copies"))
    on_hand = models.PositiveIntegerField(_("then on hand"))
    reason = models.CharField(_("reason"), max_length=12, choices=StockReason)
    reference = models.UUIDField(_("reference"), null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="a_movement_moves_copies"),
            models.CheckConstraint(condition=Q(reason__in=StockReason.values), name="movement_reason_is_known"),
        ]
        indexes = [
            models.Index(F("offer"), F("id").desc(), name="movements_of_an_offer"),
            models.Index(fields=["by"], condition=Q(by__isnull=False), name="movements_by_a_user"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity:+}, {self.get_reason_display()}"
