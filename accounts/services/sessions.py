"""Being signed in: from a session's start over its refreshed tokens to its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts import keys, revocations, tokens
from accounts.errors import RefreshedMeanwhile, SessionEnded, TokenReused
from accounts.models import DeviceSession, EventKind, Place, User
from accounts.models.sessions import DeviceSessionQuerySet
from accounts.services.audit import note

Reason = DeviceSession.Reason
AT_ONCE = timedelta(seconds=1)  # two requests this close do not know of each other
GRACE = timedelta(seconds=10)  # for whoever never got the answer

# What every app does every quarter of an hour is two statements. The first locks the session and reads its user …
LOCK = """
    SELECT session.id, session.user_id, session.user_agent, session.refreshed_at, session.used_jti, session.given_jti,
        session.ended_at,
        holder.is_superuser, holder.id, holder.email, holder.email_verified_at, holder.first_name, holder.last_name,
        holder.is_active, holder.is_support, holder.date_joined,
        ARRAY(SELECT ARRAY[seller.id::text, seller.slug, seller.name, member.role]
              FROM accounts_membership AS member JOIN accounts_seller AS seller ON seller.id = member.seller_id
              WHERE member.user_id = holder.id ORDER BY seller.name, member.id)
    FROM accounts_devicesession AS session JOIN accounts_user AS holder ON holder.id = session.user_id
    WHERE session.id = %s FOR NO KEY UPDATE OF session"""
OF_SESSION = 7  # columns; these and the user's are in the order of the models, as `from_db` wants them

# … and the second blacklists the old token if it is not, and only then notes the new one, and on the session which was
# given for which.
EXCHANGE = """
    WITH used AS (
        INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
        SELECT id, %(at)s FROM token_blacklist_outstandingtoken WHERE jti = %(used)s
        ON CONFLICT (token_id) DO NOTHING RETURNING token_id),
    given AS (
        INSERT INTO token_blacklist_outstandingtoken (user_id, jti, token, created_at, expires_at)
        SELECT %(user)s, %(given)s, '', %(at)s, %(until)s FROM used)
    UPDATE accounts_devicesession
    SET last_seen_at = %(at)s, refreshed_at = %(at)s, used_jti = %(used)s, given_jti = %(given)s,
        ip = %(ip)s, user_agent = %(user_agent)s
    FROM used WHERE accounts_devicesession.id = %(session)s"""

# Of many users only those who may be in the console have a session there to end. Their rows are locked before sessions
# are, as everywhere: to count them takes all the locks.
END_ALL = """
    WITH holders AS (
        SELECT id FROM accounts_user AS holder
        WHERE id = ANY(%(users)s) AND (is_staff OR is_support OR is_superuser OR EXISTS (
            SELECT FROM accounts_membership AS member WHERE member.user_id = holder.id))
        ORDER BY id FOR NO KEY UPDATE),
    console AS (
        UPDATE accounts_user AS holder SET signed_out_at = %(now)s FROM holders WHERE holder.id = holders.id),
    due AS (
        SELECT id FROM accounts_devicesession
        WHERE (SELECT count(*) FROM holders) >= 0 AND user_id = ANY(%(users)s) AND ended_at IS NULL
        ORDER BY id FOR NO KEY UPDATE)
    UPDATE accounts_devicesession AS session SET ended_at = %(now)s, ended_reason = %(reason)s
    FROM due WHERE session.id = due.id RETURNING session.id"""


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


@transaction.atomic(savepoint=False)
def start_session(user: User, device: Device, *, cart_token: str | None = None) -> SignedIn:
    """Sign a user in on a device; the caller has made sure that it is the user."""
    session = DeviceSession.objects.create(
        user=user, ip=device.ip, user_agent=device.user_agent, device_name=device.device_name
    )
    User.objects.filter(pk=user.pk).update(last_login=session.created_at)
    refresh = tokens.issue(tokens.Refresh, user, session.pk, user.roles)
    OutstandingToken.objects.create(  # of which only the id is kept
        user=user, jti=refresh.jti, token="", created_at=refresh.issued_at, expires_at=refresh.expires_at
    )
    signed_in = signed_in_with(user, session, refresh)
    if cart_token:
        for path in settings.AFTER_SIGN_IN:
            import_string(path)(user, cart_token)
    return signed_in


def signed_in_with(user: User, session: DeviceSession, refresh: tokens.Issued) -> SignedIn:
    access = tokens.issue(tokens.Access, user, session.pk, user.roles)
    return SignedIn(user, session.pk, access.text, refresh.text, access.expires_at, refresh.expires_at)


def refresh_session(refresh: str, device: Device) -> SignedIn:
    """Exchange a refresh token for a new pair.

    Raises TokenInvalid, TokenExpired, SessionEnded, TokenReused, RefreshedMeanwhile.

    A refresh token is exchanged once; one that comes again ends its session, as RFC 9700 (section 4.14.2) has it,
    since the shop cannot tell the owner from the thief. But an answer can get lost on its way to a phone, and its
    owner, who asks again with the old token, would be signed out for it. So for ten seconds the same program may ask
    again with the token exchanged last, and gets **the same** refresh token again, not another one: a session never
    has two tokens that are good, and a thief who was as quick only holds what the owner holds. Whichever of the two
    comes second with that one is found out. Whoever has used the new token has had the answer, so that the old one
    has no grace any more. The address is not compared: a phone that changes networks is just what loses answers.

    Of requests at the same moment one gets the pair and the others 409, since none of them can have missed an answer.
    """
    claims = tokens.read(tokens.Refresh, refresh)
    keys.signing_key()
    with transaction.atomic():
        session = locked_with_user(claims.session)
        if session is None or session.ended_at or session.user_id != claims.user or not session.user.is_active:
            raise SessionEnded
        fresh = tokens.issue(tokens.Refresh, session.user, session.pk, session.user.roles)
        if exchange(claims.jti, fresh, session, device):
            return signed_in_with(session.user, session, fresh)
        if may_have_missed_the_answer(session, claims.jti, device):
            return answer_again(session)
        end_sessions(DeviceSession.objects.filter(pk=session.pk), Reason.TOKEN_REUSED)
        note(EventKind.TOKEN_REUSED, session.user, session=session.pk)
    raise TokenReused  # only now, because the session's end is to stay


def locked_with_user(session_id: UUID) -> DeviceSession | None:
    """The session, locked, with its user, of whom it knows what `reads.me` tells and where they sell."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [session_id])
        row, names = cursor.fetchone(), [column.name for column in cursor.description]
    if row is None:
        return None
    session = DeviceSession.from_db("default", names[:OF_SESSION], row[:OF_SESSION])
    session.user = User.from_db("default", names[OF_SESSION:-1], row[OF_SESSION:-1])
    session.user.places = [Place(UUID(seller), *further) for seller, *further in row[-1]]
    return session


def exchange(used_jti: str, fresh: tokens.Issued, session: DeviceSession, device: Device) -> bool:
    """Put the fresh token in the place of the used one, unless that had been used before."""
    values: dict[str, Any] = {
        "used": used_jti,
        "given": fresh.jti,
        "at": fresh.issued_at,
        "until": fresh.expires_at,
        "user": session.user_id,
        "session": session.pk,
        "ip": device.ip,
        "user_agent": device.user_agent,
    }
    with connection.cursor() as cursor:
        cursor.execute(EXCHANGE, values)
        return bool(cursor.rowcount)


def may_have_missed_the_answer(session: DeviceSession, jti: str, device: Device) -> bool:
    """Whether this is the program that used the token last, a few seconds ago. Raises RefreshedMeanwhile."""
    if jti != session.used_jti or device.user_agent != session.user_agent:
        return False
    ago = timezone.now() - session.refreshed_at
    if ago < AT_ONCE:
        raise RefreshedMeanwhile(headers={"Retry-After": "1"})
    return ago < GRACE


def answer_again(session: DeviceSession) -> SignedIn:
    user, at = session.user, session.refreshed_at
    refresh = tokens.issue_again(tokens.Refresh, user, session.pk, user.roles, jti=session.given_jti, at=at)
    return signed_in_with(user, session, refresh)


@transaction.atomic
def end_session(user: User, session: UUID, reason: DeviceSession.Reason) -> bool:
    """End one of the user's sessions: its tokens are refused from now on. False where it is none or has ended."""
    return end_sessions(DeviceSession.objects.filter(pk=session, user=user), reason) > 0


@transaction.atomic
def end_all_sessions(user: User, reason: DeviceSession.Reason) -> int:
    """Sign a user out everywhere, of the console too."""
    user.signed_out_at = timezone.now()
    User.objects.filter(pk=user.pk).update(signed_out_at=user.signed_out_at)  # before sessions, as others lock them
    return end_sessions(DeviceSession.objects.filter(user=user), reason)


@transaction.atomic
def end_sessions_of(users: Iterable[UUID], reason: DeviceSession.Reason) -> int:
    """Sign many users out everywhere, of the console too, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(END_ALL, {"users": list(users), "now": timezone.now(), "reason": reason.value})
        ended = [row[0] for row in cursor.fetchall()]
    transaction.on_commit(partial(revocations.publish, ended))
    return len(ended)


def end_sessions(sessions: DeviceSessionQuerySet, reason: DeviceSession.Reason) -> int:
    """End those of these sessions that go on; every process knows it before the request is answered."""
    ended = list(sessions.filter(ended_at=None).lock().values_list("pk", flat=True))
    DeviceSession.objects.filter(pk__in=ended).update(ended_at=timezone.now(), ended_reason=reason)
    transaction.on_commit(partial(revocations.publish, ended))
    return len(ended)
