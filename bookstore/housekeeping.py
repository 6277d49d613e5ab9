"""Deleting what nobody needs any more: in batches, so that a big table stays usable meanwhile."""

from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.db.models import QuerySet

BATCH = 2_000


def delete_in_batches(rows: QuerySet, *, size: int = BATCH) -> int:
    """Delete the rows with all that goes with them, and say how many they were.

    Each batch is a transaction of its own. Rows that somebody holds at the moment, another of these too, are left
    to them.
    """
    gone, last = 0, None
    while True:
        after = rows if last is None else rows.filter(pk__gt=last)
        with transaction.atomic():
            held = after.order_by("pk").select_for_update(skip_locked=True, of=("self",))
            batch = list(held.values_list("pk", flat=True)[:size])
            if not batch:
                return gone
            rows.model._base_manager.filter(pk__in=batch).delete()
        gone, last = gone + len(batch), batch[-1]


class PurgeCommand(BaseCommand):
    """Forgets the rows that `rows` names. Can be run at any time, twice, and at once."""

    what: ClassVar[str]
    days: ClassVar[int]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=self.days, help=f"for so many days ({self.days})")
        parser.add_argument("--dry-run", action="store_true", help="say how many there are, and forget none")

    def rows(self, days: int) -> QuerySet:
        raise NotImplementedError

    def handle(self, *args: Any, days: int, dry_run: bool, **options: Any) -> None:
        rows = self.rows(max(days, 0))
        if dry_run:
            self.stdout.write(f"Would forget {rows.count()} {self.what}.")
        else:
            self.stdout.write(f"Forgot {delete_in_batches(rows)} {self.what}.")
