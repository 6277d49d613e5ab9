from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from catalog.models import CoverFetch, FetchState
from catalog.services import cover_fetches


class Command(BaseCommand):
    help = "Fetch the covers that feeds gave addresses of. Any number of these may run at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="go on until nothing is due any more")
        parser.add_argument(
            "--again", type=int, metavar="DAYS", help="first ask anew for what was fetched so many days ago or more"
        )

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        if options["again"] is not None:
            before = timezone.now() - timedelta(days=min(max(options["again"], 0), 36_500))
            cover_fetches.repeat(CoverFetch.objects.filter(state=FetchState.FETCHED, fetched_at__lte=before))
        outcomes = cover_fetches.fetch_covers(float("inf") if options["all"] else cover_fetches.FETCHES_FOR)
        if verbosity:
            told = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in sorted(outcomes.items()))
            self.stdout.write(f"{told or 'Nothing is due'}.")
