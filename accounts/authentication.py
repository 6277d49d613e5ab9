"""Signing in to the API by bearer token."""

import structlog
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import revocations, snapshots
from accounts.errors import SessionEnded
from accounts.models import User
from accounts.tokens import Claims


class BearerAuthentication(BaseAuthentication):
    """The user of a good token whose session goes on.

    A bad one makes nobody of the caller, and leaves what is wrong with it for the permissions to tell
    (`token_refusal`): public views answer all the same.
    """

    def authenticate(self, request: Request) -> tuple[User, Claims] | None:
        asked = request._request
        claims = getattr(asked, "claims", None)
        if claims is None:
            return None
        user = user_of(claims, asked.redis_values)
        if user is None:
            asked.token_refusal = SessionEnded()
            return None
        structlog.contextvars.bind_contextvars(user_id=str(claims.user), session_id=str(claims.session))
        return user, claims

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def user_of(claims: Claims, values: tuple[bytes | None, ...] | None) -> User | None:
    """The active user of a session that goes on, from what Redis answered, or from the database while it is gone."""
    answers = values and (values[0], values[1])
    if not revocations.is_open(claims.user, claims.session, answers):
        return None
    user = snapshots.find(claims.user, values[2]) if values else snapshots.fetch(claims.user)
    return user if user and user.is_active else None
