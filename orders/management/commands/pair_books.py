from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from orders.services import pair_books


class Command(BaseCommand):
    help = "Count which books were bought by the same readers, from the orders that changed since the last time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--afresh", action="store_true", help="count all books, not only those whose orders changed"
        )

    def handle(self, *args: Any, afresh: bool, **options: Any) -> None:
        self.stdout.write(f"Counted the pairs of {pair_books(afresh=afresh)} books.")
