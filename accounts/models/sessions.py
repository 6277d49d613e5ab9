"""Where somebody is signed in."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from bookstore.models import UUIDModel

IDLE_FOR = timedelta(days=30)  # the life of a refresh token: whoever does not come back within it is signed out


class DeviceSessionQuerySet(models.QuerySet["DeviceSession"]):
    def open(self) -> DeviceSessionQuerySet:
        return self.filter(ended_at=None, last_seen_at__gt=timezone.now() - IDLE_FOR)

    def ended_since(self, age: timedelta) -> DeviceSessionQuerySet:
        return self.filter(ended_at__gt=timezone.now() - age)

    def lock(self) -> DeviceSessionQuerySet:
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


class DeviceSession(UUIDModel):
    """A device on which somebody is signed in, from there until it ends. All its tokens end with it."""

    class Reason(models.TextChoices):
        SIGNED_OUT = "signed_out", _("Signed out")
        SIGNED_OUT_EVERYWHERE = "signed_out_everywhere", _("Signed out everywhere")
        REMOVED = "removed", _("Removed from the list of devices")
        TOKEN_REUSED = "token_reused", _("A refresh token was used twice")
        DEACTIVATED = "deactivated", _("The user was deactivated")
        NEW_PASSWORD = "new_password", _("The user has a new password")

    user = models.ForeignKey(User, models.CASCADE, related_name="device_sessions", verbose_name=_("user"))
    device_name = models.CharField(_("device"), max_length=100, blank=True)
    ip = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.CharField(_("program"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("signed in"), default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    refreshed_at = models.DateTimeField(_("tokens renewed"), default=timezone.now, editable=False)
    used_jti = models.CharField(max_length=64, blank=True, editable=False)  # the refresh token exchanged last …
    given_jti = models.CharField(max_length=64, blank=True, editable=False)  # … and the one that was given for it
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_reason = models.CharField(_("ended because"), max_length=30, choices=Reason, blank=True)
    objects = DeviceSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-last_seen_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_reason="") | (Q(ended_at__isnull=False) & ~Q(ended_reason="")),
                name="a_session_ends_for_a_reason",
            )
        ]
        indexes = [
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="sessions_by_end"),
            models.Index(fields=["user", "-last_seen_at"], condition=Q(ended_at=None), name="open_sessions_of_user"),
        ]

    def __str__(self) -> str:
        return self.device_name or self.user_agent or str(self.pk)
