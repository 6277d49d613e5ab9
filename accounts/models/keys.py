"""The keys that tokens are signed with."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SigningKey(models.Model):
    """A private key, encrypted under one that is derived from SECRET_KEY.

    It signs from a moment on when all who check tokens know it, and until it retires; what it signed is believed
    as long as there is the row.
    """

    kid = models.CharField(_("key id"), max_length=64, primary_key=True)
    encrypted_key = models.TextField(_("encrypted private key"), editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    signs_from = models.DateTimeField(_("signs from"), default=timezone.now)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        ordering = ["-created_at", "kid"]

    def __str__(self) -> str:
        return self.kid
