"""What readers do with reviews. A book's rating follows each write in the same transaction.

Whoever writes a review locks its book first: those who write at once go on one after the other, and each counts what
all before have written. A book that was merged into another meanwhile has its reviews there.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from bookstore.errors import NotFound
from catalog.models import Book
from catalog.services import moved_to, refresh_books
from reviews.errors import AlreadyReviewed
from reviews.models import STARS, Review, ReviewQuerySet


@transaction.atomic
def post_review(*, book: UUID, user: User, **said: Any) -> Review:
    """Publish a reader's rating and words. Raises NotFound without such a book, AlreadyReviewed the second time."""
    books = lock_book(book)
    if not books:
        raise NotFound
    review, is_new = Review.objects.shown().get_or_create(book=books[0], user=user, defaults=said)
    if not is_new:
        raise AlreadyReviewed(review=str(review.pk))
    count_ratings(books)
    return review


@transaction.atomic
def change_review(review: Review, **said: Any) -> Review:
    """Put these words or this rating in place of the old. Raises NotFound for one deleted meanwhile."""
    books = lock_books_of(Review.objects.filter(pk=review.pk))
    changed = Review.objects.shown().filter(pk=review.pk).first()
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
    """Delete any number of reviews, and count them. What stands behind one goes with it."""
    found = list(reviews.order_by().values_list("pk", flat=True))
    books = lock_books_of(Review.objects.filter(pk__in=found))
    deleted = Review.objects.filter(pk__in=found)
    for book, user in deleted.shown().values_list("book_id", "user_id"):
        Review.objects.filter(book=book, user=user).exclude(archived_at=None).exclude(pk__in=found).delete()
    count, _ = deleted.delete()
    count_ratings(books)
    return count


def lock_books(ids: Iterable[UUID]) -> list[Book]:
    """The books that there are of these, locked in the order of their ids."""
    return list(Book.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk"))


def lock_book(book: UUID) -> list[Book]:
    """The book of this id, or the one that it has become part of; none where there is neither."""
    now: UUID | None = book
    while now is not None and not (found := lock_books([now])):
        now = moved_to(now)
    return found if now is not None else []


def lock_books_of(reviews: ReviewQuerySet) -> list[Book]:
    """The books of these reviews, which may become part of others while one waits for them."""
    books: list[Book] = []
    while True:
        ids = set(reviews.order_by().values_list("book_id", flat=True))
        if ids == {book.pk for book in books}:
            return books
        books = lock_books(ids)


def count_ratings(books: list[Book]) -> None:
    """Make the books' ratings equal to the reviews that there are, everywhere they are shown."""
    reviews = Review.objects.shown().filter(book__in=books).order_by()
    rows = reviews.values_list("book_id", "rating").annotate(count=Count("*"))
    counts = {(book, stars): count for book, stars, count in rows}
    for book in books:
        book.rating_counts = [counts.get((book.pk, stars), 0) for stars in STARS]
        book.save(update_fields=["rating_counts"])
    refresh_books(book.pk for book in books)


# ---- when books become one --------------------------------------------------------------------------------------


def take_reviews_along(kept: Book, merged: list[Book]) -> dict[str, Any]:
    """The reviews of all count for the book kept; of several of one reader, the newest. The books are locked."""
    books = [kept, *merged]
    newest: dict[UUID, Review] = {}
    older: list[UUID] = []
    for review in Review.objects.shown().filter(book__in=books).order_by("updated_at", "pk"):
        if review.user_id in newest:
            older.append(newest[review.user_id].pk)
        newest[review.user_id] = review
    Review.objects.filter(pk__in=older).update(archived_at=timezone.now())
    moved: dict[str, list[str]] = defaultdict(list)
    for pk, book in Review.objects.filter(book__in=merged).values_list("pk", "book_id"):
        moved[str(book)].append(str(pk))
    Review.objects.filter(book__in=merged).update(book=kept)
    count_ratings([kept])
    return {"reviews": moved, "older_reviews": [str(pk) for pk in older]}


def give_reviews_back(kept: Book, merged: list[Book], moved: Mapping[str, Any]) -> None:
    """Every review that is still there belongs to the book that it was written of, and counts."""
    for book in merged:
        Review.objects.filter(pk__in=moved["reviews"].get(str(book.pk), []), book=kept).update(book=book)
    Review.objects.filter(pk__in=moved["older_reviews"]).update(archived_at=None)
    count_ratings([kept, *merged])


def export_reviews(user: User) -> dict[str, Iterable[Any]]:
    """What a reader has written, for settings.EXPORTS."""
    said = ("id", "book_id", "book__title", "rating", "title", "text", "created_at", "updated_at")
    return {"reviews": Review.objects.filter(user=user).order_by("id").values(*said).iterator()}
