from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from catalog.models import PricePeriod
from catalog.models.prices import KEPT_FOR


class Command(BaseCommand):
    help = "Forget the prices that ended more than two years ago; those of today and since then stay."

    def handle(self, *args: Any, **options: Any) -> None:
        gone, _kinds = PricePeriod.objects.over_before(timezone.now() - KEPT_FOR).delete()
        self.stdout.write(f"Forgot {gone} prices.")
