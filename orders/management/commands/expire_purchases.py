from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from orders.models import Purchase
from orders.services import expire_purchase


class Command(BaseCommand):
    help = "Let copies go that are held for purchases whose time to pay is over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say which")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        for purchase in Purchase.objects.unpaid_since(timezone.now()).iterator():
            if dry_run or expire_purchase(purchase):
                self.stdout.write(f"{'Would expire' if dry_run else 'Expired'} {purchase}.")
