from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from orders.models import Cart


class Command(BaseCommand):
    help = "Forget the carts of guests who have not touched them for so many days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        old = Cart.objects.filter(user=None, updated_at__lt=timezone.now() - timedelta(days=days))
        _rows, kinds = old.delete()
        self.stdout.write(f"Forgot {kinds.get('orders.Cart', 0)} carts.")
