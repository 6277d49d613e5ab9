"""What every offer cost, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookstore.money import Money
from catalog.models.offers import Offer

KEPT_FOR = timedelta(days=2 * 365)


class PricePeriodQuerySet(models.QuerySet["PricePeriod"]):
    def over_before(self, moment: datetime) -> PricePeriodQuerySet:
        return self.filter(ended_at__lt=moment)


class PricePeriod(models.Model):
    """A time during which an offer had one price. The database writes it whenever a price changes, whoever changes it;
    nothing else writes one, and none is ever changed.
    """

    id = models.BigAutoField(primary_key=True)
    # Here the database deletes, not Django, which may write nothing (as of stock movements).
    offer = models.ForeignKey(
        Offer, models.DO_NOTHING, related_name="prices", db_index=False, db_constraint=False, verbose_name=_("offer")
    )
    price_minor = models.PositiveBigIntegerField(_("price in minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    began_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True)
    objects = PricePeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["offer"], condition=Q(ended_at=None), name="one_price_at_a_time"),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gt=F("began_at")), name="time_goes_on"),
        ]
        indexes = [
            models.Index(F("offer"), F("id").desc(), name="prices_of_an_offer"),
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="prices_by_age"),
        ]

    def __str__(self) -> str:
        return str(self.price)

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)
