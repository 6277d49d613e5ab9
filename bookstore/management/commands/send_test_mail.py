import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from bookstore import outbox
from bookstore.models import OutboxMessage, OutboxStatus


class Command(BaseCommand):
    help = "Send a test mail the way all mails go: into the outbox, and from there by a worker. Say what became of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")
        parser.add_argument("--wait", type=float, default=30, metavar="SECONDS", help="how long to watch (default 30)")

    def handle(self, *args: Any, address: str, wait: float, **options: Any) -> None:
        try:
            with transaction.atomic():
                message = outbox.send_mail("test", to=address)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Message {message.id} to {address} waits in the outbox.")
        if wait > 0:
            self.watch(message, time.monotonic() + wait)

    def watch(self, message: OutboxMessage, until: float) -> None:
        while time.monotonic() < until:
            message.refresh_from_db()
            if message.status == OutboxStatus.SENT:
                self.stdout.write(self.style.SUCCESS(f"Sent by {settings.EMAIL_BACKEND}."))
                return
            if message.last_error:
                raise CommandError(f"It could not be sent: {message.last_error}")
            time.sleep(0.1)
        raise CommandError(
            "No worker has sent it. Is one running? `manage.py relay_outbox` sends what is due from here."
        )
