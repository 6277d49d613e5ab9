"""The address book: one default each for books and invoices."""

from typing import Any

from django.db import transaction

from accounts.errors import TooManyAddresses
from accounts.models import Address, User

MOST_ADDRESSES = 50
DEFAULTS = ("is_default_shipping", "is_default_billing")


@transaction.atomic
def add_address(user: User, **fields: Any) -> Address:
    """Add to the address book; the first address is the default for everything. Raises TooManyAddresses."""
    lock(user)
    count = Address.objects.visible_to(user).count()
    if count >= MOST_ADDRESSES:
        raise TooManyAddresses(limit=MOST_ADDRESSES)
    if count == 0:
        fields |= dict.fromkeys(DEFAULTS, True)
    take_defaults(user, fields)
    return Address.objects.create(user=user, **fields)


@transaction.atomic
def change_address(address: Address, **fields: Any) -> Address:
    """Change an address; what becomes a default takes that from the one that was it."""
    lock(address.user)
    take_defaults(address.user, fields)
    for name, value in fields.items():
        setattr(address, name, value)
    address.save(update_fields=[*fields, "updated_at"])
    return address


def remove_address(address: Address) -> None:
    address.delete()


def lock(user: User) -> None:
    """One change to a user's address book at a time."""
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).values("pk").first()


def take_defaults(user: User, fields: dict[str, Any]) -> None:
    for name in DEFAULTS:
        if fields.get(name):
            Address.objects.visible_to(user).filter(**{name: True}).update(**{name: False})
