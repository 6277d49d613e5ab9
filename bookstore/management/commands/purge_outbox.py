from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bookstore import outbox


class Command(BaseCommand):
    help = "Delete the messages sent or left more than 30 days ago, and those given up more than 180 days ago."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many they are")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if dry_run:
            self.stdout.write(f"{outbox.forgettable().count()} messages would be deleted.")
        else:
            self.stdout.write(f"Deleted {outbox.forget()} messages.")
