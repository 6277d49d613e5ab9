"""Forget security events that nobody will ask for any more."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.models import SecurityEvent

BATCH = 5_000


class Command(BaseCommand):
    help = "Delete security events older than SECURITY_EVENTS_KEPT_DAYS."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say how many there are.")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        old = SecurityEvent.objects.filter(created_at__lt=timezone.now() - settings.SECURITY_EVENTS_KEPT_FOR)
        if dry_run:
            self.stdout.write(f"{old.count()} security events would be deleted.")
            return
        total = 0
        while batch := list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH]):
            total += SecurityEvent.objects.filter(pk__in=batch).delete()[0]
        self.stdout.write(f"Deleted {total} security events.")
