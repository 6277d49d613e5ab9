"""Signing up, as far as the mail with the code."""

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from uuid6 import uuid7

from accounts.models import EventKind, Purpose, User, Verification, normal_password
from accounts.services.attempts import digest_of
from accounts.services.audit import note
from bookstore import rate_limits
from bookstore.outbox import nudge, send_mail

WAITS_FOR = timedelta(days=1)  # for a sign-up to be finished with a new code


def sign_up(*, email: str, password: str, first_name: str = "", last_name: str = "") -> None:
    """Make an unverified user and send a code; who has an account already is told so, by mail and nowhere else.

    Password and names are those of this sign-up alone, and come into force with the code that is sent for it.
    """
    fields = {"password": hash_of(email, password), "first_name": first_name, "last_name": last_name}
    if not may_be_mailed(email):
        return
    with transaction.atomic():
        User.objects.bulk_create([User(email=email)], ignore_conflicts=True)
        user = User.objects.select_for_update(no_key=True).filter(email=email).first()
        if user is None:  # deleted at this very moment
            return
        if user.email_verified_at or not user.is_active:
            note(EventKind.SIGNED_UP_AGAIN, user)
            send_mail("account_exists", to=email, user=str(user.pk))
            return
        User.objects.filter(pk=user.pk).update(**fields)
        user.verifications.filter(purpose=Purpose.VERIFY_EMAIL, password=fields["password"]).void()
        note(EventKind.SIGNED_UP, user)
        send_code(user, **fields)


def hash_of(email: str, password: str) -> str:
    """The same password makes the same hash here, so that signing up twice with it is one sign-up."""
    salt = salted_hmac("accounts.sign_up", email, algorithm="sha256").hexdigest()[:32]
    return make_password(normal_password(password), salt)


def send_code_again(email: str) -> None:
    """Send a new code to whoever has signed up and not verified the address yet; the old one is void.

    Where several have signed up with the address, nobody knows whose the new code should be: it puts no password in
    force, and the owner of the address chooses one as if the old were forgotten.
    """
    if not may_be_mailed(email):
        return
    with transaction.atomic():
        waiting = User.objects.filter(email=email, email_verified_at=None, is_active=True)
        user = waiting.select_for_update(no_key=True).first()
        if user is None:
            send_nothing("verify_email", Purpose.VERIFY_EMAIL)
            return
        sign_ups = sign_ups_waiting(user)
        if len(sign_ups) == 1:
            again = sign_ups[0]
            fields = {"password": again.password, "first_name": again.first_name, "last_name": again.last_name}
            again_and_older = user.verifications.filter(pk=again.pk)
        else:
            fields = {"password": make_password(None)}
            again_and_older = user.verifications.filter(purpose=Purpose.VERIFY_EMAIL, password__startswith="!")
        again_and_older.void()
        send_code(user, **fields)


def sign_ups_waiting(user: User) -> list[Verification]:
    """The sign-ups of the last day that were not finished, else the last there was."""
    unused = user.verifications.filter(purpose=Purpose.VERIFY_EMAIL, used_at=None).order_by("-id")
    return list(unused.filter(created_at__gt=timezone.now() - WAITS_FOR)) or list(unused[:1])


def may_be_mailed(email: str) -> bool:
    """No address gets many mails an hour, whoever asks for them; nor are there many codes to guess at."""
    return rate_limits.take("codes", digest_of(email)).passes


def send_code(user: User, **fields: str) -> None:
    """Send a code that puts these fields in force; the caller holds the user's lock."""
    verification = Verification.objects.create(user=user, purpose=Purpose.VERIFY_EMAIL, **fields)
    send_mail("verify_email", to=user.email, verification=str(verification.pk))


def send_nothing(name: str, purpose: Purpose) -> None:
    """Do for an address without account what is done for others, and undo it: the time it takes tells nothing."""
    with transaction.atomic():
        nobody = User.objects.bulk_create([User(email=f"{uuid7().hex}@nobody.invalid")])[0]
        verification = Verification.objects.create(user=nobody, purpose=purpose)
        send_mail(name, to=nobody.email, verification=str(verification.pk))
        transaction.set_rollback(True)
    transaction.on_commit(nudge)
