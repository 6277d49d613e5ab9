"""Whose books and editions are.

A record is a seller's own while nobody else sells what it describes: no other organization has an offer of it, open or
withdrawn, and they added it or have an offer of it themselves. From the first offer of somebody else on it is the
shop's, so that no seller changes what another one's copies are called.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from accounts.models import User
from accounts.rights import Right
from catalog.errors import NotYourRecord
from catalog.models import Book, Edition, Offer


def organizations(user: User) -> set[UUID]:
    return set(user.sellers_for(Right.CATALOGUE))


def is_own_edition(edition: Edition, user: User) -> bool:
    own, sellers = organizations(user), set(sellers_of(Q(edition=edition)))
    return not sellers - own and (edition.created_by_id in own or bool(sellers))


def is_own_book(book: Book, user: User) -> bool:
    """All that there is of it is theirs, archived editions too."""
    own, sellers = organizations(user), set(sellers_of(Q(edition__book=book)))
    makers = set(Edition.objects.filter(book=book).order_by().values_list("created_by", flat=True).distinct())
    added = book.created_by_id in own or bool(makers & own)
    return not sellers - own and not makers - own - {None} and (added or bool(sellers))


def sellers_of(condition: Q) -> list[UUID]:
    return list(Offer.objects.filter(condition).order_by().values_list("seller", flat=True).distinct())


def may_change_edition(edition: Edition, user: User) -> None:
    """Raises NotYourRecord. The caller holds the edition's lock, so that nobody begins to offer it meanwhile."""
    if not user.is_superuser and not is_own_edition(edition, user):
        raise NotYourRecord


def may_change_book(book: Book, user: User) -> None:
    """Raises NotYourRecord. The caller holds the locks of the book's editions."""
    if not user.is_superuser and not is_own_book(book, user):
        raise NotYourRecord
