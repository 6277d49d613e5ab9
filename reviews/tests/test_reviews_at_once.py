"""Many write at once, and the rating shown is that of the reviews that there are."""

from random import Random

import pytest
from django.db.models import Avg, Count
from django.test import Client

from accounts.tests.factories import make_user, sign_in
from bookstore.testing import at_once
from catalog.models import Book, Listing
from catalog.tests.factories import make_book
from reviews.models import STARS, Review
from reviews.tests.factories import page_of, reviews_of

pytestmark = pytest.mark.django_db(transaction=True)
READERS, WRITES = 20, 25


def write(user, books, chance):
    """Post, change or delete, whichever of the reader's own comes by chance; what it may not do is refused."""
    client, book, said = sign_in(None, user), chance.choice(books), {"rating": chance.choice(STARS)}
    own = Review.objects.filter(user=user, book=book).first()
    if own is None or chance.random() < 0.1:
        return client.post(reviews_of(book), said, content_type="application/json").status_code
    if chance.random() < 0.4:
        return client.delete(page_of(own)).status_code
    return client.patch(page_of(own), said, content_type="application/json").status_code


def test_500_writes_at_once_leave_ratings_equal_to_the_reviews():
    books = [make_book("The Dispossessed"), make_book("The Lathe of Heaven", author=None)]
    users = [make_user(f"reader-{number}@example.com") for number in range(READERS)]

    statuses = at_once(lambda user: [write(user, books, Random(user.email)) for _ in range(WRITES)], users)

    assert {status for some in statuses for status in some} <= {200, 201, 204, 409}
    assert Review.objects.exists()
    for book in books:
        assert_rated_as_reviewed(book)


def assert_rated_as_reviewed(book: Book) -> None:
    reviews = Review.objects.filter(book=book).order_by()
    counts = dict(reviews.values_list("rating").annotate(count=Count("*")))
    average, count = reviews.aggregate(average=Avg("rating"), count=Count("*")).values()
    shown = Client().get(f"/api/v1/books/{book.pk}/").json()["rating"]
    listing = Listing.objects.get(book=book)
    book.refresh_from_db()

    assert book.rating_counts == [counts.get(stars, 0) for stars in STARS]
    assert (float(listing.rating_average), listing.rating_count) == (pytest.approx(average, abs=0.005), count)
    assert (shown["average"], shown["count"]) == (float(listing.rating_average), count)
    assert shown["histogram"] == {str(stars): counts.get(stars, 0) for stars in STARS}


def test_six_taps_at_once_make_one_review():
    book, user = make_book(), make_user()
    client = sign_in(None, user)

    def tap(_: int):
        return client.post(reviews_of(book), {"rating": 5}, content_type="application/json")

    answers = at_once(tap, range(6))

    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
    assert {answer.json()["facts"]["review"] for answer in answers if answer.status_code == 409} == {
        str(Review.objects.get().pk)
    }
    assert_rated_as_reviewed(book)


def test_a_review_deleted_twice_at_once_is_deleted_once():
    book, client = make_book(), sign_in(None, make_user())
    client.post(reviews_of(book), {"rating": 5}, content_type="application/json")
    review = Review.objects.get()

    statuses = at_once(lambda _: client.delete(page_of(review)).status_code, range(4))

    assert sorted(statuses) == [204, 404, 404, 404]
    assert Book.objects.get().rating_counts == [0] * 5
