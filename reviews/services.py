"""What readers do with reviews. A book's rating follows each write in the same transaction.

Whoever writes a review locks its book first: those who write at once go on one after the other, and each counts what
all before have written.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from accounts.models import User
from bookstore.errors import NotFound
from catalog.models import Book
from catalog.services import refresh_books
from reviews.errors import AlreadyReviewed
from reviews.models import STARS, Review, ReviewQuerySet


@transaction.atomic
def post_review(*, book: UUID, user: User, **said: Any) -> Review:
    """Publish a reader's rating and words. Raises NotFound without such a book, AlreadyReviewed the second time."""
    books = lock_books([book])
    if not books:
        raise NotFound
    review, is_new = Review.objects.get_or_create(book_id=book, user=user, defaults=said)
    if not is_new:
        raise AlreadyReviewed(review=str(review.pk))
    count_ratings(books)
    return review


@transaction.atomic
def change_review(review: Review, **said: Any) -> Review:
    """Put these words or this rating in place of the old. Raises NotFound for one deleted meanwhile."""
    books = lock_books([review.book_id])
    changed = Review.objects.filter(pk=review.pk).first()
    if changed is None:
        raise NotFound
    for name, value in said.items():
        setattr(changed, name, value)
    changed.save(update_fields=[*said, "updated_at"])
    count_ratings(books)
    return changed


def delete_review(review: Review) -> None:
    """Take a review back. Raises NotFound for one deleted meanwhile."""
    if not delete_reviews(Review.objects.filter(pk=review.pk)):
        raise NotFound


@transaction.atomic
def delete_reviews(reviews: ReviewQuerySet) -> int:
    """Delete any number of reviews, and count them."""
    found = dict(reviews.order_by().values_list("pk", "book_id"))
    books = lock_books(found.values())
    count, _ = Review.objects.filter(pk__in=found).delete()
    count_ratings(books)
    return count


def lock_books(ids: Iterable[UUID]) -> list[Book]:
    """The books that there are of these, locked in the order of their ids."""
    return list(Book.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk"))


def count_ratings(books: list[Book]) -> None:
    """Make the books' ratings equal to the reviews that there are, everywhere they are shown."""
    reviews = Review.objects.filter(book__in=books).order_by()
    rows = reviews.values_list("book_id", "rating").annotate(count=Count("*"))
    counts = {(book, stars): count for book, stars, count in rows}
    for book in books:
        book.rating_counts = [counts.get((book.pk, stars), 0) for stars in STARS]
        book.save(update_fields=["rating_counts"])
    refresh_books(book.pk for book in books)
