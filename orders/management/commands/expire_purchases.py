from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from orders.models import Purchase
from orders.services import expire_purchase

log = structlog.get_logger("orders.expire_purchases")


class Command(BaseCommand):
    help = "Let copies go that are held for purchases whose time to pay is over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say which")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        failed = []
        for purchase in Purchase.objects.unpaid_since(timezone.now()).iterator():
            try:
                if dry_run or expire_purchase(purchase):
                    self.stdout.write(f"{'Would expire' if dry_run else 'Expired'} {purchase}.")
            except Exception:  # whatever it is, it concerns this purchase and not the next
                log.exception("purchase cannot expire", purchase=purchase.number)
                failed.append(purchase.number)
        if failed:
            raise CommandError(f"These could not expire: {', '.join(failed)}.")
