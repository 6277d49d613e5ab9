"""Signing in to the API by bearer token, or by the same token in a cookie."""

import structlog
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import cookies, revocations, snapshots, tokens
from accounts.errors import SessionEnded
from accounts.models import User
from accounts.tokens import Claims
from bookstore.errors import BookstoreError


class TokenAuthentication(BaseAuthentication):
    """The user of a good token whose session goes on.

    A bad one makes nobody of the caller, and leaves what is wrong with it for the permissions to tell
    (`token_refusal`): public views answer all the same.
    """

    by_cookie: bool

    def authenticate(self, request: Request) -> tuple[User, Claims] | None:
        asked = request._request
        claims = getattr(asked, "claims", None)
        if claims is None or asked.claims_by_cookie != self.by_cookie:
            return None
        if self.by_cookie:
            cookies.enforce_csrf(asked)
        return known(asked, claims, asked.redis_values)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BearerAuthentication(TokenAuthentication):
    """By `Authorization: Bearer <access>`. A request that has it is not asked for cookies."""

    by_cookie = False


class CookieAuthentication(TokenAuthentication):
    """By the cookie that was set at login; what changes something needs the CSRF header too."""

    by_cookie = True


class RefreshCookieAuthentication(BaseAuthentication):
    """By the refresh token's cookie: enough to sign out, when the access token has expired."""

    def authenticate(self, request: Request) -> tuple[User, Claims] | None:
        asked = request._request
        text = cookies.refresh_in(asked)
        if text is None or asked.bearer_token is not None:
            return None
        cookies.enforce_csrf(asked)
        try:
            return known(asked, tokens.read(tokens.Refresh, text), None)
        except BookstoreError as refusal:
            asked.token_refusal = asked.token_refusal or refusal
            return None


def known(asked: object, claims: Claims, values: tuple[bytes | None, ...] | None) -> tuple[User, Claims] | None:
    user = user_of(claims, values)
    if user is None:
        asked.token_refusal = SessionEnded()
        return None
    structlog.contextvars.bind_contextvars(user_id=str(claims.user), session_id=str(claims.session))
    return user, claims


def user_of(claims: Claims, values: tuple[bytes | None, ...] | None) -> User | None:
    """The active user of a session that goes on, from what Redis answered, or from the database while it is gone."""
    known_by_redis = bool(values) and not revocations.is_behind()
    answers = values and (values[0], values[1])
    if not revocations.is_open(claims.user, claims.session, answers):
        return None
    user = snapshots.find(claims.user, values[2]) if known_by_redis else snapshots.fetch(claims.user)
    return user if user and user.is_active else None
