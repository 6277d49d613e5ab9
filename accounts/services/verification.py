"""Proving that an address is one's own."""

from django.db import transaction
from django.utils import timezone

from accounts import keys
from accounts.errors import InvalidCode
from accounts.models import User, Verification
from accounts.services.people import forget_people
from accounts.services.sessions import Device, SignedIn, start_session

VERIFY_EMAIL = Verification.Purpose.VERIFY_EMAIL


def verification_by_code(email: str, code: str) -> Verification:
    """The verification that a code from a mail opens. Raises InvalidCode, whatever is wrong.

    Call it outside a transaction: the try counts, right or wrong.
    """
    live = Verification.objects.live().filter(purpose=VERIFY_EMAIL, user__email=email, user__is_active=True)
    verification = live.select_related("user").first()
    if verification is None or not verification.is_opened_by(code):
        raise InvalidCode
    return verification


def verification_by_link(token: str) -> Verification:
    """The verification that the link in a mail names. Raises InvalidCode."""
    live = Verification.objects.live().filter(purpose=VERIFY_EMAIL, user__is_active=True)
    verification = live.of_link(token).select_related("user").first()
    if verification is None:
        raise InvalidCode
    return verification


@transaction.atomic
def verify(verification: Verification) -> User:
    """Use the verification up and believe the address. Raises InvalidCode for one that was used meanwhile."""
    now = timezone.now()
    user = User.objects.select_for_update(no_key=True).filter(pk=verification.user_id, is_active=True).first()
    is_unused = Verification.objects.filter(pk=verification.pk, used_at=None)
    if user is None or not is_unused.update(used_at=now):
        raise InvalidCode
    user.email_verified_at = now
    user.save(update_fields=["email_verified_at"])
    forget_people([user.pk])
    return user


def verify_and_sign_in(verification: Verification, device: Device, *, cart_token: str | None = None) -> SignedIn:
    """Believe the address, and sign its owner in."""
    keys.signing_key()
    with transaction.atomic():
        return start_session(verify(verification), device, cart_token=cart_token)
