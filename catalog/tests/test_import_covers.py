"""What an import says of covers is wanted with its record, and with nothing else."""

from pathlib import Path

import pytest

from catalog.imports import seen
from catalog.imports.batches import write_items
from catalog.imports.formats.base import Format
from catalog.imports.record import Record
from catalog.models import CoverFetch, Edition
from catalog.tests.factories import make_edition

pytestmark = pytest.mark.django_db


class Feed(Format):
    """A source that names pictures."""

    name, required = "feed", ()

    def record(self, row):
        raise NotImplementedError("records are made by hand here")


def record(reference="one", **fields):
    return Record(1, reference, {"title": "Emma"}, {"format": "paperback"}, **{"isbn": "9780805209990", **fields})


def take(*records):
    seen.start()
    return write_items(Feed(Path()), list(records))


@pytest.fixture
def feed():
    return "https://pictures.example/9780805209990.jpg"


def test_a_new_edition_wants_its_cover(feed):
    take(record(cover_url=feed))

    assert (CoverFetch.objects.get().edition, CoverFetch.objects.get().url) == (Edition.objects.get(), feed)


def test_an_edition_that_the_shop_has_wants_it_too(feed):
    edition = make_edition(isbn="9780805209990")

    take(record(cover_url=feed))

    assert CoverFetch.objects.get().edition == edition


def test_without_an_address_nothing_is_wanted():
    take(record())

    assert not CoverFetch.objects.exists()


def test_the_same_file_twice_changes_nothing_and_another_address_does(feed):
    take(record(cover_url=feed))
    before = CoverFetch.objects.values().get()

    take(record(cover_url=feed))
    assert CoverFetch.objects.values().get() == before
    take(record(cover_url=f"{feed}?v=2"))

    assert CoverFetch.objects.get().url == f"{feed}?v=2"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://user:secret@x.example/a.jpg", "\0", "x" * 100_000])
def test_an_address_that_is_none_costs_the_cover_and_not_the_book(url):
    outcome = take(record(cover_url=url))

    assert outcome.fates == {1: "created"}
    fetch = CoverFetch.objects.get()
    assert fetch.state == "given_up"
    assert "secret" not in fetch.url
