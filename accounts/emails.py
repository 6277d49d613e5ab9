"""The mails about accounts."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.hashers import is_password_usable
from django.db.models import Model, QuerySet

from accounts.models import DeviceSession, Invitation, Membership, Purpose, User, Verification
from accounts.models.invitations import OPEN_FOR
from accounts.models.verification import GOOD_FOR, UNDO_FOR
from bookstore.mails import Outdated, mail, sample_of

Row = TypeVar("Row", bound=Model)
SOME_DAY = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)


def still_good(rows: QuerySet[Row], key: str) -> Row:
    """The row that a mail holds the key to. Raises Outdated where it is used, replaced or taken back by now."""
    found = rows.filter(pk=key).first()
    if found is None:
        raise Outdated("What it holds was used, replaced or taken back before it could be sent.")
    return found


def proof(verification: str, purpose: Purpose) -> Verification:
    """What a mail proves that it arrived with. Raises Outdated; and Verification.DoesNotExist where it is too old."""
    unused = Verification.objects.filter(pk=verification, used_at=None, user__is_active=True)
    if unused.exists() and not Verification.objects.live(purpose).filter(pk=verification).exists():
        raise Verification.DoesNotExist("It was too old before it could be sent, and somebody has waited.")
    return still_good(Verification.objects.live(purpose).select_related("user"), verification)


def keys_of(verification: str, purpose: Purpose, page: str) -> dict[str, Any]:
    """Code and link; a void one is sent to nobody."""
    found = proof(verification, purpose)
    return {
        "code": found.code,
        "link": f"{settings.SHOP_URL}/api/v1/auth/{page}/{found.link_token}",
        "minutes": int(GOOD_FOR.total_seconds() // 60),
    }


def made_up_keys(page: str) -> dict[str, Any]:
    link = f"{settings.SHOP_URL}/api/v1/auth/{page}/made-up"
    return {"code": "402817", "link": link, "minutes": int(GOOD_FOR.total_seconds() // 60)}


@mail(confidential=True)
def verify_email(*, verification: str) -> dict[str, Any]:
    """The code, and a link that does the same, for somebody who has signed up.

    Without the name: anybody may sign up with another's address, and would choose what the shop writes to them.
    """
    context = keys_of(verification, Purpose.VERIFY_EMAIL, "verify")
    found = Verification.objects.get(pk=verification)
    others = found.user.verifications.live().exclude(pk=found.pk)
    return {
        **context,
        "signed_up_at": found.created_at,
        "is_one_of_several": others.exists(),
        "sets_password": not found.password or is_password_usable(found.password),
    }


@sample_of(verify_email)
def a_code() -> dict[str, Any]:
    return {**made_up_keys("verify"), "signed_up_at": SOME_DAY, "is_one_of_several": True, "sets_password": True}


@mail
def account_exists(*, user: str) -> dict[str, Any]:
    """For somebody who signs up with an address that has an account already."""
    return {"name": User.objects.get(pk=user).get_full_name()}


@sample_of(account_exists)
def to_a_reader() -> dict[str, Any]:
    return {"name": "Rosa Ramirez"}


@mail(confidential=True)
def reset_password(*, verification: str) -> dict[str, Any]:
    """The code, and a link to a page that does the same, for somebody who has forgotten the password."""
    return keys_of(verification, Purpose.RESET_PASSWORD, "reset")


@sample_of(reset_password)
def a_code_for_a_password() -> dict[str, Any]:
    return made_up_keys("reset")


@mail(confidential=True)
def change_email(*, verification: str) -> dict[str, Any]:
    """The code for the new address, without a name, for it may be somebody else's."""
    return keys_of(verification, Purpose.CHANGE_EMAIL, "email")


@sample_of(change_email)
def a_code_for_an_address() -> dict[str, Any]:
    return made_up_keys("email")


@mail(confidential=True)
def email_changed(*, verification: str) -> dict[str, Any]:
    """To the old address: what happened, and how to undo it."""
    undo = proof(verification, Purpose.UNDO_EMAIL)
    return {
        "name": undo.user.get_full_name(),
        "link": f"{settings.SHOP_URL}/api/v1/auth/undo/{undo.link_token}",
        "days": UNDO_FOR.days,
    }


@sample_of(email_changed)
def an_undoing_link() -> dict[str, Any]:
    return {**to_a_reader(), "link": made_up_keys("undo")["link"], "days": UNDO_FOR.days}


@mail
def password_changed(*, user: str) -> dict[str, Any]:
    """Whoever did not do it themselves wants to know at once."""
    return {"name": User.objects.get(pk=user).get_full_name()}


@sample_of(password_changed)
def of_a_password() -> dict[str, Any]:
    return to_a_reader()


@mail
def new_device(*, session: str) -> dict[str, Any]:
    """For somebody who was signed in elsewhere before."""
    found = DeviceSession.objects.select_related("user").get(pk=session)
    return {
        "name": found.user.get_full_name(),
        "device": found.device_name or found.user_agent,
        "ip": found.ip,
        "when": found.created_at,
    }


@sample_of(new_device)
def a_telephone() -> dict[str, Any]:
    return {**to_a_reader(), "device": "Pixel 9", "ip": "192.0.2.7", "when": SOME_DAY}


@mail
def account_erased() -> dict[str, Any]:
    """The last mail to somebody whose account is gone."""
    return {}


@sample_of(account_erased)
def nothing_to_say() -> dict[str, Any]:
    return {}


@mail(confidential=True)
def invitation(*, invitation: str) -> dict[str, Any]:
    """An offer to join; one that is over is sent to nobody.

    Without the name of who invites, who would choose what the shop writes to strangers. The seller's is the shop's.
    """
    found = still_good(Invitation.objects.live().select_related("seller"), invitation)
    return {
        "seller": found.seller.name,
        "role": found.get_role_display(),
        "link": f"{settings.SHOP_URL}/api/v1/auth/invitation/{found.link_token}",
        "days": OPEN_FOR.days,
    }


@sample_of(invitation)
def an_invitation() -> dict[str, Any]:
    role, link = Membership.Role.STAFF.label, made_up_keys("invitation")["link"]
    return {"seller": "Corner Bookshop", "role": role, "link": link, "days": OPEN_FOR.days}


@mail
def seller_given(*, member: str, heir: str) -> dict[str, Any]:
    """To who was the owner, and wants to know at once if it was somebody else's doing."""
    members = Membership.objects.select_related("user", "seller")
    old, new = members.get(pk=member), members.get(pk=heir)
    return {"name": old.user.get_full_name(), "seller": old.seller.name, "heir": new.user.get_full_name()}


@sample_of(seller_given)
def to_the_old_owner() -> dict[str, Any]:
    return {**to_a_reader(), "seller": "Corner Bookshop", "heir": "Max Manager"}


@mail
def seller_received(*, member: str) -> dict[str, Any]:
    """To who is the owner now."""
    new = Membership.objects.select_related("user", "seller").get(pk=member)
    return {"name": new.user.get_full_name(), "seller": new.seller.name}


@sample_of(seller_received)
def to_the_new_owner() -> dict[str, Any]:
    return {"name": "Max Manager", "seller": "Corner Bookshop"}
