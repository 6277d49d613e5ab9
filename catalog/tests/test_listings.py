import time
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from bookstore.testing import at_once
from catalog.models import Listing, Offer
from catalog.services import refresh_listings
from catalog.services.listings import BY_INDEX, REFRESH, refreshed
from catalog.tests.factories import make_book, make_edition, make_offer, make_seller

pytestmark = pytest.mark.django_db


def test_a_book_without_offers_is_unavailable_and_has_no_price():
    book = make_book()

    listing = Listing.objects.get(book=book)

    assert (listing.get_availability_display(), listing.price_minor) == ("Unavailable", None)


def test_the_best_price_is_that_of_copies_that_can_be_bought():
    edition = make_edition()
    make_offer(edition, price_minor=500, on_hand=0, condition="good")
    make_offer(edition, price_minor=900, on_hand=1)

    listing = Listing.objects.get(book=edition.book)

    assert (listing.price_minor, listing.currency, listing.availability) == (900, "EUR", 0)


def test_refreshing_twice_changes_nothing():
    offer = make_offer()

    assert refresh_listings([offer.edition.book_id]) == 0


def test_all_listings_can_be_derived_anew():
    book = make_book("Dune")
    Listing.objects.filter(book=book).update(title="Something else")
    out = StringIO()

    call_command("refresh_listings", stdout=out)

    assert out.getvalue() == "1 listings were not right and are now.\n"
    assert Listing.objects.get(book=book).title == "Dune"


@pytest.mark.django_db(transaction=True)
def test_two_sellers_who_change_one_book_at_once_both_show():
    book = make_book()
    offers = [make_offer(make_edition(book), seller=make_seller(f"Seller {n}"), price_minor=5000) for n in range(6)]

    def reprice(offer: Offer) -> None:
        with transaction.atomic():
            Offer.objects.filter(pk=offer.pk).update(price_minor=1000 + offers.index(offer), on_hand=1)
            time.sleep(0.05)  # everybody has changed a row before anybody derives the listing
            refresh_listings([book.pk])

    for _ in range(3):
        Offer.objects.update(price_minor=5000)
        refresh_listings([book.pk])
        at_once(reprice, offers)
        assert Listing.objects.get(book=book).price_minor == 1000


def test_a_refresh_reads_by_index_even_where_the_planner_takes_the_tables_for_empty():
    values = refreshed([make_book().pk])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET reltuples = 0, relpages = 20 WHERE relname LIKE 'catalog\\_%%'")
        cursor.execute(BY_INDEX)
        cursor.execute("EXPLAIN " + REFRESH, values)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Index" in plan
    assert "Seq Scan on catalog" not in plan
