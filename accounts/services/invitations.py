"""Asking somebody by mail to work for a selling organization."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.errors import AlreadyInvited, AlreadyMember, InvalidCode, InvitationOver, NotInvited, TooManyInvitations
from accounts.models import EventKind, Invitation, Membership, Seller, User
from accounts.services.attempts import digest_of
from accounts.services.audit import note
from accounts.services.people import forget_people
from accounts.services.teams import lock_seller, note_role, require
from bookstore import rate_limits
from bookstore.errors import NotFound
from bookstore.outbox import send_mail

Outcome = Invitation.Outcome


def invite(seller: Seller, *, email: str, role: str, by: User) -> Invitation:
    """Offer a place to whoever reads the mails of an address; nothing tells whether it has an account.

    Raises TooManyInvitations, PermissionDenied, NotFound, AlreadyMember, AlreadyInvited.
    """
    require(by, seller, role)  # who may not is not counted; asked again under the lock
    count_mail(seller.pk, email)
    with transaction.atomic():
        locked = lock_seller(seller.pk)
        require(by, locked, role)
        if Membership.objects.filter(seller=locked, user__email=email).exists():
            raise AlreadyMember
        before = Invitation.objects.unanswered().lock().filter(seller=locked, email=email).first()
        if before and before.status == "open":
            raise AlreadyInvited
        if before:
            before.end(Outcome.EXPIRED)
        invitation = Invitation.objects.create(seller=locked, email=email, role=role, invited_by=by)
        note(EventKind.INVITATION_SENT, by, invitation=invitation.pk, role=role, seller=locked.name)
        send_mail("invitation", to=email, invitation=str(invitation.pk))
    return invitation


def send_again(invitation: Invitation, *, by: User) -> Invitation:
    """Send the same link once more, good for another seven days, even if it has expired.

    Raises TooManyInvitations, PermissionDenied, NotFound, InvitationOver.
    """
    require(by, invitation.seller, invitation.role)
    count_mail(invitation.seller_id, invitation.email)
    with transaction.atomic():
        found = lock(invitation.pk)
        require(by, found.seller, found.role)
        if found.outcome:
            raise InvitationOver(outcome=found.outcome)
        found.sent_at = timezone.now()
        found.save(update_fields=["sent_at"])
        note(EventKind.INVITATION_SENT, by, invitation=found.pk, role=found.role, seller=found.seller.name)
        send_mail("invitation", to=found.email, invitation=str(found.pk))
    return found


@transaction.atomic
def revoke(invitation: Invitation, *, by: User) -> None:
    """Take an offer back: its link is good for nothing. Raises PermissionDenied, NotFound, InvitationOver."""
    found = lock(invitation.pk)
    require(by, found.seller, found.role)
    if found.outcome:
        raise InvitationOver(outcome=found.outcome)
    found.end(Outcome.REVOKED)
    note(EventKind.INVITATION_REVOKED, by, invitation=found.pk, seller=found.seller.name)


def invitation_by_link(token: str) -> Invitation:
    """The invitation that the link in a mail names, whatever became of it. Raises InvalidCode."""
    found = Invitation.objects.of_link(token).select_related("seller").first()
    if found is None:
        raise InvalidCode
    return found


@transaction.atomic
def accept(token: str, *, by: User) -> User:
    """Take the place that was offered; the user as they are now.

    Raises InvalidCode, NotInvited, InvitationOver, AlreadyMember.
    """
    user, invitation = invited(token, by)
    member, is_new = Membership.objects.get_or_create(
        seller=invitation.seller, user=user, defaults={"role": invitation.role}
    )
    if not is_new:
        raise AlreadyMember
    invitation.end(Outcome.ACCEPTED)
    facts: dict[str, Any] = {"role": invitation.role, "seller": invitation.seller.name}
    note(EventKind.INVITATION_ACCEPTED, user, invitation=invitation.pk, **facts)
    note_role(EventKind.ROLE_GIVEN, member, by=invitation.invited_by or user)
    forget_people([user.pk])
    return user


@transaction.atomic
def decline(token: str, *, by: User) -> None:
    """Say no. Raises InvalidCode, NotInvited, InvitationOver."""
    user, invitation = invited(token, by)
    invitation.end(Outcome.DECLINED)
    note(EventKind.INVITATION_DECLINED, user, invitation=invitation.pk, seller=invitation.seller.name)


@transaction.atomic
def decline_by_mail(token: str) -> None:
    """Say no without an account: whoever has the link may. Raises InvalidCode, InvitationOver."""
    invitation = lock(invitation_by_link(token).pk)
    check_open(invitation)
    invitation.end(Outcome.DECLINED)


def invited(token: str, by: User) -> tuple[User, Invitation]:
    """The user and the open invitation to their address, both locked."""
    user = User.objects.select_for_update(no_key=True).filter(pk=by.pk, is_active=True).first()
    found = invitation_by_link(token)
    if user is None or user.email_verified_at is None or user.email != found.email:
        raise NotInvited
    invitation = lock(found.pk)
    check_open(invitation)
    return user, invitation


def check_open(invitation: Invitation) -> None:
    if invitation.status != "open":
        raise InvitationOver(outcome=invitation.status)


def lock(invitation: UUID) -> Invitation:
    """The invitation under its seller's lock, as all that changes a team, and its own. Raises NotFound."""
    seller = Invitation.objects.filter(pk=invitation).values_list("seller", flat=True).first()
    if seller is None:
        raise NotFound
    locked = lock_seller(seller)
    found = Invitation.objects.select_related("invited_by").lock().filter(pk=invitation).first()
    if found is None:  # deleted at this very moment
        raise NotFound
    found.seller = locked
    return found


def revoke_all_from(user: User, *, by: User) -> None:
    """Whoever is shut out of the shop brings nobody else in; the caller's transaction shuts them out."""
    for pk in user.invitations_sent.unanswered().order_by("seller", "pk").values_list("pk", flat=True):
        invitation = lock(pk)
        if not invitation.outcome:
            invitation.end(Outcome.REVOKED)
            note(EventKind.INVITATION_REVOKED, by, invitation=pk, seller=invitation.seller.name)


def count_mail(seller: UUID, email: str) -> None:
    """Neither does one seller write to all the world, nor does one address get many. Raises TooManyInvitations."""
    for scope, client in (("invitations", str(seller)), ("invitations_to", digest_of(email))):
        verdict = rate_limits.take(scope, client)
        if not verdict.passes:
            raise TooManyInvitations(seconds=verdict.reset, headers={"Retry-After": str(verdict.reset)})
