"""What an offer cost and when, kept by the database, and the reductions that follow from it."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.db.models import F
from django.test import Client

from accounts.tests.factories import make_member, make_user, sign_in
from bookstore.money import Money
from bookstore.testing import at_once, count_queries
from catalog.models import Offer, PricePeriod
from catalog.services import change_offer
from catalog.tests.factories import costing, make_edition, make_offer, make_seller

pytestmark = pytest.mark.django_db
ISBN = "9780060512750"


def periods(offer):
    return [(str(one.price), one.ended_at is None) for one in offer.prices.order_by("id")]


def shown(offer):
    """The reduction that readers see with the offer."""
    page = Client().get(f"/api/v1/editions/{offer.edition_id}/").json()
    [found] = [one for one in page["offers"] if one["id"] == str(offer.pk)]
    return found["reduction"] and found["reduction"]["previous_lowest"]["amount"]


def test_every_price_is_kept_whoever_changes_it():
    offer = make_offer(price_minor=1000)
    offer.price_minor = 900
    offer.save()
    Offer.objects.filter(pk=offer.pk).update(price_minor=F("price_minor") - 100)
    offer.currency = "CHF"
    Offer.objects.bulk_update([offer], ["currency"])

    assert periods(offer) == [
        ("10.00 EUR", False), ("9.00 EUR", False), ("8.00 EUR", False), ("8.00 CHF", True),
    ]  # fmt: skip
    ends, begins = (list(offer.prices.order_by("id").values_list(name, flat=True)) for name in ("ended_at", "began_at"))
    assert ends[:-1] == begins[1:]


def test_what_is_no_price_begins_no_period():
    offer = make_offer(price_minor=1000)
    offer.on_hand, offer.notes = 9, "Signed."
    offer.save()

    assert periods(offer) == [("10.00 EUR", True)]


@pytest.mark.parametrize(
    "write",
    [
        lambda period: PricePeriod.objects.filter(pk=period.pk).update(price_minor=1),
        lambda period: PricePeriod.objects.create(offer=period.offer, price_minor=1, began_at=period.began_at),
        lambda period: PricePeriod.objects.filter(pk=period.pk).delete(),
    ],
)
def test_nobody_else_writes_the_past(write):
    offer = make_offer()

    with pytest.raises(DatabaseError, match="by the database alone"), transaction.atomic():
        write(offer.prices.get())


def test_prices_go_with_their_offer():
    offer = make_offer()
    Offer.objects.filter(pk=offer.pk).delete()

    assert not PricePeriod.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_changes_at_once_follow_each_other():
    offer, by = make_offer(price_minor=1000), make_user()

    at_once(lambda cents: change_offer(offer, by=by, price=Money(cents, "EUR")), range(900, 912))

    rows = list(offer.prices.order_by("began_at"))
    assert (len(rows), [row.ended_at for row in rows[:-1]]) == (13, [row.began_at for row in rows[1:]])
    offer.refresh_from_db()
    assert (rows[-1].ended_at, rows[-1].price_minor) == (None, offer.price_minor)


# ---- reductions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prices", "reduced_from"),
    [
        ([(100, 1200), (2, 1000)], "12.00"),
        ([(100, 1000), (2, 1200)], None),  # dearer
        ([(2, 1000)], None),  # new
        ([(100, 1200), (40, 1000)], None),  # reduced long ago: that is what it costs
        ([(100, 1200), (29, 1000)], "12.00"),
        ([(100, 1000), (20, 1500), (2, 1100)], None),  # raised, to be reduced
        ([(100, 1000), (20, 1500), (2, 900)], "10.00"),
        ([(100, 1000), (33, 1500), (2, 1100)], "15.00"),  # 31 days at 15.00
        ([(100, 1000), (31, 1500), (2, 1100)], None),  # 29 days at 15.00, and 1 of the 30 at 10.00
        ([(100, 2000), (10, 1500), (2, 1200)], "15.00"),  # reduced further
        ([(100, 2000), (10, 1500), (2, 1600)], None),
        ([(100, 1000), (5, 800), (4, 1000), (1, 800)], None),  # reduced again to the same
        ([(10, 1200), (2, 1000)], "12.00"),  # on offer for eight days before
    ],
)
def test_a_reduction_is_from_the_lowest_of_the_thirty_days_before(prices, reduced_from):
    assert shown(costing(make_offer(), *prices)) == reduced_from


def test_it_says_since_when():
    offer = costing(make_offer(), (100, 1200), (2, 1000))

    page = Client().get(f"/api/v1/books/{offer.edition.book_id}/").json()

    assert page["editions"][0]["offers"][0]["reduction"] == {
        "previous_lowest": {"amount": "12.00", "currency": "EUR"},
        "since": offer.prices.get(ended_at=None).began_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }


def test_prices_in_another_currency_are_not_compared():
    assert shown(costing(make_offer(), (100, 1200, "USD"), (2, 1000))) is None
    assert shown(costing(make_offer(), (100, 2000), (20, 1500, "USD"), (2, 1000))) is None
    assert shown(costing(make_offer(), (100, 1500, "USD"), (50, 1200), (2, 1000))) == "12.00"


def test_new_copies_offered_anew_are_the_same_goods():
    """Nobody hides a price by withdrawing one offer and making another."""
    first = costing(make_offer(price_minor=1000), (100, 1000))
    Offer.objects.filter(pk=first.pk).update(archived_at=first.updated_at)
    again = make_offer(first.edition, price_minor=1500)
    again = costing(again, (5, 1500), (1, 1200))

    assert shown(again) is None
    assert shown(costing(again, (5, 1500), (1, 900))) == "10.00"


def test_what_was_withdrawn_long_ago_does_not_count():
    first = costing(make_offer(price_minor=1000), (200, 1000))
    Offer.objects.filter(pk=first.pk).update(archived_at=first.updated_at - timedelta(days=100))

    assert shown(costing(make_offer(first.edition), (60, 1500), (1, 1200))) == "15.00"


def test_used_copies_are_compared_with_themselves_alone():
    edition = make_edition()
    costing(make_offer(edition, condition="good"), (100, 500))
    better = costing(make_offer(edition, condition="good"), (100, 1500), (1, 1200))
    costing(make_offer(edition, seller=make_seller("Other Shop")), (100, 100))

    assert shown(better) == "15.00"
    assert shown(costing(make_offer(edition), (100, 2000), (1, 1500))) == "20.00"


def test_sellers_see_their_own_reductions_and_prices():
    seller = make_seller()
    client = sign_in(None, make_member(seller))
    offer = costing(make_offer(seller=seller), (100, 1200), (2, 1000))

    own = client.get(f"/api/v1/offers/{offer.pk}/").json()

    assert own["reduction"]["previous_lowest"]["amount"] == "12.00"
    assert client.get("/api/v1/offers/").json()["results"] == [own]


def test_reductions_take_no_query_more():
    seller = make_seller()
    client, edition = sign_in(None, make_member(seller)), make_edition()
    page, own = f"/api/v1/books/{edition.book_id}/", "/api/v1/offers/"
    make_offer(edition, seller=seller)
    client.get(own)
    before = [count_queries(lambda url=url: client.get(url)) for url in (page, own)]
    for _ in range(3):
        costing(make_offer(edition, seller=seller, condition="good"), (100, 1200), (2, 1000))

    assert [count_queries(lambda url=url: client.get(url)) for url in (page, own)] == before


def test_prices_that_ended_long_ago_are_forgotten(capsys):
    offer = costing(make_offer(), (1500, 1200), (800, 1100), (700, 1000), (2, 900))

    call_command("purge_prices")

    assert capsys.readouterr().out == "Forgot 1 prices.\n"
    assert periods(offer) == [("11.00 EUR", False), ("10.00 EUR", False), ("9.00 EUR", True)]
