"""Rows for tests, made by plain functions."""

from typing import Any

from accounts.models import User
from accounts.tests.factories import make_user
from catalog.models import Book
from catalog.tests.factories import make_book
from reviews.models import Review
from reviews.services import post_review


def make_review(book: Book | None = None, user: User | None = None, *, rating: int = 4, **fields: Any) -> Review:
    book = book or make_book()
    user = user or make_user(f"reader-{Review.objects.count()}@example.com")
    return post_review(book=book.pk, user=user, rating=rating, **fields)


def reviews_of(book: Book) -> str:
    return f"/api/v1/books/{book.pk}/reviews/"


def page_of(review: Review) -> str:
    return f"/api/v1/reviews/{review.pk}/"
