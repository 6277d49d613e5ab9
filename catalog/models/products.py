"""What the trade says of an edition beyond the shop's own columns: its prices by market, and all the rest."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookstore.models import UUIDModel
from catalog.models.offers import Edition


class ProductFacts(models.Model):
    """An edition's product facts from its last ONIX record, in one JSON.

    `facts` has what readers are shown under the shop's names (docs/import-export.md lists them): texts, accessibility,
    features, audience, identifiers, safety contacts, resources. `facts["onix"]` has the record's blocks as they came,
    under ONIX's long names, unknown codes and elements included. What the shop acts on stands in columns of the
    edition and in its list prices, never only here.
    """

    edition = models.OneToOneField(
        Edition, models.CASCADE, primary_key=True, related_name="product", verbose_name=_("edition")
    )
    sender = models.CharField(_("sender"), max_length=200, blank=True)
    reference = models.CharField(_("record at the sender"), max_length=500)
    facts = models.JSONField(_("facts"), default=dict)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("product facts")
        verbose_name_plural = _("product facts")

    def __str__(self) -> str:
        return f"{self.sender} {self.reference}"


class ListPrice(UUIDModel):
    """A publisher's or supplier's price of an edition: for a market, a time and a kind of buyer. Not an offer."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="list_prices", verbose_name=_("edition"))
    price_type = models.CharField(_("type"), max_length=2, blank=True, help_text=_("ONIX code list 58"))
    qualifier = models.CharField(_("for whom"), max_length=2, blank=True, help_text=_("ONIX code list 59"))
    unpriced = models.CharField(_("why there is none"), max_length=2, blank=True, help_text=_("ONIX code list 57"))
    amount_minor = models.PositiveBigIntegerField(_("price in minor units"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    tax_rate = models.DecimalField(_("tax in percent"), max_digits=5, decimal_places=2, null=True, blank=True)
    countries = ArrayField(models.CharField(max_length=2), verbose_name=_("countries"), default=list, blank=True)
    all_but = models.BooleanField(
        _("everywhere but there"), default=False, help_text=_("The price is for all countries except those named.")
    )
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day."))
    least_quantity = models.PositiveIntegerField(_("least quantity"), default=1)
    has_conditions = models.BooleanField(_("has conditions"), default=False, help_text=_("Rental, linked purchase …"))
    is_consumer = models.BooleanField(
        _("what a reader pays"), default=False, help_text=_("With tax, for one copy, without conditions.")
    )
    rank = models.PositiveSmallIntegerField(_("rank"), default=0, help_text=_("The lowest counts where several do."))

    class Meta:
        verbose_name = _("list price")
        verbose_name_plural = _("list prices")
        ordering = ["rank", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__isnull=False) | ~Q(unpriced=""), name="list_price_has_an_amount_or_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_from__lte=F("valid_until")),
                name="list_price_begins_before_it_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price_type} {self.currency}"
