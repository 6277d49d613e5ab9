"""Another e-mail address: proved on both sides, and taken back by whoever had it before."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import EmailTaken, InvalidCode
from accounts.models import DeviceSession, EventKind, Purpose, User, Verification
from accounts.services.attempts import count_attempt, forgive_attempts
from accounts.services.audit import note
from accounts.services.passwords import check_own_password, lock_unchanged, send_reset_code
from accounts.services.people import forget_people
from accounts.services.sessions import end_all_sessions
from accounts.services.sign_up import may_be_mailed
from accounts.services.verification import use_up, verification_by_link
from bookstore.outbox import send_mail


def ask_for_email(user: User, *, email: str, password: str) -> None:
    """Send a code to the new address. Whether another account has it is told there and nowhere else.

    Raises TooManyAttempts, WrongPassword.
    """
    known = check_own_password(user, password)
    if email == known.email or not may_be_mailed(email):
        return
    with transaction.atomic():
        locked = lock_unchanged(known)
        note(EventKind.EMAIL_CHANGE_ASKED, locked, to=email)
        locked.verifications.filter(purpose=Purpose.CHANGE_EMAIL).void()
        owner = User.objects.filter(email=email).first()
        if owner and owner.email_verified_at:
            send_mail("account_exists", to=email, user=str(owner.pk))
            return
        asked = Verification.objects.create(user=locked, purpose=Purpose.CHANGE_EMAIL, email=email)
        send_mail("change_email", to=email, verification=str(asked.pk))


def email_change_by_code(user: User, code: str) -> Verification:
    """The change that a code from the mail to the new address opens. Raises InvalidCode, TooManyAttempts."""
    count_attempt(user.email, "code_tries")
    asked = Verification.objects.live(Purpose.CHANGE_EMAIL).filter(user=user.pk).select_related("user").first()
    if asked is None or not asked.is_opened_by(code):
        raise InvalidCode
    forgive_attempts(user.email, "code_tries")
    return asked


def email_change_by_link(user: User, token: str) -> Verification:
    """The user's own change that the link in the mail to the new address names. Raises InvalidCode."""
    asked = verification_by_link(token, Purpose.CHANGE_EMAIL)
    if asked.user_id != user.pk:
        raise InvalidCode
    return asked


def change_email(asked: Verification) -> User:
    """Give the user the new address, and tell the old one how to undo it. Raises InvalidCode, EmailTaken."""
    try:
        with transaction.atomic():
            user = use_up(asked)
            before = user.email
            forget_unfinished_sign_up(asked.email)
            give_address(user, asked.email)
            undo = Verification.objects.create(user=user, purpose=Purpose.UNDO_EMAIL, email=before)
            note(EventKind.EMAIL_CHANGED, user, before=before, now=user.email)
            send_mail("email_changed", to=before, verification=str(undo.pk))
    except IntegrityError as error:  # somebody else has proved the address at the same moment
        raise EmailTaken from error
    return user


def undo_email(undo: Verification) -> User:
    """Give the address back, sign out whoever has changed it, and let the owner choose a new password.

    Raises InvalidCode, EmailTaken.
    """
    try:
        with transaction.atomic():
            user = use_up(undo)
            note(EventKind.EMAIL_CHANGE_UNDONE, user, before=user.email, now=undo.email)
            user.set_unusable_password()
            forget_unfinished_sign_up(undo.email)  # whoever changed the address may have signed up with the old one
            give_address(user, undo.email)
            user.verifications.filter(purpose=Purpose.UNDO_EMAIL, pk__gt=undo.pk).void()  # of whoever changed it
            end_all_sessions(user, DeviceSession.Reason.NEW_PASSWORD)
            send_reset_code(user)
    except IntegrityError as error:  # it belongs to another account by now
        raise EmailTaken from error
    return user


def forget_unfinished_sign_up(email: str) -> None:
    """Whoever has signed up with the address but never proved it does not keep it from its owner."""
    unproved = User.objects.select_for_update().filter(email=email, email_verified_at=None, is_active=True)
    for user in unproved:
        user.delete()


def give_address(user: User, email: str) -> None:
    """What was sent to the address before is void; the caller holds the user's lock."""
    user.email, user.email_verified_at = email, timezone.now()
    user.save(update_fields=["email", "email_verified_at", "password"])
    user.verifications.exclude(purpose=Purpose.UNDO_EMAIL).void()
    forget_people([user.pk])
