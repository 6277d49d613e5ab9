"""What orders tell the catalogue: what sells this month, and what is bought together."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import make_user
from bookstore.testing import at_once, count_queries
from catalog.models import BoughtTogether, Progress, RecentSales
from catalog.tests.factories import make_book, make_edition, make_offer
from orders import services
from orders.models import Order, OrderEvent, OrderLine, PaymentEvent, Purchase
from orders.tests.factories import make_purchase

pytestmark = pytest.mark.django_db


def offer_of(title):
    return make_offer(make_edition(make_book(title)), on_hand=50)


def buys(user, *offers):
    return [make_purchase(user, offer) for offer in offers]


def pairs():
    rows = BoughtTogether.objects.values_list("book__title", "other__title", "buyers")
    return {(book, other): buyers for book, other, buyers in rows}


def as_guest(purchase, email):
    Purchase.objects.filter(pk=purchase.pk).update(buyer=None, email=email)


@pytest.fixture
def readers():
    return [make_user(f"reader{number}@example.com") for number in range(4)]


@pytest.fixture
def offers():
    return [offer_of(title) for title in ("A", "B", "C")]


def test_a_pair_counts_from_two_buyers_on_and_stands_there_both_ways(readers, offers):
    a, b, c = offers
    buys(readers[0], a, b, c)
    buys(readers[1], a, b)

    call_command("pair_books", verbosity=0)

    assert pairs() == {("A", "B"): 2, ("B", "A"): 2}


def test_one_reader_buying_twice_is_one_buyer(readers, offers):
    a, b, _c = offers
    buys(readers[0], a, b)
    buys(readers[0], a, b)

    services.pair_books()

    assert pairs() == {}


def test_what_is_not_paid_does_not_count(readers, offers):
    a, b, _c = offers
    buys(readers[0], a, b)
    buys(readers[1], a)
    make_purchase(readers[1], b, paid=False)

    services.pair_books()

    assert pairs() == {}


def test_what_is_cancelled_later_no_longer_counts(readers, offers):
    a, b, _c = offers
    buys(readers[0], a, b)
    _kept, given_up = buys(readers[1], a, b)
    services.pair_books()
    before = pairs()

    services.cancel_order(Order.objects.get(purchase=given_up), by=readers[1])
    services.pair_books()

    assert (before, pairs()) == ({("A", "B"): 2, ("B", "A"): 2}, {})


def test_what_was_paid_back_does_not_count(readers, offers):
    a, b, _c = offers
    buys(readers[0], a, b)
    _kept, given_back = buys(readers[1], a, b)
    services.pair_books()
    order = Order.objects.get(purchase=given_back)
    refund = {"payment": given_back.payment, "order": order, "kind": PaymentEvent.Kind.REFUNDED, "reference": "r"}

    part = PaymentEvent.objects.create(amount_minor=order.total_minor - 1, **refund)
    services.pair_books()
    after_a_part = pairs()
    part.delete()
    PaymentEvent.objects.create(amount_minor=order.total_minor, **refund)
    services.pair_books()

    assert (len(after_a_part), pairs()) == (2, {})


def test_a_guests_books_are_those_of_one_purchase_and_a_guest_is_the_user_of_the_same_address(readers, offers):
    a, b, _c = offers
    buys(readers[0], a, b)
    for purchase in buys(readers[1], a, b):
        as_guest(purchase, "guest@example.com")
    services.pair_books()
    in_two_purchases = pairs()

    first = Order.objects.filter(purchase__email="guest@example.com").first()
    OrderLine.objects.filter(order__purchase__email="guest@example.com").update(order=first)
    services.pair_books(afresh=True)
    in_one = pairs()
    Purchase.objects.filter(email="guest@example.com").update(email=readers[0].email.upper())
    services.pair_books(afresh=True)

    assert in_two_purchases == {}
    assert in_one == {("A", "B"): 2, ("B", "A"): 2}
    assert pairs() == {}


def test_a_later_round_counts_only_what_changed(readers, offers):
    a, b, c = offers
    buys(readers[0], a, b, c)
    buys(readers[1], a, b)
    services.pair_books()
    long_ago = timezone.now() - timedelta(days=2)
    OrderEvent.objects.update(created_at=long_ago)
    Progress.objects.filter(name="bought together").update(until=timezone.now() - timedelta(hours=2))

    assert services.pair_books() == 0
    buys(readers[1], c)
    assert services.pair_books() == 1
    assert pairs()[("A", "C")] == pairs()[("C", "B")] == 2
    assert services.pair_books(afresh=True) == 3


def test_an_interrupted_round_goes_on_where_it_was(readers, offers):
    buys(readers[0], *offers)
    buys(readers[1], *offers)

    assert services.pair_some_books(at_once=1) == 1
    first = Progress.objects.get(name="bought together")
    done = services.pair_books()

    assert (first.until, first.goal is None, first.position is None) == (None, False, False)
    assert done == 2
    assert len(pairs()) == 6
    assert Progress.objects.get(name="bought together").goal is None


def test_the_same_round_again_changes_nothing(readers, offers):
    buys(readers[0], *offers)
    buys(readers[1], *offers)
    services.pair_books()
    before = pairs()

    services.pair_books(afresh=True)

    assert pairs() == before


@pytest.mark.django_db(transaction=True)
def test_rounds_at_once_share_the_work(readers, offers):
    buys(readers[0], *offers)
    buys(readers[1], *offers)

    done = at_once(lambda _: services.pair_books(), range(3))

    assert sum(done) >= 3
    assert len(pairs()) == 6
    assert set(pairs().values()) == {2}


def test_the_table_knows_no_buyer():
    with connection.cursor() as cursor:
        columns = {
            column.name for column in connection.introspection.get_table_description(cursor, "catalog_boughttogether")
        }

    assert columns == {"id", "book_id", "other_id", "buyers"}


def test_many_books_are_counted_in_as_many_queries_as_one(readers):
    def counted(number):
        offers = [offer_of(f"{number} {other}") for other in range(number)]
        buys(readers[0], *offers)
        buys(readers[1], *offers)
        Progress.objects.all().delete()
        return count_queries(services.pair_some_books)

    assert counted(2) == counted(5)


def test_sales_of_the_month_count_orders_and_not_copies(readers, offers):
    a, b, c = offers
    buys(readers[0], a, b)
    buys(readers[1], a)
    (cancelled,) = buys(readers[2], c)
    services.cancel_order(Order.objects.get(purchase=cancelled), by=readers[2])
    Order.objects.update(status="delivered")
    Order.objects.filter(purchase=cancelled).update(status="cancelled")

    call_command("count_sales", verbosity=0)

    assert dict(RecentSales.objects.values_list("book__title", "orders")) == {"A": 2, "B": 1}


def test_sales_older_than_a_month_are_forgotten(readers, offers):
    a, b, _c = offers
    (old,) = buys(readers[0], a)
    buys(readers[0], b)
    assert services.count_recent_sales() == 2

    Order.objects.filter(purchase=old).update(paid_at=timezone.now() - timedelta(days=31))

    assert services.count_recent_sales() == 1
    assert services.count_recent_sales() == 0
    assert list(RecentSales.objects.values_list("book__title", "orders")) == [("B", 1)]


@pytest.mark.django_db(transaction=True)
def test_sales_counted_at_once_are_right(readers, offers):
    buys(readers[0], *offers)

    assert sorted(at_once(lambda _: services.count_recent_sales(), range(3))) == [0, 0, 3]
    assert RecentSales.objects.count() == 3


def test_popular_and_related_books_show_it(client, readers, offers):
    a, b, _c = offers
    buys(readers[0], a, b)
    buys(readers[1], a, b)
    make_book("Classic", popularity=1_000_000)
    services.count_recent_sales()
    services.pair_books()

    popular = client.get("/api/v1/books/popular/").json()["results"]
    related = client.get(f"/api/v1/books/{a.edition.book_id}/related/").json()

    assert {book["title"] for book in popular[:2]} == {"A", "B"}
    assert [book["title"] for book in related["also_bought"]] == ["B"]
