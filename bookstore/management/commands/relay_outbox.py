from typing import Any

from django.core.management.base import BaseCommand

from bookstore import outbox


class Command(BaseCommand):
    help = "Send the mails that are due. Any number of these may run at once."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        outcomes = outbox.relay()
        if verbosity:
            self.stdout.write(
                f"Sent {outcomes['sent']}, put off {outcomes['put_off']}, gave up {outcomes['given_up']}."
            )
