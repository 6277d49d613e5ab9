"""After a change to a row of the catalogue: find the books that show it, and derive their listings anew."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models, transaction

from catalog.models import (
    Book,
    Contribution,
    Contributor,
    Edition,
    MergedBook,
    Offer,
    Publisher,
    Series,
    SeriesEntry,
    Subject,
    SubjectLink,
)
from catalog.services.listings import refresh_listings

REFRESHED_AT_ONCE = 500


def books_showing(row: models.Model) -> list[UUID]:
    """The books whose listings say something of this row, as the database has it now."""
    match row:
        case Book():
            return [row.pk]
        case Edition():
            return book_ids(Edition.objects.filter(pk=row.pk))
        case Offer():
            return book_ids(Edition.objects.filter(offers=row.pk))
        case Contributor():
            return book_ids(Contribution.objects.filter(contributor=row.pk))
        case Publisher():
            return book_ids(Edition.objects.filter(publisher=row.pk))
        case Series():
            return book_ids(SeriesEntry.objects.filter(series=row.pk))
        case Subject():
            return book_ids(SubjectLink.objects.filter(subject__in=narrower(row)))
    return []


def book_ids(rows: models.QuerySet[Any]) -> list[UUID]:
    return list(rows.order_by("book_id").values_list("book_id", flat=True).distinct())


def narrower(subject: Subject) -> set[UUID]:
    """The subject and all below it."""
    found = level = {subject.pk}
    while level:
        level = set(Subject.objects.filter(parent__in=level).values_list("pk", flat=True)) - found
        found = found | level
    return found


@transaction.atomic
def refresh_books(books: Iterable[UUID]) -> int:
    """Refresh any number of listings, some hundreds at a time."""
    wanted = sorted(set(books))
    chunks = [wanted[start : start + REFRESHED_AT_ONCE] for start in range(0, len(wanted), REFRESHED_AT_ONCE)]
    return sum(refresh_listings(chunk) for chunk in chunks or [[]]) + refresh_followers(wanted)


def refresh_followers(books: Iterable[UUID]) -> int:
    """Refresh the books that some of these became part of while somebody changed them; after the locks on these."""
    now = set(MergedBook.objects.filter(pk__in=books).values_list("book_id", flat=True))
    return refresh_listings(now) if now else 0
