"""What every model of the shop shares, and the rows that belong to no single app."""

import unicodedata
from datetime import datetime
from email.utils import parseaddr
from typing import Any

import structlog
from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
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


class OutboxStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    WITHHELD = "withheld", _("withheld")
    OUTDATED = "outdated", _("outdated")
    FAILED = "failed", _("given up")


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def unsent(self) -> "OutboxQuerySet":
        return self.filter(status__in=[OutboxStatus.WAITING, OutboxStatus.SENDING])

    def due(self, now: datetime) -> "OutboxQuerySet":
        """What is to be sent now, longest due first: what waits, and what a worker took and never brought back."""
        return self.unsent().filter(next_attempt_at__lte=now).order_by("next_attempt_at")

    def at_rest(self, now: datetime) -> "OutboxQuerySet":
        """What no worker has in its hands."""
        return self.exclude(status=OutboxStatus.SENDING, next_attempt_at__gt=now)

    def given_up(self) -> "OutboxQuerySet":
        return self.filter(status=OutboxStatus.FAILED)

    def done_before(self, moment: datetime) -> "OutboxQuerySet":
        """What was sent, or was not to be sent, before then."""
        unsent = Q(status__in=[OutboxStatus.WITHHELD, OutboxStatus.OUTDATED], next_attempt_at__lt=moment)
        return self.filter(Q(status=OutboxStatus.SENT, sent_at__lt=moment) | unsent)

    def given_up_before(self, moment: datetime) -> "OutboxQuerySet":
        return self.given_up().filter(next_attempt_at__lt=moment)


def current_request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id") or "")


class OutboxMessage(UUIDModel):
    """Something the world must be told, written together with the fact that it tells."""

    class Kind(models.TextChoices):
        MAIL = "mail", _("mail")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.MAIL)
    name = models.CharField(_("message"), max_length=100)
    recipient = models.CharField(_("recipient"), max_length=500)
    language = models.CharField(_("language"), max_length=35)
    facts = models.JSONField(_("facts"), default=dict, encoder=DjangoJSONEncoder)
    message_id = models.CharField("Message-ID", max_length=320, editable=False)
    status = models.CharField(_("status"), max_length=20, choices=OutboxStatus, default=OutboxStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    last_error = models.TextField(_("last error"), blank=True)
    request_id = models.CharField(_("request"), max_length=128, blank=True, default=current_request_id)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("outbox")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=OutboxStatus.values), name="outbox_status_is_known"),
            models.CheckConstraint(
                condition=Q(status=OutboxStatus.SENT, sent_at__isnull=False)
                | (~Q(status=OutboxStatus.SENT) & Q(sent_at__isnull=True)),
                name="outbox_sent_when_sent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=[OutboxStatus.WAITING, OutboxStatus.SENDING]),
                name="outbox_due",
            ),
            models.Index(fields=["id"], condition=Q(status=OutboxStatus.FAILED), name="outbox_given_up"),
            models.Index(fields=["sent_at"], condition=Q(status=OutboxStatus.SENT), name="outbox_by_age"),
            models.Index(OpClass(Upper("recipient"), name="text_pattern_ops"), name="outbox_by_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.recipient}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self.message_id:  # for good: what is sent twice can be told by it
            self.message_id = f"<{self.id}@{sender_host()}>"
        super().save(*args, **options)


class MailCategory(models.TextChoices):
    """What a mail is to its reader: what they need, or what they may do without."""

    TRANSACTIONAL = "transactional", _("needed")
    NOTICES = "notices", _("notices about books")
    NEWS = "news", _("news and recommendations")


class SuppressedQuerySet(models.QuerySet["SuppressedAddress"]):
    def standing_against(self, address: str, category: str) -> "SuppressedQuerySet":
        """Why a mail of this category is not sent there; what people need goes to every address that exists."""
        rows = self.filter(address=folded_address(address))
        reason = SuppressedAddress.Reason
        if category == MailCategory.TRANSACTIONAL:
            return rows.filter(reason=reason.BOUNCED)
        return rows.filter(~Q(reason=reason.UNSUBSCRIBED) | Q(category__in=["", category]))


class SuppressedAddress(UUIDModel):
    """An address that gets no more of some mail, or of any, and why."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("does not exist")
        COMPLAINED = "complained", _("complained of spam")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")

    address = models.CharField(_("address"), max_length=500)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    category = models.CharField(_("mails"), max_length=20, choices=MailCategory, blank=True)
    source = models.CharField(_("told by"), max_length=50)
    detail = models.TextField(_("in its words"), blank=True)
    created_at = models.DateTimeField(_("first told"), default=timezone.now, editable=False)
    last_at = models.DateTimeField(_("last told"), default=timezone.now, editable=False)

    objects = SuppressedQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.UniqueConstraint(fields=["address", "reason", "category"], name="an_address_is_marked_once"),
            models.CheckConstraint(
                condition=Q(reason__in=["bounced", "complained", "unsubscribed"]), name="reason_of_a_mark_is_known"
            ),
        ]
        indexes = [models.Index(OpClass("address", name="text_pattern_ops"), name="suppressed_by_address")]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_reason_display()}"


def folded_address(text: str) -> str:
    """An address as it is compared: services report it in capitals, or its domain as mail writes it."""
    local, _at, domain = unicodedata.normalize("NFKC", text).strip().lower().rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return f"{local}@{domain}"


def sender_host() -> str:
    """The host that the shop's mails come from, as mail writes it."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    try:
        return host.encode("idna").decode() or "localhost"
    except UnicodeError:
        return "localhost"
