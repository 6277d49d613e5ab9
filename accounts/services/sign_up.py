"""Signing up, as far as the mail with the code."""

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import User, Verification
from accounts.services.sign_in import digest_of
from bookstore import rate_limits
from bookstore.outbox import send_mail


def sign_up(*, email: str, password: str, first_name: str = "", last_name: str = "") -> None:
    """Make an unverified user and send a code; who has an account already is told so, by mail and nowhere else."""
    fields = {"password": make_password(password), "first_name": first_name, "last_name": last_name}
    if not may_be_mailed(email):
        return
    with transaction.atomic():
        User.objects.bulk_create([User(email=email)], ignore_conflicts=True)
        user = User.objects.select_for_update(no_key=True).filter(email=email).first()
        if user is None:  # deleted at this very moment
            return
        if user.email_verified_at or not user.is_active:
            send_mail("account_exists", to=email, user=str(user.pk))
            return
        User.objects.filter(pk=user.pk).update(**fields)
        send_code(user)


def send_code_again(email: str) -> None:
    """Send a new code to whoever has signed up and not verified the address yet; the old one is void."""
    if not may_be_mailed(email):
        return
    with transaction.atomic():
        waiting = User.objects.filter(email=email, email_verified_at=None, is_active=True)
        user = waiting.select_for_update(no_key=True).first()
        if user is not None:
            send_code(user)


def may_be_mailed(email: str) -> bool:
    """No address gets many mails an hour, whoever asks for them; nor are there many codes to guess at."""
    return rate_limits.take("codes", digest_of(email)).passes


def send_code(user: User) -> None:
    """Replace the user's code by a new one; the caller holds the user's lock."""
    purpose = Verification.Purpose.VERIFY_EMAIL
    user.verifications.filter(purpose=purpose, used_at=None).update(used_at=timezone.now())
    verification = Verification.objects.create(user=user, purpose=purpose)
    send_mail("verify_email", to=user.email, verification=str(verification.pk))
