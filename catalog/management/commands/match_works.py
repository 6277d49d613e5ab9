from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog.services.matching import Matching


class Command(BaseCommand):
    help = "Merge the books that are certainly one work, and list those that may be for somebody to decide."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be merged, and why")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = Matching(self.stdout.write, dry_run=options["dry_run"]).go()
        done = "would be merged" if options["dry_run"] else "merged"
        self.stdout.write(f"{counts['merged']} books {done} into others; {counts['likely']} pairs are likely.")
