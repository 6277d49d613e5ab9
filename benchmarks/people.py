"""People who are signed in, made many at a time."""

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken
from uuid6 import uuid7

from accounts import tokens
from accounts.models import DeviceSession, User

PASSWORD = "three-quiet-lamps"
PEOPLE = 200


def prepare() -> None:
    call_command("migrate", verbosity=0)
    DeviceSession.objects.all().delete()
    OutstandingToken.objects.all().delete()
    missing = PEOPLE - User.objects.filter(first_name="Reader").count()
    make_people(max(missing, 0), first_name="Reader", password=make_password(PASSWORD))


def make_people(count: int, **fields: str) -> list[User]:
    now = timezone.now()
    made = [User(email=f"{uuid7().hex}@example.com", email_verified_at=now, **fields) for _ in range(count)]
    return User.objects.bulk_create(made, batch_size=1_000)


def readers() -> list[User]:
    return list(User.objects.filter(first_name="Reader")[:PEOPLE])


def sessions(users: list[User]) -> list[DeviceSession]:
    return DeviceSession.objects.bulk_create(
        [DeviceSession(user=user, device_name="benchmark") for user in users], batch_size=1_000
    )


def access_tokens(count: int) -> list[str]:
    """So many access tokens, all different, of sessions that go on."""
    open_sessions = sessions(readers())
    issued = (open_sessions[number % PEOPLE] for number in range(count))
    return [tokens.issue(tokens.Access, session.user, session.pk, ["customer"]).text for session in issued]


def refresh_tokens(count: int) -> list[str]:
    """So many refresh tokens, each of a session of its own."""
    people = readers()
    opened = sessions([people[number % PEOPLE] for number in range(count)])
    issued = [(tokens.issue(tokens.Refresh, session.user, session.pk, ["customer"]), session) for session in opened]
    rows = [
        OutstandingToken(user=session.user, jti=token.jti, created_at=token.issued_at, expires_at=token.expires_at)
        for token, session in issued
    ]
    OutstandingToken.objects.bulk_create(rows, batch_size=1_000)
    return [token.text for token, _session in issued]


def logins() -> list[dict[str, str]]:
    return [{"email": user.email, "password": PASSWORD} for user in readers()]


def many_with_two_sessions(count: int) -> list[UUID]:
    users = make_people(count)
    sessions(users + users)
    return [user.pk for user in users]
