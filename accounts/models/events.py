"""What happens to accounts, so that their owners and the shop can see who did what, when and from where."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from bookstore.models import UUIDModel, current_request_id


class EventKind(models.TextChoices):
    """What can happen. A new kind is a line here and needs no migration."""

    SIGNED_UP = "signed_up", _("Signed up")
    SIGNED_UP_AGAIN = "signed_up_again", _("Somebody signed up with this address")
    EMAIL_VERIFIED = "email_verified", _("Address verified")
    CODES_USED_UP = "codes_used_up", _("Wrong codes entered until none was left")
    LOGIN = "login", _("Signed in")
    LOGIN_FAILED = "login_failed", _("Wrong password")
    LOGIN_BLOCKED = "login_blocked", _("Too many attempts to sign in")
    LOGOUT = "logout", _("Signed out")
    LOGOUT_ALL = "logout_all", _("Signed out everywhere")
    SESSION_ENDED = "session_ended", _("Signed out on one device")
    TOKEN_REUSED = "token_reused", _("A refresh token was used twice")
    PASSWORD_FORGOTTEN = "password_forgotten", _("New password asked for")
    PASSWORD_RESET = "password_reset", _("Password set anew by mail")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    EMAIL_CHANGE_ASKED = "email_change_asked", _("Change of address asked for")
    EMAIL_CHANGED = "email_changed", _("Address changed")
    EMAIL_CHANGE_UNDONE = "email_change_undone", _("Change of address undone")
    EXPORTED = "exported", _("Own data exported")
    ERASED = "erased", _("Account erased")
    CONSOLE_LOGIN = "console_login", _("Entered the console")
    CONSOLE_LOGIN_FAILED = "console_login_failed", _("Wrong password at the console")
    CONSOLE_LOGOUT = "console_logout", _("Left the console")
    USER_ADDED = "user_added", _("Made in the console")
    USER_CHANGED = "user_changed", _("Changed in the console")
    USER_DELETED = "user_deleted", _("Deleted in the console")
    ROLE_GIVEN = "role_given", _("Role given")
    ROLE_CHANGED = "role_changed", _("Role changed")
    ROLE_TAKEN = "role_taken", _("Role taken away")
    SELLER_HANDED_OVER = "seller_handed_over", _("Selling organization given to another owner")
    INVITATION_SENT = "invitation_sent", _("Invited somebody")
    INVITATION_REVOKED = "invitation_revoked", _("Invitation taken back")
    INVITATION_ACCEPTED = "invitation_accepted", _("Invitation accepted")
    INVITATION_DECLINED = "invitation_declined", _("Invitation declined")


def kinds() -> list[tuple[str, Any]]:
    """Named in migrations instead of the kinds themselves."""
    return list(EventKind.choices)


class SecurityEvent(UUIDModel):
    """One thing that happened to an account, or that somebody tried. It is written once and never changed."""

    user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="security_events", verbose_name=_("user")
    )
    by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="security_deeds", verbose_name=_("by")
    )
    kind = models.CharField(_("what"), max_length=40, choices=kinds)
    created_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    ip = models.GenericIPAddressField(_("address"), null=True, blank=True)
    user_agent = models.CharField(_("program"), max_length=300, blank=True)
    session_id = models.UUIDField(_("session"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=128, blank=True, default=current_request_id)
    facts = models.JSONField(_("facts"), default=dict, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("security event")
        verbose_name_plural = _("security events")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="events_of_user"),
            models.Index(fields=["kind", "-id"], name="events_by_kind"),
            models.Index(fields=["ip", "-id"], name="events_by_ip"),
            models.Index(fields=["created_at"], name="events_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.user or '–'}"

    @property
    def is_own(self) -> bool:
        """Whether it comes from the user's side, whoever that was, and not from the shop's staff."""
        return self.by_id is None or self.by_id == self.user_id
