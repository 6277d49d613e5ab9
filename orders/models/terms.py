"""The shop's terms: how parcels travel, and what the state takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookstore.models import TimestampedModel
from bookstore.money import Money
from catalog.vocabularies import Format

NO_TAX = Decimal("0.00")


def shop_currency() -> str:
    return settings.SHOP_CURRENCY


class ShippingMethodQuerySet(models.QuerySet["ShippingMethod"]):
    def offered(self) -> ShippingMethodQuerySet:
        """Those that readers can choose: one priced in another currency than the shop's adds up with nothing."""
        return self.filter(is_active=True, currency=settings.SHOP_CURRENCY)


class ShippingMethod(TimestampedModel):
    """A way for one seller's parcel to reach the reader, at one price whatever is in it."""

    name = models.CharField(_("name"), max_length=100)
    price_minor = models.PositiveBigIntegerField(_("price in minor units"), help_text=_("490 is 4.90 euros."))
    currency = models.CharField(_("currency"), max_length=3, default=shop_currency)
    days_least = models.PositiveSmallIntegerField(_("days, at least"))
    days_most = models.PositiveSmallIntegerField(_("days, at most"))
    is_active = models.BooleanField(_("offered to readers"), default=True)
    objects = ShippingMethodQuerySet.as_manager()

    class Meta:
        verbose_name = _("shipping method")
        verbose_name_plural = _("shipping methods")
        ordering = ["price_minor", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(days_least__lte=F("days_most")), name="shipping_days_are_in_order"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="shipping_currency_is_a_code"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def delivery(self) -> dict[str, date]:
        """The first and the last day on which a parcel sent today should arrive."""
        today = timezone.localdate()
        return {
            "earliest": today + timedelta(days=self.days_least),
            "latest": today + timedelta(days=self.days_most),
        }


class TaxRateQuerySet(models.QuerySet["TaxRate"]):
    def valid(self, country: str, day: date) -> Mapping[str, Decimal]:
        """The country's rate for each kind of product on that day."""
        rows = self.filter(Q(valid_until=None) | Q(valid_until__gte=day), country=country, valid_from__lte=day)
        return dict(rows.order_by("valid_from").values_list("product_kind", "rate"))


class TaxRate(TimestampedModel):
    """Value added tax on one kind of product in one country, from one day on (EU: directive 2006/112/EC, annex III)."""

    class Kind(models.TextChoices):
        PRINT = "print", _("Printed books")
        EBOOK = "ebook", _("E-books")
        AUDIO_PHYSICAL = "audio_physical", _("Audiobooks on CD")
        AUDIO_DOWNLOAD = "audio_download", _("Audiobooks to download")
        OTHER = "other", _("All else")

    country = models.CharField(_("country"), max_length=2, help_text="ISO 3166-1 alpha-2")
    product_kind = models.CharField(_("kind of product"), max_length=20, choices=Kind)
    rate = models.DecimalField(
        _("rate in percent"), max_digits=5, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    objects = TaxRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        ordering = ["country", "product_kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["country", "product_kind", "valid_from"], name="one_tax_rate_per_day"),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lte=100), name="tax_rate_is_0_to_100_percent"),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="tax_country_is_a_code"),
        ]

    def __str__(self) -> str:
        return f"{self.country}, {self.get_product_kind_display()}: {self.rate} %"


KIND_OF_FORMAT = {
    Format.EBOOK: TaxRate.Kind.EBOOK,
    Format.AUDIOBOOK: TaxRate.Kind.AUDIO_DOWNLOAD,
    Format.AUDIO_CD: TaxRate.Kind.AUDIO_PHYSICAL,
    Format.MAP: TaxRate.Kind.OTHER,
    Format.CALENDAR: TaxRate.Kind.OTHER,
    Format.OTHER: TaxRate.Kind.OTHER,
}


class Rates:
    """What tax is in the price of each format, where the books go; unknown countries count as the shop's own."""

    def __init__(self, country: str, day: date | None = None) -> None:
        day = day or timezone.localdate()
        self.by_kind = TaxRate.objects.valid(country, day) or TaxRate.objects.valid(settings.SHOP_COUNTRY, day)

    def of(self, book_format: str) -> Decimal:
        kind = KIND_OF_FORMAT.get(Format(book_format), TaxRate.Kind.PRINT)
        return self.by_kind.get(kind, self.by_kind.get(TaxRate.Kind.OTHER, NO_TAX))
