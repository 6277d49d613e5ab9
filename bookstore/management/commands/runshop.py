import os
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookstore.embedded import EmbeddedServerError
from bookstore.linux import die_with_parent
from bookstore.supervisor import Shop, ShopError


class Command(BaseCommand):
    help = "Run the whole shop on this machine: database, Redis, web server, worker and scheduler."
    requires_system_checks: list[str] = []  # migrate runs them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, choices=range(1, 65536), metavar="PORT")
        parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 for everybody in your network")
        parser.add_argument("--no-demo", action="store_true", help="leave a new shop empty")
        parser.add_argument("--stop-with-parent", action="store_true", help="stop when the calling process ends")

    def handle(self, *args: Any, host: str, port: int, no_demo: bool, stop_with_parent: bool, **options: Any) -> None:
        if stop_with_parent:
            die_with_parent(signal.SIGTERM, os.getppid())()
        try:
            Shop(host=host, port=port, demo=not no_demo, say=self.say).run()
        except (ShopError, EmbeddedServerError) as error:
            raise CommandError(str(error)) from error

    def say(self, line: str) -> None:
        """Write to the terminal, and do without it once it is gone."""
        try:
            self.stdout.write(line)
            self.stdout.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
