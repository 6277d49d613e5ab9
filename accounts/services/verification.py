"""Proving that an address is one's own."""

from django.contrib.auth.hashers import is_password_usable
from django.db import connection, transaction
from django.utils import timezone

from accounts import keys
from accounts.errors import InvalidCode
from accounts.models import EventKind, Purpose, User, Verification
from accounts.models.verification import MOST_TRIES
from accounts.services.attempts import count_attempt, forgive_attempts
from accounts.services.audit import note
from accounts.services.people import forget_people
from accounts.services.sessions import Device, SignedIn
from accounts.services.sign_in import begin


def verification_by_code(email: str, code: str, purpose: Purpose = Purpose.VERIFY_EMAIL) -> Verification:
    """The verification that a code from a mail opens. Raises InvalidCode, whatever is wrong, and TooManyAttempts.

    Call it outside a transaction: the try counts, right or wrong, for every code that waits for this address.
    """
    count_attempt(email, "code_tries")
    waiting = list(Verification.objects.live(purpose).filter(user__email=email).select_related("user").order_by("id"))
    opened = [verification for verification in waiting if verification.is_opened_by(code)]
    if not waiting:
        write_nothing()
    if not opened:
        used_up = next((verification for verification in waiting if verification.tries == MOST_TRIES - 1), None)
        if used_up:
            note(EventKind.CODES_USED_UP, used_up.user, purpose=purpose)
        raise InvalidCode
    forgive_attempts(email, "code_tries")
    return opened[0]


def write_nothing() -> None:
    """Commit what nobody reads, as slowly as a counted try: the time tells no one whose code is waited for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_logical_emit_message(true, 'accounts.tries', '')")


def verification_by_link(token: str, purpose: Purpose = Purpose.VERIFY_EMAIL) -> Verification:
    """The verification that the link in a mail names. Raises InvalidCode."""
    verification = Verification.objects.live(purpose).of_link(token).select_related("user").first()
    if verification is None:
        raise InvalidCode
    return verification


def use_up(verification: Verification) -> User:
    """The user whose verification it is, locked; it works for one caller. Raises InvalidCode for all others."""
    user = User.objects.select_for_update(no_key=True).filter(pk=verification.user_id, is_active=True).first()
    if user is None or not Verification.objects.filter(pk=verification.pk).void():
        raise InvalidCode
    return user


@transaction.atomic
def verify(verification: Verification) -> User:
    """Believe the address, and put password and names of this sign-up in force. Raises InvalidCode if it was used."""
    user = use_up(verification)
    if verification.password:
        user.password = verification.password
        if is_password_usable(user.password):
            user.first_name, user.last_name = verification.first_name, verification.last_name
    user.email_verified_at = timezone.now()
    user.save(update_fields=["email_verified_at", "password", "first_name", "last_name"])
    user.verifications.filter(purpose=Purpose.VERIFY_EMAIL).void()
    note(EventKind.EMAIL_VERIFIED, user)
    forget_people([user.pk])
    return user


def verify_and_sign_in(verification: Verification, device: Device, *, cart_token: str | None = None) -> SignedIn:
    """Believe the address, and sign its owner in."""
    keys.signing_key()
    with transaction.atomic():
        return begin(verify(verification), device, cart_token)
