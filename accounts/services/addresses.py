"""The address book: one default each for books and invoices."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.errors import TooManyAddresses
from accounts.models import Address, User
from accounts.services.people import lock_account
from bookstore.errors import NotFound

MOST_ADDRESSES = 50
DEFAULTS = ("is_default_shipping", "is_default_billing")


@transaction.atomic
def add_address(user: User, **fields: Any) -> Address:
    """Add to the address book; the first address is the default for everything.

    Raises TooManyAddresses, SessionEnded.
    """
    lock_account(user)
    count = Address.objects.visible_to(user).count()
    if count >= MOST_ADDRESSES:
        raise TooManyAddresses(limit=MOST_ADDRESSES)
    if count == 0:
        fields |= dict.fromkeys(DEFAULTS, True)
    take_defaults(user, fields)
    return Address.objects.create(user=user, **fields)


@transaction.atomic
def change_address(address: Address, **fields: Any) -> Address:
    """Change an address; what becomes a default takes that from the one that was it. Raises NotFound, SessionEnded."""
    lock_account(address.user)
    kept = Address.objects.select_for_update(no_key=True).filter(pk=address.pk).first()
    if kept is None:  # deleted since we looked
        raise NotFound
    take_defaults(address.user, fields)
    for name, value in fields.items():
        setattr(kept, name, value)
    kept.save(update_fields=[*fields, "updated_at"])
    return kept


@transaction.atomic
def remove_address(address: Address) -> None:
    """Delete an address; what it was the default for, the newest of the others is. Raises NotFound, SessionEnded."""
    lock_account(address.user)
    kept = Address.objects.filter(pk=address.pk).first()
    if kept is None:  # deleted since we looked
        raise NotFound
    kept.delete()
    newest = Address.objects.visible_to(kept.user).order_by("-created_at", "-id").first()
    taken_over = {name: True for name in DEFAULTS if getattr(kept, name)}
    if newest and taken_over:
        Address.objects.filter(pk=newest.pk).update(**taken_over, updated_at=timezone.now())


def take_defaults(user: User, fields: dict[str, Any]) -> None:
    for name in DEFAULTS:
        if fields.get(name):
            Address.objects.visible_to(user).filter(**{name: True}).update(**{name: False})
