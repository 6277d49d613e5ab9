"""Merges while others merge, buy, review, offer and import the same books."""

from threading import Event, Timer
from time import sleep

import pytest
from django.db import DatabaseError, connection, connections, transaction

from accounts.tests.factories import make_user, sign_in
from bookstore.errors import BookstoreError
from bookstore.money import Money
from bookstore.testing import at_once
from catalog.errors import NotMergeable, NotUndoable
from catalog.models import Book, Edition, Listing, MergedBook, Offer, WorkChange
from catalog.services import (
    Wanted,
    change_offer,
    hold_copies,
    merge_books,
    offer_copies,
    refresh_listings,
    undo_change,
)
from catalog.tests.factories import make_book, make_edition, make_offer, make_seller
from catalog.tests.imports import GOODBOOKS, take
from reviews.models import STARS, Review
from reviews.services import post_review
from reviews.tests.factories import make_review

pytestmark = pytest.mark.django_db(transaction=True)


def outcome(work, *args, **options):
    try:
        return work(*args, **options)
    except BookstoreError as refusal:
        return refusal


def listed_rightly():
    """Whether every listing is what working it out anew makes of it."""
    before = list(Listing.objects.order_by("pk").values())
    refresh_listings(Book.objects.values_list("pk", flat=True))
    return before == list(Listing.objects.order_by("pk").values())


def test_overlapping_merges_do_not_deadlock_and_lose_no_edition():
    books = [make_book(f"Emma {number}", author=None) for number in range(8)]
    for book in books:
        make_edition(book)
    pairs = [
        (books[one], books[other]) for one, other in ((0, 1), (1, 2), (2, 0), (3, 4), (4, 3), (5, 6), (6, 7), (7, 5))
    ]

    answers = at_once(lambda pair: outcome(merge_books, pair[0], [pair[1]], None), pairs)

    merged = [answer for answer in answers if isinstance(answer, WorkChange)]
    assert all(isinstance(answer, WorkChange | NotMergeable) for answer in answers)
    assert Book.objects.count() == 8 - len(merged)
    assert Edition.objects.count() == 8
    assert MergedBook.objects.count() == len(merged)
    assert listed_rightly()


def test_one_merge_asked_for_six_times_happens_once():
    keep, other = make_book("Emma"), make_book("EMMA")

    answers = at_once(lambda _: outcome(merge_books, keep, [other], None), range(6))

    assert sum(isinstance(answer, WorkChange) for answer in answers) == 1
    assert WorkChange.objects.count() == 1


def test_one_merge_undone_six_times_is_undone_once():
    keep, other = make_book("Emma"), make_book("EMMA")
    change = merge_books(keep, [other], None)

    answers = at_once(lambda _: outcome(undo_change, change, None), range(6))

    assert sorted(isinstance(answer, NotUndoable) for answer in answers) == [False, *[True] * 5]
    assert Book.objects.count() == 2


def test_reviews_written_meanwhile_count_for_the_book_kept():
    keep, other = make_book("Emma"), make_book("EMMA")
    users = [make_user(f"reader-{number}@example.com") for number in range(8)]
    own = [make_review(other, user, rating=1) for user in users[:4]]

    def work(number):
        if number == 0:
            return outcome(merge_books, keep, [other], None)
        if number < 4:
            client = sign_in(None, users[number])
            return client.patch(f"/api/v1/reviews/{own[number].pk}/", {"rating": 5}, content_type="application/json")
        return post_review(book=other.pk if number % 2 else keep.pk, user=users[number], rating=4)

    at_once(work, range(8))

    counts = [Review.objects.filter(book=keep, rating=stars).count() for stars in STARS]
    assert counts == [1, 0, 0, 4, 3]
    assert Book.objects.get().rating_counts == counts
    assert listed_rightly()


@pytest.mark.parametrize("first", ["merge", "buyer"])
def test_the_last_copy_sold_meanwhile_is_not_shown_as_there(first):
    """Whoever waits for the other's locks sees what the other did."""
    keep, other = make_book("Emma"), make_book("EMMA")
    offer = make_offer(make_edition(other), on_hand=1)
    inside = []

    def work(who):
        if who != first:
            while not inside:
                sleep(0.01)
            return merge_books(keep, [other], None) if who == "merge" else hold_copies([Wanted(offer.pk, 1)])
        with transaction.atomic():
            merge_books(keep, [other], None) if who == "merge" else hold_copies([Wanted(offer.pk, 1)])
            inside.append(who)
            sleep(0.5)
            return None

    at_once(work, ["merge", "buyer"])

    assert Offer.objects.get().held == 1
    assert Listing.objects.get().availability == 3
    assert listed_rightly()


def test_offers_changed_meanwhile_stand_in_the_listing():
    keep, other = make_book("Emma"), make_book("EMMA")
    offers = [make_offer(make_edition(other), seller=make_seller(f"Seller {number}")) for number in range(5)]
    user = make_user()

    def work(number):
        if number == 5:
            return merge_books(keep, [other], None)
        return change_offer(offers[number], by=user, quantity=0)

    at_once(work, range(6))

    assert Listing.objects.get().availability == 3
    assert listed_rightly()


def test_copies_offered_meanwhile_are_on_offer():
    """Both lock editions before books; the merge waits for its second book, and then would for the edition."""
    one, other = sorted((make_book("Emma"), make_book("EMMA")), key=lambda book: book.pk)
    edition, seller, user = make_edition(one), make_seller(), make_user()
    held, waiting = Event(), Event()

    def work(who):
        if who == "change":
            with transaction.atomic():
                Book.objects.filter(pk=other.pk).update(popularity=5)
                held.set()
                waiting.wait()
                sleep(0.3)
            return None
        held.wait()
        if who == "merge":
            Timer(0.3, waiting.set).start()
            return merge_books(other, [one], None)
        sleep(0.1)
        with transaction.atomic():
            list(Edition.objects.select_for_update(no_key=True))
            waiting.wait()
            return offer_copies(seller=seller, edition=edition, by=user, price=Money(500, "EUR"), quantity=1)

    at_once(work, ["change", "merge", "offer"])

    assert Offer.objects.get().edition.book == other
    assert listed_rightly()


def test_an_import_meanwhile_rejects_nothing(tmp_path):
    """New editions of a book that is merged away join the one that it became part of."""
    rows = [
        GOODBOOKS,
        *(f"{number},,Author {number % 30},2000.0,Title of {number % 30},eng,1" for number in range(1500)),
    ]
    take(tmp_path, "goodbooks", *rows[:31])
    books = list(Book.objects.order_by("pk"))

    def work(who):
        if who == "import":
            return take(tmp_path, "goodbooks", *rows)
        return [outcome(merge_books, books[number], [books[number + 1]], None) for number in range(0, 30, 2)]

    report, merged = at_once(work, ["import", "merges"])

    assert all(isinstance(answer, WorkChange) for answer in merged), merged
    assert (report.rejected, report.created) == (0, 1470)
    assert Edition.objects.count() == 1500
    assert Book.objects.count() >= 15
    assert listed_rightly()


def merge_and_lose_the_connection(keep, other):
    with transaction.atomic():
        merge_books(keep, [other], None)
        killer = connection.copy()
        with killer.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        killer.close()
        Book.objects.count()


def test_the_connection_lost_in_a_merge_leaves_both_books():
    keep, other = make_book("Emma"), make_book("EMMA")
    with pytest.raises(DatabaseError):
        merge_and_lose_the_connection(keep, other)
    connections.close_all()

    assert Book.objects.count() == 2
    assert not WorkChange.objects.exists()
