from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.thema import NotThema, load_tree, read_tree


class Command(BaseCommand):
    help = "Load the Thema subject tree from EDItEUR's JSON. Run again, or with a newer tree, it puts headings right."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        left_out: list[str] = []
        try:
            outcome = load_tree(read_tree(file, left_out.append))
        except NotThema as error:
            raise CommandError(str(error)) from error
        for sentence in left_out:
            self.stderr.write(sentence)
        self.stdout.write(
            f"{outcome.headings} headings: {outcome.created} created, {outcome.updated} updated, "
            f"{len(left_out)} left out. {outcome.books} books show them."
        )
