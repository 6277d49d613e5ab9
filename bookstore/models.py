"""What every model of the shop shares, and the rows that belong to no single app."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7


class UUIDModel(models.Model):
    """A row with a UUIDv7 key (RFC 9562): unique anywhere, and in order of creation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class TimestampedModel(UUIDModel):
    """A row that knows when it was written first and last."""

    created_at = models.DateTimeField(_("created"), auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True, editable=False)

    class Meta:
        abstract = True


class IdempotencyRecord(models.Model):
    """The answer that one client's key got, kept to be given again (Idempotency-Key, IETF httpapi draft)."""

    id = models.BigAutoField(primary_key=True)
    owner = models.CharField(_("owner"), max_length=100)
    key = models.CharField(_("key"), max_length=255)
    request_digest = models.CharField(_("request digest"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"))
    headers = models.JSONField(_("headers"), default=dict)
    body = models.BinaryField(_("body"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("idempotency record")
        verbose_name_plural = _("idempotency records")
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_idempotency_key"),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.key} ({self.status})"
