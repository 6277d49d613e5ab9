"""Remember what readers look for in vain, so that sellers know what to get."""

import re

from django.db.models import F
from django.utils import timezone

from catalog.isbn import InvalidISBN, parse_isbn
from catalog.models import MissedSearch
from catalog.models.searches import LONGEST_KEPT

PERSONAL = re.compile(r"@|(?:\d[\s().+/-]*){7}")  # an address, a telephone or card number; nobody's business


def note_missed_search(words: str, meant: str = "") -> None:
    """Count a search that found nothing as it was typed. What may name a person, or is no search, is not kept."""
    try:
        looked_for = parse_isbn(words)
    except InvalidISBN:
        looked_for = " ".join(words.lower().split())
        if len(looked_for) > LONGEST_KEPT or PERSONAL.search(looked_for):
            return
    MissedSearch.objects.bulk_create([MissedSearch(words=looked_for, count=0)], ignore_conflicts=True)
    MissedSearch.objects.filter(words=looked_for).update(
        count=F("count") + 1, meant=meant[:LONGEST_KEPT], last_at=timezone.now()
    )
