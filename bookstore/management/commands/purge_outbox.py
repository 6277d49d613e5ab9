from typing import Any

from django.core.management.base import BaseCommand

from bookstore import outbox


class Command(BaseCommand):
    help = "Delete the messages that were sent longer than OUTBOX_KEPT_FOR ago; others stay."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Deleted {outbox.forget()} messages.")
