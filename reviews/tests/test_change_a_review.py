from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from accounts.tests.factories import make_user, sign_in
from bookstore.errors import NotFound
from catalog.models import Book
from catalog.tests.factories import make_book
from reviews import services
from reviews.models import Review
from reviews.tests.factories import make_review, page_of, reviews_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def review():
    return make_review(rating=2, title="A wall", text="I read it once.")


@pytest.fixture
def reader(review):
    return sign_in(None, review.user)


def change(client, review, said):
    return client.patch(page_of(review), said, content_type="application/json")


def rating_of(client, review):
    return client.get(f"/api/v1/books/{review.book_id}/").json()["rating"]


def test_a_reader_changes_a_review(reader, client, review):
    response = change(reader, review, {"rating": 5, "text": "I read it twice."})

    changed = response.json()
    assert response.status_code == 200
    assert (changed["rating"], changed["title"], changed["text"]) == (5, "A wall", "I read it twice.")
    assert changed["updated_at"] > changed["created_at"]
    assert client.get(page_of(review)).json() == changed
    assert (rating_of(client, review)["average"], rating_of(client, review)["count"]) == (5, 1)


@pytest.mark.parametrize("said", [{}, {"verified_purchase": True, "book": str(uuid4())}])
def test_what_says_nothing_changes_nothing(reader, review, said):
    before = reader.get(page_of(review)).json()

    changed = change(reader, review, said).json()

    kept = set(before) - {"updated_at"}
    assert {name: changed[name] for name in kept} == {name: before[name] for name in kept}


@pytest.mark.parametrize("said", [{"rating": 6}, {"rating": None}, {"title": "x" * 201}, {"text": "\0"}, [], "5"])
def test_a_wrong_change_changes_nothing(reader, review, said):
    response = change(reader, review, said)

    review.refresh_from_db()
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert (review.rating, review.title) == (2, "A wall")


def test_a_reader_takes_a_review_back_and_may_write_another(reader, client, review):
    response = reader.delete(page_of(review))

    assert (response.status_code, response.content) == (204, b"")
    assert rating_of(client, review) == {"average": None, "count": 0, "histogram": dict.fromkeys("12345", 0)}
    assert client.get(page_of(review)).status_code == 404
    assert reader.delete(page_of(review)).status_code == 404
    assert reader.post(reviews_of(review.book), {"rating": 3}, content_type="application/json").status_code == 201


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_anothers_review_cannot_be_touched(review, client, method):
    other = sign_in(None, make_user("other@example.com"))

    for who, status in ((other, 404), (client, 401)):
        response = getattr(who, method)(page_of(review), {"rating": 1}, content_type="application/json")
        assert response.status_code == status
    review.refresh_from_db()
    assert (review.rating, rating_of(client, review)["average"]) == (2, 2)


@pytest.mark.parametrize("method", ["put", "post"])
def test_other_methods(reader, review, method):
    response = getattr(reader, method)(page_of(review), {"rating": 1}, content_type="application/json")

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")


def test_a_review_deleted_meanwhile_is_not_found(review):
    services.delete_review(Review.objects.get())

    with pytest.raises(NotFound):
        services.change_review(review, rating=5)
    with pytest.raises(NotFound):
        services.delete_review(review)


def test_a_deleted_book_takes_its_reviews_along(review):
    make_review(review.book)

    Book.objects.get(pk=review.book_id).delete()

    assert not Review.objects.exists()


def test_who_has_reviewed_stays_on_record(review):
    with pytest.raises(ProtectedError):
        review.user.delete()


def test_the_database_keeps_the_rules(review):
    for fields in ({"rating": 0}, {"rating": 6}, {"user": make_review(review.book).user}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Review.objects.filter(pk=review.pk).update(**fields)


def test_many_deleted_together_leave_each_book_its_rating():
    books = [make_book(f"Book {number}") for number in range(3)]
    for book in books:
        make_review(book, rating=1)
        make_review(book, rating=5)

    assert services.delete_reviews(Review.objects.filter(rating=1)) == 3
    assert {tuple(book.rating_counts) for book in Book.objects.all()} == {(0, 0, 0, 0, 1)}
    assert {float(book.listing.rating_average) for book in Book.objects.all()} == {5.0}
