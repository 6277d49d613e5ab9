from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import DeviceSession
from accounts.models.sessions import IDLE_FOR
from accounts.revocations import KNOWN_FOR
from bookstore.housekeeping import PurgeCommand


class Command(PurgeCommand):
    help = "Forget the sessions that ended, or were seen for the last time, so many days ago."
    what, days = "sessions", IDLE_FOR.days

    def rows(self, days: int) -> QuerySet:
        """Never one whose tokens may still be good: its end could not be told to Redis any more."""
        now, age = timezone.now(), timedelta(days=days)
        ended = Q(ended_at__lt=now - max(age, KNOWN_FOR))
        unseen = Q(ended_at=None, last_seen_at__lt=now - max(age, IDLE_FOR))
        return DeviceSession.objects.filter(ended | unseen)
