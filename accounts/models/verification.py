"""Proofs that somebody reads the mails of an address."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from bookstore.models import UUIDModel

GOOD_FOR = timedelta(minutes=15)
UNDO_FOR = timedelta(days=7)  # for somebody who reads mail once a week
MOST_TRIES = 5
_signer = Signer(salt="accounts.verification.link", sep=".")


class Purpose(models.TextChoices):
    VERIFY_EMAIL = "verify_email", _("Verify the address")
    RESET_PASSWORD = "reset_password", _("Choose a new password")
    CHANGE_EMAIL = "change_email", _("Change the address")
    UNDO_EMAIL = "undo_email", _("Undo the change of address")


class VerificationQuerySet(models.QuerySet["Verification"]):
    def live(self, purpose: Purpose = Purpose.VERIFY_EMAIL) -> VerificationQuerySet:
        """Neither used, nor replaced by a newer one, nor too old, for somebody who may still come in."""
        age = UNDO_FOR if purpose == Purpose.UNDO_EMAIL else GOOD_FOR
        return self.filter(purpose=purpose, used_at=None, created_at__gt=timezone.now() - age, user__is_active=True)

    def of_link(self, token: str) -> VerificationQuerySet:
        """The one that a link in a mail names; none where the shop did not make the link."""
        try:
            return self.filter(pk=UUID(_signer.unsign(token)))
        except (BadSignature, ValueError):
            return self.none()

    def void(self) -> int:
        """Make them good for nothing; what was to become of them is forgotten."""
        return self.filter(used_at=None).update(used_at=timezone.now(), password="", first_name="", last_name="")


class Verification(UUIDModel):
    """A code and a link sent to an address. Both are derived from the id, so that nothing secret is stored.

    A sign-up waits here with its own password and names until the code that was mailed for it is entered: whoever
    signs up with somebody else's address gains nothing when the owner enters the code of another sign-up.
    """

    Purpose = Purpose
    user = models.ForeignKey(User, models.CASCADE, related_name="verifications", verbose_name=_("user"))
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    email = models.EmailField(_("address to be"), max_length=254, blank=True)
    password = models.CharField(_("password to be"), max_length=128, blank=True, editable=False)
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    used_at = models.DateTimeField(_("used or replaced"), null=True, blank=True)
    objects = VerificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=MOST_TRIES), name="a_code_has_five_tries"),
            models.UniqueConstraint(
                fields=["user", "purpose"],
                condition=Q(used_at=None, purpose__in=["reset_password", "change_email"]),
                name="one_code_at_a_time_per_purpose",
            ),
            models.UniqueConstraint(
                fields=["user", "password"],
                condition=Q(used_at=None, purpose="verify_email"),
                name="one_code_at_a_time_per_sign_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.user}"

    @property
    def code(self) -> str:
        digest = salted_hmac("accounts.verification", str(self.pk), algorithm="sha256").digest()
        return f"{int.from_bytes(digest[:8]) % 1_000_000:06}"

    @property
    def link_token(self) -> str:
        return _signer.sign(self.pk.hex)

    def is_opened_by(self, code: str) -> bool:
        """Whether that is the code. Each question is one of five tries, counted before the answer is looked at.

        Ask it outside any transaction that a wrong code would roll back.
        """
        tries_left = Verification.objects.filter(pk=self.pk, used_at=None, tries__lt=MOST_TRIES)
        return bool(tries_left.update(tries=F("tries") + 1)) and constant_time_compare(self.code, code)
