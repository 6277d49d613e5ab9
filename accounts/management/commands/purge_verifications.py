from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Verification
from accounts.models.verification import GOOD_FOR
from bookstore.housekeeping import PurgeCommand


class Command(PurgeCommand):
    help = "Forget the codes of mails, used or expired, that are older than so many days."
    what, days = "codes", 14

    def rows(self, days: int) -> QuerySet:
        return Verification.objects.filter(created_at__lt=timezone.now() - max(timedelta(days=days), GOOD_FOR))
