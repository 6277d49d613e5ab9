import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from catalog.search.index import store
from catalog.search.index.following import Follower
from catalog.search.index.memory import HeldIndex

PAUSE = 0.1  # seconds between two looks at what is new
AFTER_AN_ERROR = 2.0


class Command(BaseCommand):
    help = "Keep the search index of this machine equal to the catalogue. Runs until stopped, one for each machine."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="read what is new, then end")
        parser.add_argument("--rebuild", action="store_true", help="first make the index anew from all books")

    def handle(self, *args: Any, once: bool, rebuild: bool, **options: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.stop)
        with store.writing(wait=not (once or rebuild)) as is_ours:
            if not is_ours:
                raise CommandError(
                    f"Another process keeps the index in {store.root()}. Stop it, or leave the work to it."
                )
            follower = Follower()
            if rebuild:
                self.say(follower.build())
            held = HeldIndex()
            while not once:
                self.look(follower, held)
                time.sleep(PAUSE)
            self.say(follower.keep_up())

    def look(self, follower: Follower, held: HeldIndex) -> None:
        """Read what is new. A database or a disk that fails for a while is no reason to end."""
        try:
            if read := follower.keep_up():
                self.say(read)
            held.hold(store.in_use())
        except Exception as error:
            self.stderr.write(f"{type(error).__name__}: {error}")
            connection.close()
            time.sleep(AFTER_AN_ERROR)

    def say(self, read: int) -> None:
        self.stdout.write(f"{read} books read.")

    def stop(self, *_: object) -> None:
        raise SystemExit(0)
