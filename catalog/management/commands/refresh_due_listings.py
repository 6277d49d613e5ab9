from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Q
from django.utils import timezone

from catalog.models import Edition
from catalog.services import refresh_books


class Command(BaseCommand):
    help = "Show what came on sale, or may be pre-ordered, since some days. Harmless at any time; beat runs it."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=7, help="how many days back to look (default: 7)")

    def handle(self, *, days: int, **options: Any) -> None:
        today = timezone.localdate()
        period = (today - timedelta(days=min(max(days, 0), 36_500)), today)
        due = Edition.objects.filter(Q(on_sale_from__range=period) | Q(preorder_from__range=period))
        changed = refresh_books(due.values_list("book", flat=True))
        if changed:
            self.stdout.write(f"{changed} listings follow their dates.")
