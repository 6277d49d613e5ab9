from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from catalog.models import Book
from catalog.services import refresh_listings

CHUNK = 5_000


class Command(BaseCommand):
    help = "Derive the listing of every book anew. Harmless at any time; says how many were not right."
    requires_migrations_checks = True

    def handle(self, *args: Any, **options: Any) -> None:
        changed, last = 0, None
        with tqdm(total=Book.objects.count(), unit=" books", disable=None) as bar:
            while books := list(self.after(last)):
                changed += refresh_listings(books)
                bar.update(len(books))
                last = books[-1]
        self.stdout.write(f"{changed} listings were not right and are now.")

    def after(self, last: Any) -> Any:
        books = Book.objects.order_by("id").values_list("id", flat=True)
        return (books.filter(id__gt=last) if last else books)[:CHUNK]
