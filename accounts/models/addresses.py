"""Where books and invoices are sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from bookstore.models import TimestampedModel


class AddressQuerySet(models.QuerySet["Address"]):
    def visible_to(self, user: User) -> AddressQuerySet:
        return self.filter(user=user)


class Address(TimestampedModel):
    """A postal address in a user's address book."""

    user = models.ForeignKey(User, models.CASCADE, related_name="addresses", verbose_name=_("user"))
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100)
    company = models.CharField(_("company"), max_length=150, blank=True)
    line1 = models.CharField(_("street and number"), max_length=200)
    line2 = models.CharField(_("second line"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20)
    city = models.CharField(_("city"), max_length=100)
    region = models.CharField(_("region"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    is_default_shipping = models.BooleanField(_("books go here"), default=False)
    is_default_billing = models.BooleanField(_("invoices go here"), default=False)
    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="country_is_two_letters"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default_shipping=True), name="one_default_shipping_address_per_user"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default_billing=True), name="one_default_billing_address_per_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}, {self.line1}, {self.city}"
