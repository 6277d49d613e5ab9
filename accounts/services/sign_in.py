"""Signing in with a password."""

import hashlib

from django.db import transaction

from accounts import keys
from accounts.errors import EmailNotVerified, InvalidCredentials, TooManyAttempts
from accounts.models import User
from accounts.services.sessions import Device, SignedIn, start_session
from bookstore import rate_limits


def sign_in(*, email: str, password: str, device: Device, cart_token: str | None = None) -> SignedIn:
    """Sign in on a device. Raises TooManyAttempts, InvalidCredentials, EmailNotVerified."""
    count_attempt(email)
    user = User.objects.filter(email=email, is_active=True).first() or User()
    if not user.check_password(password):  # takes its time with nobody's password too
        raise InvalidCredentials
    if user.email_verified_at is None:
        raise EmailNotVerified
    keys.signing_key()
    with transaction.atomic():
        still_the_same = User.objects.filter(pk=user.pk, is_active=True, password=user.password)
        locked = still_the_same.select_for_update(no_key=True).first()
        if locked is None:  # another password, or no account any more, since we looked
            raise InvalidCredentials
        return start_session(locked, device, cart_token=cart_token)


def count_attempt(email: str) -> None:
    """Count an attempt before the password is looked at, so that many at once are no way around the limit."""
    verdict = rate_limits.take("sign_in", digest_of(email))
    if not verdict.passes:
        raise TooManyAttempts(seconds=verdict.reset, headers={"Retry-After": str(verdict.reset)})


def digest_of(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()
