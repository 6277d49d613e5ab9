"""What readers look for in vain, for sellers to know."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from bookstore.testing import at_once
from catalog.models import MissedSearch
from catalog.services.searches import note_missed_search
from catalog.tests.factories import make_book

URL = "/api/v1/books/"

pytestmark = pytest.mark.django_db


def noted():
    return list(MissedSearch.objects.order_by("words").values_list("words", "meant", "count"))


def test_a_search_that_finds_nothing_is_counted_each_time(client):
    make_book("Emma")
    for words in ("Zebrafish", "  zebrafish ", "emma"):
        assert client.get(URL, {"q": words}).status_code == 200

    assert noted() == [("zebrafish", "", 2)]


def test_an_isbn_counts_as_one_however_it_is_written(client):
    for isbn in ("978-0-306-40615-7", "0306406152"):
        client.get(URL, {"q": isbn})

    assert noted() == [("9780306406157", "", 2)]


@pytest.mark.parametrize(
    "more",
    [{"format": "ebook"}, {"page": "2"}, {"price_max": "10"}, {"author": "00000000-0000-4000-8000-000000000000"}],
)
def test_what_a_filter_or_a_later_page_leaves_out_is_not_missed(client, more):
    client.get(URL, {"q": "zebrafish", **more})

    assert noted() == []


@pytest.mark.parametrize(
    "words", ["jane@example.com", "+44 20 7946 0958", "4111 1111 1111 1111", "long " * 30], ids=str.split
)
def test_what_may_name_a_person_or_is_no_search_is_not_kept(words):
    note_missed_search(words)

    assert noted() == []


def test_the_spelling_shown_last_is_kept():
    note_missed_search("zebrafisch")
    note_missed_search("zebrafisch", "zebrafish" * 20)

    assert noted() == [("zebrafisch", ("zebrafish" * 20)[:100], 2)]


@pytest.mark.django_db(transaction=True)
def test_none_is_lost_when_many_miss_the_same_at_once():
    at_once(note_missed_search, ["zebrafish"] * 8)

    assert noted() == [("zebrafish", "", 8)]


def test_what_nobody_repeats_and_what_is_beyond_the_top_is_forgotten():
    now = timezone.now()
    for words, count, days in (("old", 9, 91), ("often", 5, 1), ("seldom", 1, 1)):
        MissedSearch.objects.create(words=words, count=count)
        MissedSearch.objects.filter(words=words).update(last_at=now - timedelta(days=days))

    call_command("purge_missed_searches", keep=1)

    assert [words for words, _, _ in noted()] == ["often"]
