"""Fill an empty shop with something to look at."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog import demo


class Command(BaseCommand):
    help = "Fill an empty shop with books, sellers, offers and covers to look at. Run again, it repairs the demo."
    requires_migrations_checks = True

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            demo.load(self.stdout.write)
        except demo.NotADemoShop as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"Sign in as reader@example.com, seller@example.com or admin@example.com; password {demo.PASSWORD}"
        )
