"""Addresses that get no more of some mail: how they are marked, and how their owners unsubscribe."""

from dataclasses import dataclass

import structlog
from django.conf import settings
from django.core import signing
from django.utils import timezone

from bookstore.models import MailCategory, SuppressedAddress, folded_address

Reason = SuppressedAddress.Reason
SALT = "bookstore.unsubscribe"
LONGEST_DETAIL = 1_000
BY_LINK = "link"

log = structlog.get_logger("bookstore.mail_addresses")


class InvalidLink(Exception):
    """Not a link that the shop has written."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What an unsubscribing link names: one address, and the mails it is to get no more."""

    address: str
    category: MailCategory


def unsubscribe_link(address: str, category: MailCategory) -> str:
    """The link at the foot of a mail that its reader may do without; nothing for one that they need.

    It holds for good: a mail may be found again after years.
    """
    if category == MailCategory.TRANSACTIONAL:
        return ""
    token = signing.dumps([folded_address(address), category.value], salt=SALT)
    return f"{settings.SHOP_URL.rstrip('/')}/mail/unsubscribe/{token}"


def subscription_of(token: str) -> Subscription:
    """What the link stands for. Raises InvalidLink."""
    try:
        address, category = signing.loads(token, salt=SALT)
        return Subscription(address, MailCategory(category))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidLink from error


def unsubscribe(subscription: Subscription) -> None:
    mark(subscription.address, Reason.UNSUBSCRIBED, source=BY_LINK, category=subscription.category)


def subscribe_again(subscription: Subscription) -> None:
    """Take back what a click on the link did; nothing that somebody else has told."""
    marks = SuppressedAddress.objects.filter(address=subscription.address, reason=Reason.UNSUBSCRIBED, source=BY_LINK)
    marks.filter(category=subscription.category).delete()


def mark(address: str, reason: Reason, *, source: str, category: str = "", detail: str = "") -> SuppressedAddress:
    """Note that an address gets no more of some mail; told again, it is one mark with a later date."""
    now = timezone.now()
    told = SuppressedAddress(
        address=folded_address(address),
        reason=reason,
        category=category,
        source=source,
        detail=detail[:LONGEST_DETAIL],
        last_at=now,
    )
    SuppressedAddress.objects.bulk_create(
        [told],
        update_conflicts=True,
        unique_fields=["address", "reason", "category"],
        update_fields=["last_at", "detail"] if detail else ["last_at"],
    )
    log.info("address marked", reason=reason, source=source, category=category)
    return told
