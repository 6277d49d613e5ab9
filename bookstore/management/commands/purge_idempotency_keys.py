from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from bookstore.models import IdempotencyRecord


class Command(BaseCommand):
    help = "Forget the answers kept for idempotency keys that are older than IDEMPOTENCY_KEPT_FOR."

    def handle(self, *args: Any, **options: Any) -> None:
        old = IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - settings.IDEMPOTENCY_KEPT_FOR)
        count, _ = old.delete()
        self.stdout.write(f"Forgot {count} idempotency keys.")
