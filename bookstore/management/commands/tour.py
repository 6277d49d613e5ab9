from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bookstore.tour import FORMATS, Deviation, Stage, play
from bookstore.tour.mailbox import Mailbox


class Command(BaseCommand):
    help = "Walk through a running demo shop as readers, a seller and a guest, and show each request and answer."
    requires_system_checks: list[str] = []  # the shop that runs has had them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--base-url", default="http://localhost:8000", help="where the shop answers")
        parser.add_argument("--mail-folder", type=Path, default=settings.EMAIL_FILE_PATH, help="where its mails land")
        parser.add_argument("--format", choices=FORMATS, default="text", help="for a terminal, or for the docs")

    def handle(self, *args: Any, base_url: str, mail_folder: Path, **options: Any) -> None:
        if not base_url.startswith(("http://", "https://")):
            raise CommandError(f"{base_url} is no address; write it like http://localhost:8000.")
        page = FORMATS[options["format"]](self.stdout.write)
        try:
            page.closing(play(Stage(page, base_url, Mailbox(mail_folder))))
        except Deviation as deviation:
            raise CommandError(f"The tour stops here: {deviation}") from deviation
