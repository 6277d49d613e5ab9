"""Tokens: signed claims that say who asks, on which device, and until when."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import jwt
import orjson
from django.conf import settings
from jwt.utils import base64url_decode
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import (
    ExpiredTokenError,
    TokenBackendError,
    TokenBackendExpiredToken,
    TokenError,
)
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token
from rest_framework_simplejwt.utils import datetime_from_epoch

from accounts import keys
from accounts.errors import TokenExpired, TokenInvalid
from accounts.models import User

LONGEST_TOKEN = 2_000  # characters; ours have some 600
MOST_REMEMBERED = 5_000  # tokens that each process need not check again, of about a kilobyte
REQUIRED = ("exp", "iat", "iss", "aud", "sub", "jti", "sid", "type")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token of ours says, once its signature and its time are checked."""

    user: UUID
    session: UUID
    jti: str


class KeyRingBackend(TokenBackend):
    """Signs with the shop's newest key and says which (`kid`); checks with the key that the token names.

    The algorithm is the shop's, whatever a token claims.
    """

    def encode(self, payload: dict[str, Any]) -> str:
        key = keys.signing_key()
        payload = {**payload, "aud": self.audience, "iss": self.issuer}
        return jwt.encode(payload, key.private, algorithm=self.algorithm, headers={"kid": key.kid})

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        try:
            key = keys.verifying_key(kid_of(token))
            if key is None:
                raise TokenBackendError("The token names no key of ours.")
            expected: Any = {"audience": self.audience, "issuer": self.issuer, "leeway": self.get_leeway()}
            return jwt.decode(token, key, algorithms=[self.algorithm], options={"require": list(REQUIRED)}, **expected)
        except jwt.ExpiredSignatureError as error:
            raise TokenBackendExpiredToken(str(error)) from error
        except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError) as error:
            raise TokenBackendError(str(error)) from error


def kid_of(token: str) -> str:
    """The id of the key that a token claims to be signed with; ValueError where it has no such head."""
    head = orjson.loads(base64url_decode(token.partition(".")[0]))
    kid = head.get("kid", "") if isinstance(head, dict) else ""
    return kid if isinstance(kid, str) else ""


@cache
def backend() -> KeyRingBackend:
    of = settings.SIMPLE_JWT
    return KeyRingBackend(of["ALGORITHM"], audience=of["AUDIENCE"], issuer=of["ISSUER"], leeway=of["LEEWAY"])


class Access(AccessToken):
    """Opens private pages for a quarter of an hour."""

    def get_token_backend(self) -> TokenBackend:
        return backend()


class Refresh(RefreshToken):
    """Is exchanged for a new pair, once."""

    def get_token_backend(self) -> TokenBackend:
        return backend()

    def check_blacklist(self) -> None:
        """Asked by services.refresh_session instead, which holds the session's lock."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A token in the form it leaves the shop."""

    text: str
    jti: str
    issued_at: datetime
    expires_at: datetime


def issue(kind: type[Token], user: User, session: UUID, roles: Sequence[str]) -> Issued:
    token = kind()
    token["sub"], token["sid"], token["roles"] = str(user.pk), str(session), list(roles)
    return issued(token)


def issue_again(
    kind: type[Token], user: User, session: UUID, roles: Sequence[str], *, jti: str, at: datetime
) -> Issued:
    """The token that was issued then under that id: whichever of the two is used first uses up both."""
    token = kind()
    token["sub"], token["sid"], token["roles"], token["jti"] = str(user.pk), str(session), list(roles), jti
    token.set_iat(at_time=at)
    token.set_exp(from_time=at)
    return issued(token)


def issued(token: Token) -> Issued:
    return Issued(str(token), token["jti"], token.current_time, datetime_from_epoch(token["exp"]))


def read(kind: Callable[[Any], Token], text: str) -> Claims:
    """What a token says. Raises TokenInvalid, TokenExpired."""
    if not 0 < len(text) <= LONGEST_TOKEN:
        raise TokenInvalid
    try:
        checked = check_once(kind, text) if kind is Access else check(kind, text)
    except ExpiredTokenError as error:
        raise TokenExpired from error
    except (TokenError, ValueError, TypeError, AttributeError) as error:
        raise TokenInvalid from error
    if checked.good_until <= time.time():
        raise TokenExpired
    if keys.verifying_key(checked.kid) is None:
        raise TokenInvalid
    return checked.claims


@dataclass(frozen=True, slots=True)
class Checked:
    """What of a token stays true as long as its key is believed and its time is not over."""

    claims: Claims
    kid: str
    good_until: float


def check(kind: Callable[[Any], Token], text: str) -> Checked:
    """Check a token's signature and all that it says."""
    token = kind(text)
    claims = Claims(user=UUID(token["sub"]), session=UUID(token["sid"]), jti=str(token["jti"]))
    leeway = settings.SIMPLE_JWT["LEEWAY"]
    return Checked(claims, kid_of(text), token["exp"] + leeway)


check_once = lru_cache(maxsize=MOST_REMEMBERED)(check)  # a client sends the same one for a quarter of an hour
