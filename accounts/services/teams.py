"""Who belongs to a selling organization, and as what."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.errors import AlreadyOwner, LastOwner
from accounts.models import EventKind, Invitation, Membership, Seller, User
from accounts.rights import MANAGER, OWNER, Right, holds, manages
from accounts.services.audit import note
from accounts.services.passwords import check_own_password, lock_unchanged
from accounts.services.people import forget_people
from bookstore import versions
from bookstore.errors import NotFound, PermissionDenied
from bookstore.outbox import send_mail


def lock_seller(seller: UUID) -> Seller:
    """The organization; who belongs to it changes one after the other. Raises NotFound."""
    found = Seller.objects.select_for_update(no_key=True).filter(pk=seller).first()
    if found is None:
        raise NotFound
    return found


def role_now(user: User, seller: Seller) -> str | None:
    """What the user may do as, by the database and not by what a request knew; shop admins act as owners."""
    if user.is_superuser:
        return OWNER
    return Membership.objects.filter(seller=seller, user=user).values_list("role", flat=True).first()


def require(user: User, seller: Seller, role: str) -> None:
    """Raises PermissionDenied for who does not manage members of this role; NotFound for who is no member at all."""
    own = role_now(user, seller)
    if own is None:
        raise NotFound
    if not manages(own, role):
        raise PermissionDenied


def member_of(seller: Seller, member: UUID) -> Membership:
    """Somebody's place in the organization, locked besides it, for who is erased leaves without. Raises NotFound."""
    places = Membership.objects.select_related("user").select_for_update(no_key=True, of=("self",))
    found = places.filter(pk=member, seller=seller).first()
    if found is None:
        raise NotFound
    found.seller = seller
    return found


@contextmanager
def keeping_owners(sellers: Iterable[UUID]) -> Iterator[None]:
    """Whatever happens here leaves each of these organizations an owner if it had one. Raises LastOwner.

    Call it in a transaction, which LastOwner has to undo.
    """
    locked = Seller.objects.select_for_update(no_key=True).filter(pk__in=list(sellers)).order_by("pk")
    names = dict(locked.values_list("pk", "name"))
    before = with_owner(names)
    yield
    lost = before - with_owner(names)
    if lost:
        raise LastOwner(sellers=", ".join(sorted(names[seller] for seller in lost)))


def with_owner(sellers: Iterable[UUID]) -> set[UUID]:
    owners = Membership.objects.filter(seller__in=list(sellers), role=OWNER, user__is_active=True)
    return set(owners.values_list("seller", flat=True))


@transaction.atomic
def change_role(member: Membership, role: str, *, by: User) -> Membership:
    """Give a member another role. Raises PermissionDenied, LastOwner, NotFound."""
    seller = lock_seller(member.seller_id)
    found = member_of(seller, member.pk)
    require(by, seller, found.role)
    require(by, seller, role)
    if role != found.role:
        with keeping_owners([seller.pk]):
            give_role(found, role, by=by)
    return found


def give_role(member: Membership, role: str, *, by: User) -> None:
    """What one may no longer offer to others, one has offered to nobody; the caller holds the seller's lock."""
    before, member.role = member.role, role
    member.save(update_fields=["role", "updated_at"])
    note_role(EventKind.ROLE_CHANGED, member, by=by, before=before)
    revoke_offers_of(member.user, member.seller, by=by, unless_managed_by=role)
    forget_people([member.user_id])


@transaction.atomic
def remove_member(member: Membership, *, by: User) -> None:
    """Take somebody out of the organization, or leave it oneself. Raises PermissionDenied, LastOwner, NotFound."""
    seller = lock_seller(member.seller_id)
    found = member_of(seller, member.pk)
    if found.user_id != by.pk:
        require(by, seller, found.role)
        revoke_offers_of(found.user, seller, by=by)
    with keeping_owners([seller.pk]):
        Membership.objects.filter(pk=found.pk).delete()
    note_role(EventKind.ROLE_TAKEN, found, by=by)
    forget_people([found.user_id])


def revoke_offers_of(user: User, seller: Seller, *, by: User, unless_managed_by: str | None = None) -> None:
    """Take back the invitations that somebody has sent: an owner who is put out leaves no friend behind as owner."""
    for invitation in Invitation.objects.unanswered().lock().filter(seller=seller, invited_by=user):
        if not manages(unless_managed_by, invitation.role):
            invitation.end(Invitation.Outcome.REVOKED)
            note(EventKind.INVITATION_REVOKED, by, invitation=invitation.pk, seller=seller.name)


def hand_over(seller: Seller, to: UUID, *, by: User, password: str) -> Membership:
    """Make another member the owner in one's place, and oneself a manager. Both get a mail.

    Raises TooManyAttempts, WrongPassword, PermissionDenied, NotFound, AlreadyOwner.
    """
    known = check_own_password(by, password)
    with transaction.atomic():
        old = lock_unchanged(known)
        seller = lock_seller(seller.pk)
        own = Membership.objects.select_related("user").filter(seller=seller, user=old).first()
        if own is None or not holds(own.role, Right.HAND_OVER):
            raise PermissionDenied
        heir = member_of(seller, to)
        if heir.role == OWNER:
            raise AlreadyOwner
        if not heir.user.is_active:
            raise NotFound
        own.seller = seller
        give_role(heir, OWNER, by=old)
        give_role(own, MANAGER, by=old)
        note(EventKind.SELLER_HANDED_OVER, old, to=heir.user_id, seller=seller.name)
        send_mail("seller_given", to=old.email, member=str(own.pk), heir=str(heir.pk))
        send_mail("seller_received", to=heir.user.email, member=str(heir.pk))
    return heir


def note_role(kind: EventKind, member: Membership, *, by: User, **facts: str) -> None:
    """Note it with who did it; whoever reads it is told whether that was one of the team, or the shop."""
    told: dict[str, Any] = {"role": member.role, "seller": member.seller.name, **facts}
    if not by.is_superuser:
        told["in_team"] = True
    note(kind, member.user, by=by, **told)


@transaction.atomic
def change_page(seller: Seller, *, by: User, **facts: str) -> Seller:
    """Change what everybody reads of the organization. Raises PermissionDenied, NotFound."""
    found = lock_seller(seller.pk)
    if not holds(role_now(by, found), Right.PAGE):
        raise PermissionDenied
    if facts:
        for name, value in facts.items():
            setattr(found, name, value)
        found.save(update_fields=[*facts, "updated_at"])
        transaction.on_commit(partial(versions.bump, "catalog"))
    return found


def team_of(seller: Seller) -> QuerySet[Membership]:
    """The members, those who joined first in front, with what a list of them shows."""
    return Membership.objects.filter(seller=seller).select_related("user").order_by("created_at", "id")
