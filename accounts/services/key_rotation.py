"""Signing with a new key now and then, and forgetting an old one when nothing that it signed is good any more."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import keys
from accounts.models import SigningKey

# Until all who check tokens have the new key: processes read the table every five minutes (keys.READ_EVERY), and
# others may keep the answer of /.well-known/jwks.json as long.
OVERLAP = timedelta(minutes=15)
BELIEVED_FOR = settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"] + timedelta(days=1)  # after it signed for the last time


@dataclass(frozen=True, slots=True)
class Rotation:
    """What became of the keys: the one that signs or will, whether it is new, and those that are gone."""

    kid: str
    is_new: bool
    signs_from: datetime
    forgotten: list[str]


def rotate_keys(
    *, older_than: timedelta = timedelta(0), at_once: bool = False, withdraw: bool = False, dry_run: bool = False
) -> Rotation:
    """Let a new key sign from OVERLAP on, unless one waits for that already or the newest is not as old as said.

    `withdraw` forgets all other keys now, and with them whatever they signed.
    """
    with transaction.atomic():
        keys.lock()
        now = timezone.now()
        rotation = rotate(now, newest_until=now - older_than, at_once=at_once or withdraw, afresh=withdraw)
        transaction.set_rollback(dry_run)
    keys.forget()
    return rotation


def rotate(now: datetime, *, newest_until: datetime, at_once: bool, afresh: bool) -> Rotation:
    gone = SigningKey.objects.all() if afresh else SigningKey.objects.filter(retired_at__lt=now - BELIEVED_FOR)
    forgotten = list(gone.values_list("kid", flat=True))
    gone.delete()
    newest = next((row for row in SigningKey.objects.filter(retired_at=None) if keys.opened(row)), None)
    waits = newest is not None and newest.signs_from > now
    is_new = newest is None or (not waits and newest.created_at <= newest_until)
    if newest is None or is_new:
        newest = keys.add(signs_from=now if at_once or newest is None else now + OVERLAP)
    elif at_once and waits:
        newest.signs_from = now
        newest.save(update_fields=["signs_from"])
    others = SigningKey.objects.exclude(pk=newest.pk)
    others.filter(retired_at=None).update(retired_at=newest.signs_from)
    others.filter(retired_at__gt=newest.signs_from).update(retired_at=newest.signs_from)
    return Rotation(newest.kid, is_new, newest.signs_from, forgotten)
