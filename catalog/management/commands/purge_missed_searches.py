from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from catalog.models import MissedSearch


class Command(BaseCommand):
    help = "Forget the searches without result that nobody has repeated for so many days, and all beyond the top ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--keep", type=int, default=10_000, help="at most so many, the most frequent (10000)")

    def handle(self, *args: Any, days: int, keep: int, **options: Any) -> None:
        old, _kinds = MissedSearch.objects.filter(last_at__lt=timezone.now() - timedelta(days=days)).delete()
        frequent = MissedSearch.objects.order_by("-count", "-last_at", "id").values("pk")[:keep]
        more, _kinds = MissedSearch.objects.exclude(pk__in=frequent).delete()
        self.stdout.write(f"Forgot {old + more} searches.")
