"""What users change about themselves, and what has to be forgotten when anything about them changes."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.db import transaction

from accounts import snapshots
from accounts.models import User


def forget_people(users: Iterable[UUID]) -> None:
    """Call it in the transaction of every change to users, their memberships or the sellers they belong to."""
    transaction.on_commit(partial(snapshots.drop, list(users)))


@transaction.atomic
def change_names(user: User, **names: str) -> User:
    """Give a user other first and last names."""
    if names:
        User.objects.filter(pk=user.pk).update(**names)
        forget_people([user.pk])
    for name, value in names.items():
        setattr(user, name, value)
    return user
