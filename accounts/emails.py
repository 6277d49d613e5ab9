"""The mails about accounts."""

from typing import Any

from django.conf import settings

from accounts.models import User, Verification
from accounts.models.verification import GOOD_FOR
from bookstore.mails import mail, sample_of


@mail(confidential=True)
def verify_email(*, verification: str) -> dict[str, Any]:
    """The code, and a link that does the same, for somebody who has signed up.

    Without the name: anybody may sign up with another's address, and would choose what the shop writes to them.
    """
    found = Verification.objects.live().get(pk=verification)  # a void code is sent to nobody
    return {
        "code": found.code,
        "link": f"{settings.SHOP_URL}/api/v1/auth/verify/{found.link_token}",
        "minutes": int(GOOD_FOR.total_seconds() // 60),
    }


@sample_of(verify_email)
def a_code() -> dict[str, Any]:
    link = f"{settings.SHOP_URL}/api/v1/auth/verify/made-up"
    return {"code": "402817", "link": link, "minutes": int(GOOD_FOR.total_seconds() // 60)}


@mail
def account_exists(*, user: str) -> dict[str, Any]:
    """For somebody who signs up with an address that has an account already."""
    return {"name": User.objects.get(pk=user).get_full_name()}


@sample_of(account_exists)
def to_a_reader() -> dict[str, Any]:
    return {"name": "Rosa Ramirez"}
