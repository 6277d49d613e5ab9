"""What sellers do with their offers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Seller, User
from bookstore.deadlocks import again_after_deadlock
from bookstore.errors import NotFound
from bookstore.money import Money
from catalog.errors import AlreadyOffered, NotInCatalogue
from catalog.models import Edition, Offer, StockReason
from catalog.models.offers import LARGEST_STOCK, ONE_OFFER_OF_NEW_COPIES
from catalog.services.changes import refresh_books
from catalog.services.stock import because
from catalog.vocabularies import Condition


@again_after_deadlock
def offer_copies(*, seller: Seller, edition: Edition, by: User, **facts: Any) -> Offer:
    """Put a seller's copies of an edition up for sale. Raises AlreadyOffered for new ones that are on offer, and
    NotInCatalogue.
    """
    make_sure_it_is_in_the_catalogue(edition.pk)
    offer = Offer(seller=seller, edition=edition)
    for name, value in columns(offer, **facts).items():
        setattr(offer, name, value)
    with new_copies_offered_once(offer), because(StockReason.COUNT, by=by):
        offer.save(force_insert=True)
    refresh_books([edition.book_id])
    return offer


@again_after_deadlock
def change_offer(offer: Offer, *, by: User, **facts: Any) -> Offer:
    """Change what is given of an offer. Raises AlreadyOffered where that makes two offers of new copies, NotFound for
    one deleted meanwhile, and NotInCatalogue where it would be open again without its edition.
    """
    found = Offer.objects.filter(pk=offer.pk).select_related("edition").lock().first()
    if found is None:
        raise NotFound
    changed = {name: value for name, value in columns(found, **facts).items() if getattr(found, name) != value}
    if not changed:
        return found
    if "archived_at" in changed and changed["archived_at"] is None:
        make_sure_it_is_in_the_catalogue(found.edition_id)
    for name, value in changed.items():
        setattr(found, name, value)
    with new_copies_offered_once(found), because(StockReason.COUNT, by=by):
        found.save(update_fields=[*changed, "updated_at"])
    refresh_books([found.edition.book_id])
    return found


def make_sure_it_is_in_the_catalogue(edition: UUID) -> None:
    """Raises NotInCatalogue. The edition stays there until the transaction ends."""
    found = Edition.objects.select_for_update(no_key=True).filter(pk=edition).first()
    if found is None or found.is_archived:
        raise NotInCatalogue(isbn=found and found.isbn)


def columns(
    offer: Offer,
    *,
    price: Money | None = None,
    quantity: int | None = None,
    withdrawn: bool | None = None,
    **others: Any,
) -> dict[str, Any]:
    """What these facts mean for the offer's row. Copies held for purchases come on top of those that can be bought."""
    if price is not None:
        others |= {"price_minor": price.minor, "currency": price.currency}
    if quantity is not None:
        others["on_hand"] = min(quantity + offer.held, LARGEST_STOCK)
    if withdrawn is not None:
        others["archived_at"] = (offer.archived_at or timezone.now()) if withdrawn else None
    return others


@contextmanager
def new_copies_offered_once(offer: Offer) -> Iterator[None]:
    """Say of the constraint what it means, however many try at once."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", None) != ONE_OFFER_OF_NEW_COPIES:
            raise
        others = Offer.objects.filter(seller=offer.seller_id, edition=offer.edition_id, archived_at=None)
        other = others.filter(condition=Condition.NEW).exclude(pk=offer.pk).first()
        raise AlreadyOffered(offer=other and str(other.pk)) from error
