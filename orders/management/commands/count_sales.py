from typing import Any

from django.core.management.base import BaseCommand

from orders.services import count_recent_sales


class Command(BaseCommand):
    help = "Count in how many orders of the last 30 days each book is, for the list of popular books."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"The numbers of {count_recent_sales()} books changed.")
