"""What is read so often that it is answered without the database."""

from dataclasses import asdict
from typing import Any

from accounts.models import User


def me(user: User) -> dict[str, Any]:
    """What a user is told of themselves, in the shape of MeSerializer."""
    return {
        "id": user.pk,
        "email": user.email,
        "email_verified": user.email_verified_at is not None,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "roles": user.roles,
        "sellers": [asdict(place) for place in user.places],
        "date_joined": user.date_joined,
    }
