"""Reviews of books that turn out to be one: all are kept, and the rating stays that of those that count."""

import pytest

from accounts.tests.factories import make_user, sign_in
from catalog.models import Book
from catalog.services import merge_books, undo_change
from catalog.tests.factories import make_book, make_edition, make_offer
from orders.models import Order, OrderLine
from orders.tests.factories import make_purchase
from reviews.models import Review
from reviews.tests.factories import make_review, page_of, reviews_of

pytestmark = pytest.mark.django_db


def rated(book):
    return Book.objects.get(pk=book.pk).rating_counts


def test_the_reviews_of_both_count_for_the_book_kept(client):
    keep, other = make_book("Emma"), make_book("EMMA")
    make_review(keep, rating=5)
    review = make_review(other, rating=2, text="Slow.")

    merge_books(keep, [other], None)

    assert rated(keep) == [0, 1, 0, 0, 1]
    assert Review.objects.get(pk=review.pk).book == keep
    assert len(client.get(reviews_of(keep)).json()["results"]) == 2
    assert client.get(f"/api/v1/books/{keep.pk}/").json()["rating"] == {
        "average": 3.5, "count": 2, "histogram": {"1": 0, "2": 1, "3": 0, "4": 0, "5": 1}}  # fmt: skip


def test_of_two_reviews_of_one_reader_the_newer_counts_and_the_older_is_kept(client):
    keep, other, reader = make_book("Emma"), make_book("EMMA"), make_user()
    newer = make_review(other, reader, rating=2)
    older = make_review(keep, reader, rating=5)
    Review.objects.filter(pk=older.pk).update(updated_at="2020-01-01T00:00Z")

    merge_books(keep, [other], None)

    assert [each["id"] for each in client.get(reviews_of(keep)).json()["results"]] == [str(newer.pk)]
    assert rated(keep) == [0, 1, 0, 0, 0]
    assert client.get(page_of(older)).status_code == 404
    assert Review.objects.exclude(archived_at=None).get() == older


def test_an_undone_merge_gives_every_review_back():
    keep, other, reader = make_book("Emma"), make_book("EMMA"), make_user()
    make_review(keep, reader, rating=5)
    make_review(other, reader, rating=2)
    make_review(other, rating=4)
    change = merge_books(keep, [other], None)

    undo_change(change, None)

    assert (rated(keep), rated(other)) == ([0, 0, 0, 0, 1], [0, 1, 0, 1, 0])
    assert not Review.objects.exclude(archived_at=None).exists()


def test_what_was_written_after_the_merge_stays_with_the_book_kept():
    keep, other = make_book("Emma"), make_book("EMMA")
    gone = make_review(other, rating=1)
    change = merge_books(keep, [other], None)
    make_review(keep, rating=3)
    gone.delete()

    undo_change(change, None)

    assert (rated(keep), rated(other)) == ([0, 0, 1, 0, 0], [0] * 5)


def test_who_takes_a_review_back_takes_the_older_one_back_too(client):
    keep, other, reader = make_book("Emma"), make_book("EMMA"), make_user()
    make_review(keep, reader, rating=5)
    newer = make_review(other, reader, rating=2)
    merge_books(keep, [other], None)

    assert sign_in(None, reader).delete(page_of(newer)).status_code == 204

    assert not Review.objects.exists()
    assert rated(keep) == [0] * 5


def test_the_former_id_leads_to_the_reviews_and_takes_new_ones(client):
    keep, other, reader = make_book("Emma"), make_book("EMMA"), make_user()
    merge_books(keep, [other], None)

    listed = client.get(reviews_of(other) + "?sort=rating")
    posted = sign_in(None, reader).post(reviews_of(other), {"rating": 4}, content_type="application/json")

    assert (listed.status_code, listed["Location"]) == (308, f"http://testserver{reviews_of(keep)}?sort=rating")
    assert (posted.status_code, posted.json()["book"]) == (201, str(keep.pk))
    assert rated(keep) == [0, 0, 0, 1, 0]


def test_who_bought_the_merged_book_has_bought_the_one_kept(client):
    keep, other, reader = make_book("Emma"), make_book("EMMA"), make_user()
    purchase = make_purchase(reader, make_offer(make_edition(other)))
    Order.objects.update(status="paid")
    make_review(other, reader)

    merge_books(keep, [other], None)

    assert client.get(reviews_of(keep)).json()["results"][0]["verified_purchase"] is True
    assert OrderLine.objects.get(order__purchase=purchase).edition.book == keep
