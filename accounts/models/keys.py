"""The keys that tokens are signed with."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SigningKey(models.Model):
    """A private key, encrypted under one that is derived from SECRET_KEY. A retired one signs no more."""

    kid = models.CharField(_("key id"), max_length=64, primary_key=True)
    encrypted_key = models.TextField(_("encrypted private key"), editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        ordering = ["-created_at", "kid"]

    def __str__(self) -> str:
        return self.kid
