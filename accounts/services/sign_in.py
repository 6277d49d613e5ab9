"""Signing in with a password."""

from django.db import transaction

from accounts import keys
from accounts.errors import EmailNotVerified, InvalidCredentials
from accounts.models import DeviceSession, EventKind, User
from accounts.services.attempts import count_attempt, forgive_attempts
from accounts.services.audit import note
from accounts.services.sessions import Device, SignedIn, start_session
from bookstore.outbox import send_mail


def sign_in(*, email: str, password: str, device: Device, cart_token: str | None = None) -> SignedIn:
    """Sign in on a device. Raises TooManyAttempts, InvalidCredentials, EmailNotVerified."""
    count_attempt(email)
    user = User.objects.filter(email=email, is_active=True).first()
    if not (user or User()).check_password(password) or user is None:  # takes its time with nobody's password too
        note(EventKind.LOGIN_FAILED, user)
        raise InvalidCredentials
    if user.email_verified_at is None:
        raise EmailNotVerified
    keys.signing_key()
    with transaction.atomic():
        still_the_same = User.objects.filter(pk=user.pk, is_active=True, password=user.password)
        locked = still_the_same.select_for_update(no_key=True).first()
        if locked is None:  # another password, or no account any more, since we looked
            raise InvalidCredentials
        signed_in = begin(locked, device, cart_token)
    forgive_attempts(email)
    return signed_in


def begin(user: User, device: Device, cart_token: str | None) -> SignedIn:
    """Start a session, note it, and tell the user of a device that was never seen before; the caller holds the lock."""
    is_new = is_new_device(user, device)
    signed_in = start_session(user, device, cart_token=cart_token)
    note(EventKind.LOGIN, user, session=signed_in.session_id, device_name=device.device_name, new_device=is_new)
    if is_new:
        send_mail("new_device", to=user.email, session=str(signed_in.session_id))
    return signed_in


def is_new_device(user: User, device: Device) -> bool:
    """Whether the user was signed in before, but never with this program on a device of this name."""
    before = DeviceSession.objects.filter(user=user)
    same = before.filter(user_agent=device.user_agent, device_name=device.device_name)
    return before.exists() and not same.exists()
