"""Being signed in: from a session's start over its refreshed tokens to its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts import keys, revocations, tokens
from accounts.errors import SessionEnded, TokenReused
from accounts.models import DeviceSession, EventKind, User
from accounts.services.audit import note

Reason = DeviceSession.Reason


@dataclass(frozen=True, slots=True)
class Device:
    """What somebody signs in with."""

    ip: str | None = None
    user_agent: str = ""
    device_name: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What somebody who has signed in gets."""

    user: User
    session_id: UUID
    access: str
    refresh: str
    access_expires_at: datetime
    refresh_expires_at: datetime


@transaction.atomic
def start_session(user: User, device: Device, *, cart_token: str | None = None) -> SignedIn:
    """Sign a user in on a device; the caller has made sure that it is the user."""
    session = DeviceSession.objects.create(
        user=user, ip=device.ip, user_agent=device.user_agent, device_name=device.device_name
    )
    User.objects.filter(pk=user.pk).update(last_login=session.created_at)
    signed_in = issue_tokens(user, session)
    if cart_token:
        for path in settings.AFTER_SIGN_IN:
            import_string(path)(user, cart_token)
    return signed_in


def issue_tokens(user: User, session: DeviceSession) -> SignedIn:
    """A new pair. Of the refresh token only its id is kept."""
    access = tokens.issue(tokens.Access, user, session.pk, user.roles)
    refresh = tokens.issue(tokens.Refresh, user, session.pk, user.roles)
    OutstandingToken.objects.create(
        user=user, jti=refresh.jti, token="", created_at=refresh.issued_at, expires_at=refresh.expires_at
    )
    return SignedIn(user, session.pk, access.text, refresh.text, access.expires_at, refresh.expires_at)


def refresh_session(refresh: str) -> SignedIn:
    """Exchange a refresh token for a new pair. Raises TokenInvalid, TokenExpired, SessionEnded, TokenReused."""
    claims = tokens.read(tokens.Refresh, refresh)
    keys.signing_key()
    with transaction.atomic():
        session = DeviceSession.objects.lock().select_related("user").filter(pk=claims.session).first()
        if session is None or session.ended_at or session.user_id != claims.user or not session.user.is_active:
            raise SessionEnded
        if use_up(claims.jti):
            return renew(session)
        end_sessions([session], Reason.TOKEN_REUSED)
        note(EventKind.TOKEN_REUSED, session.user, session=session.pk)
    raise TokenReused  # only now, because the session's end is to stay


def use_up(jti: str) -> bool:
    """Whether the token had not been used before; the caller holds the session's lock."""
    token = OutstandingToken.objects.filter(jti=jti, blacklistedtoken=None).first()
    return token is not None and bool(BlacklistedToken.objects.create(token=token))


def renew(session: DeviceSession) -> SignedIn:
    session.last_seen_at = timezone.now()
    session.save(update_fields=["last_seen_at"])
    return issue_tokens(session.user, session)


@transaction.atomic
def end_session(user: User, session: UUID, reason: DeviceSession.Reason) -> bool:
    """End one of the user's sessions: its tokens are refused from now on. False where it is none or has ended."""
    return end_sessions(DeviceSession.objects.lock().filter(pk=session, user=user, ended_at=None), reason) > 0


@transaction.atomic
def end_all_sessions(user: User, reason: DeviceSession.Reason) -> int:
    """Sign a user out everywhere."""
    return end_sessions(DeviceSession.objects.lock().filter(user=user, ended_at=None), reason)


def end_sessions(sessions: Iterable[DeviceSession], reason: DeviceSession.Reason) -> int:
    """End these sessions, whose locks the caller holds; every process knows it before the request is answered."""
    ended = [session.pk for session in sessions]
    DeviceSession.objects.filter(pk__in=ended).update(ended_at=timezone.now(), ended_reason=reason)
    transaction.on_commit(partial(revocations.publish, ended))
    return len(ended)
