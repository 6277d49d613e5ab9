"""What users change about themselves, and what has to be forgotten when anything about them changes."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.db import transaction

from accounts import snapshots
from accounts.errors import SessionEnded
from accounts.models import User


def forget_people(users: Iterable[UUID]) -> None:
    """Call it in the transaction of every change to users, their memberships or the sellers they belong to."""
    transaction.on_commit(partial(snapshots.drop, list(users)))


def lock_account(user: User) -> None:
    """One change to what a user keeps at a time. Raises SessionEnded if the account was erased or shut meanwhile."""
    if not User.objects.select_for_update(no_key=True).filter(pk=user.pk, is_active=True).values("pk").first():
        raise SessionEnded


@transaction.atomic
def change_names(user: User, **names: str) -> User:
    """Give a user other first and last names. Raises SessionEnded."""
    if names:
        lock_account(user)
        User.objects.filter(pk=user.pk).update(**names)
        forget_people([user.pk])
    for name, value in names.items():
        setattr(user, name, value)
    return user
