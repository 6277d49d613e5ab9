from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from bookstore.housekeeping import PurgeCommand


class Command(PurgeCommand):
    help = "Forget the refresh tokens, used or not, that have expired for so many days."
    what, days = "refresh tokens", 1

    def rows(self, days: int) -> QuerySet:
        return OutstandingToken.objects.filter(expires_at__lt=timezone.now() - timedelta(days=days))
