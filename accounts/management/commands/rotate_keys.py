from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import services


class Command(BaseCommand):
    help = (
        "Sign tokens with a new key, a quarter of an hour from now, when every process knows it. "
        "Old keys are believed until their last token has expired, and then forgotten."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", type=int, default=0, metavar="DAYS", help="only if the newest key is")
        parser.add_argument("--now", action="store_true", help="sign with the new key from now on")
        parser.add_argument(
            "--withdraw", action="store_true", help="for a stolen key: forget all others now; everybody is signed out"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, older_than: int, now: bool, withdraw: bool, dry_run: bool, **options: Any) -> None:
        rotation = services.rotate_keys(
            older_than=timedelta(days=older_than), at_once=now, withdraw=withdraw, dry_run=dry_run
        )
        if dry_run:
            self.stdout.write("Nothing is changed; this is what would be:")
        name = "A new key" if rotation.is_new and dry_run else f"Key {rotation.kid}"
        self.stdout.write(f"{name} signs from {rotation.signs_from:%Y-%m-%d %H:%M} UTC.")
        if not rotation.is_new:
            self.stdout.write("No new key is due.")
        for kid in rotation.forgotten:
            self.stdout.write(f"Key {kid} is forgotten.")
