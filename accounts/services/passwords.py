"""Passwords: forgotten, set anew by mail, and changed."""

from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.errors import SessionEnded, WrongPassword
from accounts.models import DeviceSession, EventKind, Purpose, User, Verification, normal_password
from accounts.services.attempts import count_attempt, forgive_attempts
from accounts.services.audit import note
from accounts.services.people import forget_people
from accounts.services.sessions import end_all_sessions, end_sessions
from accounts.services.sign_up import may_be_mailed, send_nothing
from accounts.services.verification import use_up
from bookstore.errors import FieldError, Invalid
from bookstore.outbox import send_mail

NEW_PASSWORD = DeviceSession.Reason.NEW_PASSWORD


def forgot_password(email: str) -> None:
    """Send a code with which a new password can be chosen, if there is an account; the one before is void."""
    if not may_be_mailed(email):
        return
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(email=email, is_active=True).first()
        note(EventKind.PASSWORD_FORGOTTEN, user)
        if user is None:
            send_nothing("reset_password", Purpose.RESET_PASSWORD)
        else:
            send_reset_code(user)


def send_reset_code(user: User) -> None:
    """Send a code for a new password; the caller holds the user's lock."""
    user.verifications.filter(purpose=Purpose.RESET_PASSWORD).void()
    verification = Verification.objects.create(user=user, purpose=Purpose.RESET_PASSWORD)
    send_mail("reset_password", to=user.email, verification=str(verification.pk))


def reset_password(verification: Verification, new_password: str) -> None:
    """Set a new password by code or link, and sign the user out everywhere. Raises Invalid, InvalidCode.

    Who can do this reads the mails of the address, so that it is verified too.
    """
    check_strength(new_password, verification.user)
    with transaction.atomic():
        user = use_up(verification)
        if user.email_verified_at is None:
            user.email_verified_at = timezone.now()
            note(EventKind.EMAIL_VERIFIED, user)
        set_password(user, new_password)
        end_all_sessions(user, NEW_PASSWORD)
        note(EventKind.PASSWORD_RESET, user)
        send_mail("password_changed", to=user.email, user=str(user.pk))
    forgive_attempts(user.email)


def change_password(user: User, session: UUID, *, current_password: str, new_password: str) -> None:
    """Change a password and sign the user out on all other devices. Raises TooManyAttempts, WrongPassword, Invalid."""
    known = check_own_password(user, current_password, field="current_password")
    check_strength(new_password, known)
    with transaction.atomic():
        locked = lock_unchanged(known)
        set_password(locked, new_password)
        others = DeviceSession.objects.lock().filter(user=locked, ended_at=None).exclude(pk=session)
        end_sessions(others, NEW_PASSWORD)
        note(EventKind.PASSWORD_CHANGED, locked)
        send_mail("password_changed", to=locked.email, user=str(locked.pk))


@transaction.atomic
def password_was_set(user: User, *, by: User) -> None:
    """What follows from a password that a form of the console has set: codes are void, and every device is out."""
    user.verifications.exclude(purpose=Purpose.UNDO_EMAIL).void()
    end_all_sessions(user, NEW_PASSWORD)
    forget_people([user.pk])
    note(EventKind.PASSWORD_CHANGED, user, by=by)
    if user.email_verified_at:
        send_mail("password_changed", to=user.email, user=str(user.pk))


def set_password(user: User, new_password: str) -> None:
    """Set a password; codes that were sent before it are void. The caller holds the user's lock."""
    user.set_password(new_password)
    user.save(update_fields=["password", "email_verified_at"])
    user.verifications.exclude(purpose=Purpose.UNDO_EMAIL).void()
    forget_people([user.pk])


def check_own_password(user: User, password: str, *, field: str = "password") -> User:
    """Make sure that it is the user and not only the user's device that asks.

    Raises TooManyAttempts, WrongPassword, and SessionEnded if the account was erased or shut meanwhile.
    """
    count_attempt(user.email)
    known = User.objects.filter(pk=user.pk, is_active=True).first()
    if known is None:
        raise SessionEnded
    if not known.check_password(password):
        note(EventKind.LOGIN_FAILED, known)
        raise WrongPassword(errors=[FieldError("wrong_password", str(WrongPassword.message), field)])
    forgive_attempts(user.email)
    return known


def lock_unchanged(known: User) -> User:
    """The user, locked, if the password is still what it was. Raises WrongPassword, SessionEnded."""
    account = User.objects.filter(pk=known.pk, is_active=True)
    locked = account.filter(password=known.password).select_for_update(no_key=True).first()
    if locked is None:
        raise WrongPassword if account.exists() else SessionEnded
    return locked


def check_strength(password: str, user: User, *, field: str = "new_password") -> None:
    """Refuse what others would guess. Raises Invalid."""
    try:
        validate_password(normal_password(password), user)
    except ValidationError as error:
        problems = [FieldError(one.code or "invalid", " ".join(one.messages), field) for one in error.error_list]
        raise Invalid(errors=problems) from error
