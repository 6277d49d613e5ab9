from typing import Any

from django.core.management.base import BaseCommand

from catalog.services.cover_repairs import rebuild_covers


class Command(BaseCommand):
    help = "Make the widths that covers of before lack, and files that are missing beside a cover."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        outcomes = rebuild_covers(lambda edition, error: self.stderr.write(f"{edition}: {error}"))
        if verbosity:
            self.stdout.write(
                f"{outcomes['made']} made, {outcomes['whole']} whole, {outcomes['unreadable']} unreadable."
            )
