"""Invitations to work for a selling organization."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.sellers import Membership, Seller
from accounts.models.users import User
from accounts.rights import Right
from bookstore.models import UUIDModel

OPEN_FOR = timedelta(days=7)
_signer = Signer(salt="accounts.invitation.link", sep=".")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User) -> InvitationQuerySet:
        """All for shop admins and support, else those into the organizations that the user invites people to."""
        return self if user.sees_all else self.filter(seller__in=user.sellers_for(Right.MANAGE_STAFF))

    def unanswered(self) -> InvitationQuerySet:
        """Those of which nothing became, however old."""
        return self.filter(outcome="")

    def live(self) -> InvitationQuerySet:
        """Those that can be accepted."""
        return self.unanswered().filter(sent_at__gt=timezone.now() - OPEN_FOR)

    def for_user(self, user: User) -> InvitationQuerySet:
        """Those to the address that the user has proved to read."""
        return self.filter(email=user.email) if user.email_verified_at else self.none()

    def lock(self) -> InvitationQuerySet:
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))

    def of_link(self, token: str) -> InvitationQuerySet:
        """The one that a link in a mail names; none where the shop did not make the link."""
        try:
            return self.filter(pk=UUID(_signer.unsign(token)))
        except (BadSignature, ValueError):
            return self.none()


class Invitation(UUIDModel):
    """Somebody who reads the mails of an address is asked to join. The link is derived, so that nothing is secret."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        REVOKED = "revoked", _("Taken back")
        EXPIRED = "expired", _("Expired")

    Role = Membership.Role
    seller = models.ForeignKey(Seller, models.CASCADE, related_name="invitations", verbose_name=_("seller"))
    email = models.EmailField(_("e-mail address"), max_length=254)
    role = models.CharField(_("role"), max_length=10, choices=Membership.Role, default=Membership.Role.STAFF)
    invited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="invitations_sent", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    outcome = models.CharField(_("what became of it"), max_length=10, choices=Outcome, blank=True, editable=False)
    ended_at = models.DateTimeField(_("answered or taken back"), null=True, blank=True, editable=False)
    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "email"], condition=Q(outcome=""), name="one_invitation_at_a_time_per_address"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["owner", "manager", "staff"]), name="invitation_role_is_known"
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invited_email_is_lower_case"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="an_invitation_ends_with_an_outcome",
            ),
        ]
        indexes = [models.Index(fields=["email"], name="invitations_to")]

    def __str__(self) -> str:
        return f"{self.email}, {self.get_role_display()} of {self.seller}"

    @property
    def expires_at(self) -> datetime:
        return self.sent_at + OPEN_FOR

    @property
    def status(self) -> str:
        """`open`, or what became of it."""
        if self.outcome:
            return self.outcome
        return "open" if self.expires_at > timezone.now() else self.Outcome.EXPIRED

    @property
    def link_token(self) -> str:
        return _signer.sign(self.pk.hex)

    def end(self, outcome: str) -> None:
        """Note what became of it; the caller holds the seller's lock."""
        self.outcome, self.ended_at = outcome, timezone.now()
        self.save(update_fields=["outcome", "ended_at"])
