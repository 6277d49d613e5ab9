from typing import Any

from django.core.management.base import BaseCommand

from catalog.imports.uploads import import_uploads


class Command(BaseCommand):
    help = "Import the ONIX files that were uploaded in the console. Workers run it; harmless at any time."
    requires_migrations_checks = True

    def handle(self, *args: Any, **options: Any) -> None:
        count = import_uploads()
        if count:
            self.stdout.write(f"{count} uploaded files imported.")
