"""The organizations that sell, and who belongs to them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.countries import check_country
from accounts.models.users import User
from bookstore.models import TimestampedModel


class SellerQuerySet(models.QuerySet["Seller"]):
    def visible_to(self, user: User) -> SellerQuerySet:
        """All sellers for shop admins and support, else those the user is a member of."""
        return self if user.sees_all else self.filter(memberships__user=user)


class Seller(TimestampedModel):
    """An organization that sells: a bookshop, a publisher, a dealer in used books."""

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("address in links"), max_length=100, unique=True)
    description = models.TextField(_("description"), blank=True)
    country = models.CharField(
        _("country"), max_length=2, blank=True, validators=[check_country], help_text=_("ISO 3166-1 alpha-2: DE")
    )
    members: models.ManyToManyField[User, Membership] = models.ManyToManyField(
        User, through="Membership", related_name="sellers", verbose_name=_("members")
    )
    objects = SellerQuerySet.as_manager()

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: User) -> MembershipQuerySet:
        """All for shop admins and support, else those in the organizations that the user is a member of."""
        return self if user.sees_all else self.filter(seller__in=Seller.objects.visible_to(user))


class Membership(TimestampedModel):
    """A user's place in a selling organization."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        MANAGER = "manager", _("Manager")
        STAFF = "staff", _("Staff")

    seller = models.ForeignKey(Seller, models.CASCADE, related_name="memberships", verbose_name=_("seller"))
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.STAFF)
    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["seller", "user"], name="one_membership_per_user_and_seller"),
            models.CheckConstraint(
                condition=Q(role__in=["owner", "manager", "staff"]), name="membership_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} of {self.seller}"
