"""What sellers do with their offers."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from catalog.models import Offer
from catalog.models.offers import OfferQuerySet
from catalog.services.changes import refresh_books


@transaction.atomic
def withdraw_offers(offers: OfferQuerySet) -> int:
    """Take offers out of the shop window; they stay in the books, and can come back."""
    return change(offers.filter(archived_at=None).lock(), archived_at=timezone.now())


@transaction.atomic
def reopen_offers(offers: OfferQuerySet) -> int:
    """Put withdrawn offers back into the shop window."""
    return change(offers.exclude(archived_at=None).lock(), archived_at=None)


def change(offers: Iterable[Offer], **fields: object) -> int:
    found = list(offers)
    keys = [offer.pk for offer in found]
    Offer.objects.filter(pk__in=keys).update(**fields, updated_at=timezone.now())
    refresh_books(Offer.objects.filter(pk__in=keys).values_list("edition__book_id", flat=True))
    return len(found)
