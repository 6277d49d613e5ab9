"""People for tests, made by plain functions."""

from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Seller, User, Verification
from accounts.services import Device, SignedIn, start_session

PASSWORD = "three-quiet-lamps"


def make_user(email: str = "rosa@example.com", *, password: str = PASSWORD, **fields: Any) -> User:
    """A user with a verified address."""
    return User.objects.create_user(email, password, **{"email_verified_at": timezone.now(), **fields})


def make_member(seller: Seller, role: str = "owner", *, email: str = "sal@example.com") -> User:
    user = User.objects.filter(email=email).first() or make_user(email)
    Membership.objects.create(seller=seller, user=user, role=role)
    return user


def sign_in(client: Client | None, user: User) -> Client:
    """A client that sends the user's token with every request."""
    client = client or Client()
    access = start_session(user, Device(device_name="Test")).access
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {access}"
    return client


def proof_for(email: str, purpose: str = "verify_email") -> Verification:
    """What was mailed last."""
    return Verification.objects.filter(user__email=email, purpose=purpose, used_at=None).latest("id")


def code_for(email: str, purpose: str = "verify_email") -> str:
    return proof_for(email, purpose).code


def post(path: str, body: Any, client: Client | None = None, **options: Any) -> Any:
    """The answer to a POST of JSON."""
    client = client or Client()
    return client.post(f"/api/v1/{path}", body, content_type="application/json", **options)


def pair_of(user: User) -> SignedIn:
    return start_session(user, Device(device_name="Test"))
