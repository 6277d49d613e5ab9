"""Books that the shop already has, found to be one work."""

import io

import pytest
from django.core.management import call_command

from bookstore.testing import count_queries
from catalog.models import Book, Contributor, LikelyDuplicate, MergedBook, WorkChange, WorkIdentifier
from catalog.services import say_different
from catalog.services.matching import KEYS_AT_ONCE
from catalog.tests.factories import make_book, make_edition
from reviews.tests.factories import make_review

pytestmark = pytest.mark.django_db


def match(**options):
    out = io.StringIO()
    call_command("match_works", stdout=out, **options)
    return out.getvalue()


def tolkien(name="J.R.R. Tolkien", sort_name="Tolkien, J.R.R."):
    return Contributor.objects.create(name=name, sort_name=sort_name)


def test_certain_pairs_are_merged_and_said_with_reasons():
    first = make_book("The Hobbit", author=tolkien())
    second = make_book(
        "Hobbit", author=tolkien("John Ronald Reuel Tolkien", "Tolkien, John Ronald Reuel"), popularity=9
    )
    make_book("The Hobbit", author="Somebody Else")

    told = match()

    assert f"same: “Hobbit” {second.pk} <- “The Hobbit” {first.pk}: same title and author" in told
    assert "1 books merged into others; 0 pairs are likely." in told
    assert MergedBook.objects.get().book == second
    assert WorkChange.objects.get().reason == "same title and author"
    assert "0 books merged" in match()


def test_the_book_with_reviews_is_kept():
    first, second = make_book("Emma", popularity=9), make_book("Emma")
    make_review(second)

    match()

    assert Book.objects.get() == second
    assert moved(first) == second.pk


def moved(book):
    return MergedBook.objects.get(pk=book.pk).book_id


def test_a_dry_run_only_says_so():
    make_book("Emma")
    make_book("Emma")
    make_book("Emma: A Comedy of Manners in Three Volumes")

    told = match(dry_run=True)

    assert "1 books would be merged into others; 1 pairs are likely." in told
    assert Book.objects.count() == 3
    assert not LikelyDuplicate.objects.exists()


def test_likely_pairs_wait_for_somebody():
    one, other = make_book("Animal Farm"), make_book("Animal Farm: A Fairy Story of Sorts")

    match()
    match()

    pair = LikelyDuplicate.objects.get()
    assert ({pair.first, pair.second}, pair.reason) == ({one, other}, "same title and author; only one has a subtitle")


def test_what_somebody_called_different_stays_apart():
    one, other, third = (make_book("Emma") for _ in range(3))
    say_different(one.pk, other.pk, None)

    match()

    assert set(Book.objects.values_list("pk", flat=True)) == {one.pk, other.pk}
    assert moved(third) == one.pk


def test_what_a_source_states_is_merged_whatever_the_titles():
    one, other = make_book("Nordlys"), make_book("Northern Lights", author=None)
    make_edition(other, "9780590660549")
    WorkIdentifier.objects.create(book=one, scheme="15", value="9780590660549")

    assert "a source says that they are one work" in match()

    assert Book.objects.count() == 1


def test_what_was_called_different_stays_apart_whatever_sources_state_of_a_third():
    one, other, third = make_book("Nordlys"), make_book("Northern Lights"), make_book("Aurora")
    say_different(one.pk, other.pk, None)
    for book, isbn in ((one, "9780590660549"), (other, "9780439994125")):
        make_edition(book, isbn)
        WorkIdentifier.objects.create(book=third, scheme="15", value=isbn)

    match()

    assert Book.objects.count() == 2
    assert LikelyDuplicate.objects.get().different


def test_more_books_than_can_be_merged_at_once_become_one():
    for _ in range(45):
        make_book("Emma")

    match()

    assert Book.objects.count() == 1
    assert WorkChange.objects.count() == 3


def test_many_titles_cost_as_many_queries_as_few():
    for number in range(4):
        make_book(f"Title {number} of words")
        make_book(f"Title {number} of words: Something Else Entirely {number}")
    few = count_queries(lambda: match(dry_run=True))
    for number in range(4, 40):
        make_book(f"Title {number} of words")
        make_book(f"Title {number} of words: Something Else Entirely {number}")

    assert KEYS_AT_ONCE > 40
    assert count_queries(lambda: match(dry_run=True)) == few
