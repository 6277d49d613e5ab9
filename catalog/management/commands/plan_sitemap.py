from typing import Any

from django.core.management.base import BaseCommand

from catalog.feeds.sitemap import plan_sitemap


class Command(BaseCommand):
    help = "Cut the sitemap into parts anew."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        count = plan_sitemap()
        if verbosity:
            self.stdout.write(f"{count} parts.")
