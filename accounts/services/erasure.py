"""Erasing an account: the person goes, what tax law wants kept stays without them."""

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.errors import LastAdmin, LastOwner
from accounts.models import DeviceSession, EventKind, Invitation, Membership, SecurityEvent, Seller, User
from accounts.services.audit import note
from accounts.services.passwords import check_own_password, lock_unchanged
from accounts.services.people import forget_people
from accounts.services.sessions import end_all_sessions
from bookstore.idempotency import forget_answers
from bookstore.models import OutboxMessage, OutboxStatus
from bookstore.outbox import send_mail

ERASED_HOST = "erased.invalid"  # no mail can ever be sent there (RFC 2606)


def erase(user: User, *, password: str) -> None:
    """Make the account nobody's. Raises TooManyAttempts, WrongPassword, SessionEnded, LastOwner, LastAdmin.

    What other apps keep of a user is dealt with by settings.WHEN_USERS_ARE_ERASED: purchases have copies of their
    own of names and addresses, which stay as long as the law says.
    """
    known = check_own_password(user, password)
    with transaction.atomic():
        locked = lock_unchanged(known)
        refuse_to_leave_sellers_alone(locked)
        refuse_to_leave_the_shop_alone(locked)
        for path in settings.WHEN_USERS_ARE_ERASED:
            import_string(path)(locked)
        send_mail("account_erased", to=locked.email)
        end_all_sessions(locked, DeviceSession.Reason.DEACTIVATED)
        note(EventKind.ERASED, locked)
        forget_what_is_personal(locked)


def refuse_to_leave_sellers_alone(user: User) -> None:
    """Somebody has to answer for what a seller has sold. Raises LastOwner."""
    owned = Seller.objects.filter(memberships__user=user, memberships__role=Membership.Role.OWNER)
    list(owned.select_for_update(no_key=True, of=("self",)).order_by("pk"))  # owners do not leave at the same moment
    owners = Membership.objects.filter(role=Membership.Role.OWNER, user__is_active=True).exclude(user=user)
    alone = owned.exclude(pk__in=owners.values("seller")).order_by("name")
    names = list(alone.values_list("name", flat=True))
    if names:
        raise LastOwner(sellers=", ".join(names))


def refuse_to_leave_the_shop_alone(user: User) -> None:
    admins = User.objects.select_for_update(no_key=True).filter(is_superuser=True, is_active=True).order_by("pk")
    if user.is_superuser and [admin.pk for admin in admins] == [user.pk]:
        raise LastAdmin


def forget_mails(user: User) -> None:
    """Delete the mails to the user's addresses, past ones too, but not those that are somebody else's by now."""
    changed = user.security_events.filter(kind__in=[EventKind.EMAIL_CHANGED, EventKind.EMAIL_CHANGE_UNDONE])
    had = {user.email, *changed.values_list("facts__before", flat=True)}
    had -= set(User.objects.filter(email__in=had).exclude(pk=user.pk).values_list("email", flat=True))
    done = [OutboxStatus.SENT, OutboxStatus.WITHHELD, OutboxStatus.OUTDATED, OutboxStatus.FAILED]
    for address in had:
        OutboxMessage.objects.filter(recipient__iexact=address, status__in=done).delete()


def forget_what_is_personal(user: User) -> None:
    """Delete or blank what tells who it was; the caller holds the user's lock."""
    forget_mails(user)
    forget_answers(user.pk)
    user.addresses.all().delete()
    user.memberships.all().delete()
    Invitation.objects.filter(email=user.email).delete()
    user.invitations_sent.update(invited_by=None)
    user.verifications.all().delete()
    OutstandingToken.objects.filter(user=user).delete()
    LogEntry.objects.filter(object_id=str(user.pk), content_type__model="user").update(
        object_repr="", change_message=""
    )
    user.device_sessions.update(device_name="", ip=None, user_agent="")
    user.security_events.update(facts={})
    SecurityEvent.objects.filter(Q(user=user) | Q(by=user)).update(ip=None, user_agent="")
    user.email, user.email_verified_at = f"{user.pk.hex}@{ERASED_HOST}", None
    user.first_name = user.last_name = ""
    user.is_active = user.is_staff = user.is_support = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    forget_people([user.pk])
