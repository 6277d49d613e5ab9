"""Forget invitations that nobody can accept any more, and with them the addresses of strangers."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.models import Invitation
from accounts.models.invitations import OPEN_FOR

DAYS = 90


class Command(BaseCommand):
    help = "Delete invitations that were sent for the last time so many days ago."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=DAYS, help=f"days to keep them ({DAYS}; 7 at least)")
        parser.add_argument("--dry-run", action="store_true", help="Only say how many there are.")

    def handle(self, *args: Any, days: int, dry_run: bool, **options: Any) -> None:
        old = Invitation.objects.filter(sent_at__lt=timezone.now() - max(timedelta(days=days), OPEN_FOR))
        if dry_run:
            self.stdout.write(f"{old.count()} invitations would be deleted.")
        else:
            self.stdout.write(f"Deleted {old.delete()[0]} invitations.")
