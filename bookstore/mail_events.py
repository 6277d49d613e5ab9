"""What mail services report by webhook: bounces, complaints and unsubscriptions mark the address."""

from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import structlog
from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.base import AnymailCoreWebhookView
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from bookstore import metrics, outbox
from bookstore.errors import MalformedRequest, MethodNotAllowed, NotFound, PermissionDenied
from bookstore.mail_addresses import Reason, mark
from bookstore.models import OutboxMessage, folded_address

SERVICES = frozenset(
    ["amazon_ses", "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "postal", "postmark",
     "resend", "sparkpost", "unisender_go"]
)  # fmt: skip
CAME_BACK = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
KNOWN = {value for name, value in vars(EventType).items() if name.isupper()}
NOBODY_THERE = {RejectReason.INVALID, RejectReason.BOUNCED}
# Mail that found nobody at home for now; anymail calls it bounced as well. By the services' own words and numbers.
SOFT_FIELDS = ("Type", "event", "bounce_class", "bounceType")
SOFT = {"softbounce", "soft_bounce", "transient", "undetermined", "20", "21", "22", "23", "40", "70"}
CLOCKS_DIFFER = timedelta(minutes=5)
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)

log = structlog.get_logger("bookstore.mail_events")


@csrf_exempt  # a service proves itself by ANYMAIL_WEBHOOK_SECRET and by its own signature, where it has one
def mail_webhook(request: HttpRequest, service: str) -> HttpResponse:
    """`/api/v1/webhooks/mail/<service>/`: what a mail service tells; absent until there is a secret for it."""
    webhook = webhook_of(service)
    if request.method == "HEAD":  # some services look whether anybody is there
        return HttpResponse()
    if request.method != "POST":
        raise MethodNotAllowed(method=request.method, headers={"Allow": "HEAD, POST"})
    with transaction.atomic():
        for event in events_of(webhook, request):
            metrics.MAIL_EVENTS.labels(service, event.event_type if event.event_type in KNOWN else "(other)").inc()
            take(event, service)
    return HttpResponse()


def webhook_of(service: str) -> AnymailCoreWebhookView:
    """What anymail knows of this service's webhooks. Raises NotFound where the shop has no secret for them."""
    if service not in SERVICES or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise NotFound
    module = import_module(f"anymail.webhooks.{service}")
    endings = ("TrackingWebhookView", "CombinedWebhookView")
    [view] = {found for name, found in vars(module).items() if name.endswith(endings)}
    try:
        return view()
    except ImproperlyConfigured as error:  # a service of which the shop has no key
        log.warning("a webhook without its key", service=service, error=str(error))
        raise NotFound from error


def events_of(webhook: AnymailCoreWebhookView, request: HttpRequest) -> list[AnymailTrackingEvent]:
    """The events in a request that has proved to be the service's."""
    try:
        webhook.run_validators(request)
        events = webhook.parse_events(request)
    except AnymailWebhookValidationFailure as error:
        log.warning("a webhook that proves nothing", service=webhook.esp_name, error=str(error))
        raise PermissionDenied from error
    except UNREADABLE as error:
        log.warning("an unreadable webhook", service=webhook.esp_name, error=f"{type(error).__name__}: {error}")
        raise MalformedRequest from error
    return [event for event in events if isinstance(event, AnymailTrackingEvent)]


def take(event: AnymailTrackingEvent, service: str) -> None:
    """Mark the address of one event, and the mail that it came back of; an event of no consequence passes."""
    try:
        address = outbox.as_address(event.recipient)
    except (TypeError, ValueError):
        log.warning("an event about no address", service=service, kind=str(event.event_type)[:50])
        return
    words = in_its_words(event)
    reason = reason_of(event)
    if reason:
        mark(address, reason, source=service, detail=words)
    message = message_of(event, address) if event.event_type in CAME_BACK else None
    if message and not is_about_an_earlier_one(event, message):
        outbox.note_undelivered(message, f"{service}: {event.event_type}. {words}".strip())


def is_about_an_earlier_one(event: AnymailTrackingEvent, message: OutboxMessage) -> bool:
    """Whether the event, told late or again, is older than the message's latest sending from the console."""
    try:
        return bool(message.sent_at and event.timestamp < message.sent_at - CLOCKS_DIFFER)
    except TypeError:  # no time, or one without a zone
        return False


def reason_of(event: AnymailTrackingEvent) -> Reason | None:
    """What the event says of its address, if anything."""
    kind, why = event.event_type, event.reject_reason
    if kind == EventType.COMPLAINED or (kind == EventType.REJECTED and why == RejectReason.SPAM):
        return Reason.COMPLAINED
    if kind == EventType.UNSUBSCRIBED or (kind == EventType.REJECTED and why == RejectReason.UNSUBSCRIBED):
        return Reason.UNSUBSCRIBED
    if kind in CAME_BACK and why in NOBODY_THERE and not is_soft(event.esp_event):
        return Reason.BOUNCED
    return None


def is_soft(told: Any) -> bool:
    """Whether the service's own event speaks of a full or closed mailbox, not of one that does not exist."""
    if not isinstance(told, Mapping):
        return False
    inner = told.get("bounce")
    words = {str(told.get(field, "")).lower() for field in SOFT_FIELDS}
    return bool(words & SOFT) or told.get("hard_bounce") is False or is_soft(inner)


def in_its_words(event: AnymailTrackingEvent) -> str:
    said = [event.mta_response, event.description]
    text = " ".join(dict.fromkeys(str(word) for word in said if word)) or str(event.reject_reason or "")
    return text.replace("\0", "").encode("utf-8", "replace").decode()[: outbox.LONGEST_ERROR]


def message_of(event: AnymailTrackingEvent, address: str) -> OutboxMessage | None:
    """The mail that the event is about, by what was sent along with it or by its Message-ID."""
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    for text in (metadata.get("outbox"), event.message_id):
        try:
            key = UUID(str(text or "").strip("<>").partition("@")[0])
        except ValueError:
            continue
        message = OutboxMessage.objects.filter(pk=key).first()
        if message and folded_address(message.recipient) == folded_address(address):
            return message
    return None
