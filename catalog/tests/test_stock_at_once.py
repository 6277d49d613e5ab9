"""Many buyers and sellers at once: nothing is promised that is not there, nobody waits for ever, the books agree."""

from random import Random
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import F, IntegerField, Sum
from django.db.models.functions import Coalesce

from bookstore.errors import BookstoreError
from bookstore.money import Money
from bookstore.testing import at_once
from catalog.models import Listing, Offer
from catalog.services import (
    Wanted,
    books_showing,
    hold_copies,
    refresh_books,
    release_copies,
    return_copies,
    sell_copies,
)
from catalog.tests.factories import make_book, make_edition, make_offer

pytestmark = pytest.mark.django_db(transaction=True)
PRICE = Money(1290, "EUR")


def outcome(work):
    """What became of it: done, or the code of the refusal."""
    try:
        work()
    except BookstoreError as refusal:
        return refusal.code
    return "done"


def hold(quantities):
    return outcome(lambda: hold_copies([Wanted(offer, copies, PRICE) for offer, copies in quantities]))


def books_agree():
    """The ledger sums to what is on hand, and the shop window shows what is left."""
    counted = Offer.objects.annotate(ledger=Coalesce(Sum("movements__quantity"), 0, output_field=IntegerField()))
    in_window = {listing.book_id: listing.availability == 0 for listing in Listing.objects.all()}
    return all(
        offer.ledger == offer.on_hand >= offer.held and in_window[offer.edition.book_id] == (offer.available > 0)
        for offer in counted.select_related("edition")
    )


def test_ten_copies_are_promised_ten_times():
    offer = make_offer(on_hand=10)

    outcomes = at_once(lambda _: hold([(offer.pk, 1)]), range(32))

    assert sorted(outcomes) == ["done"] * 10 + ["out_of_stock"] * 22
    offer.refresh_from_db()
    assert (offer.on_hand, offer.held) == (10, 10)
    assert Listing.objects.get(book=offer.edition.book_id).get_availability_display() == "Out of stock"


def test_baskets_in_any_order_wait_for_each_other_and_never_in_a_circle():
    offers = [make_offer(make_edition(make_book(f"Book {n}")), on_hand=30).pk for n in range(6)]
    baskets = [Random(n).sample(offers, 4) for n in range(16)]

    outcomes = [at_once(lambda basket: hold([(offer, 1) for offer in basket]), baskets) for _ in range(4)]

    in_all = sum(result.count("done") for result in outcomes)
    assert {word for result in outcomes for word in result} <= {"done", "out_of_stock"}
    assert Offer.objects.aggregate(held=Sum("held"))["held"] == 4 * in_all
    assert books_agree()


def test_the_books_agree_after_a_storm():
    offers = [make_offer(make_edition(make_book(f"Book {n}")), on_hand=4) for n in range(4)]

    at_once(lambda number: Shopper(Random(number), [offer.pk for offer in offers]).walk(), range(12))

    assert books_agree()
    assert Offer.objects.filter(held__gt=F("on_hand")).count() == 0


class Shopper:
    """Somebody who holds, pays, gives up, returns and counts at random, and never gives back what is not theirs."""

    def __init__(self, chance, offers):
        self.chance, self.offers = chance, offers
        self.held, self.bought = [], []

    def walk(self):
        for _ in range(12):
            with transaction.atomic():
                self.chance.choice(
                    [self.hold, self.hold, self.hold, self.release, self.pay, self.give_back, self.count]
                )()
        for basket in self.held:
            release_copies(basket)

    def hold(self):
        basket = {offer: self.chance.randint(1, 2) for offer in self.chance.sample(self.offers, 2)}
        if hold(list(basket.items())) == "done":
            self.held.append(basket)

    def release(self):
        if self.held:
            release_copies(self.held.pop())

    def pay(self):
        if self.held:
            self.bought.append(self.held.pop())
            sell_copies(self.bought[-1], reference=uuid4())

    def give_back(self):
        if self.bought:
            return_copies(self.bought.pop(), reference=uuid4())

    def count(self):
        offer = Offer.objects.filter(pk=self.chance.choice(self.offers))
        offer.update(on_hand=F("on_hand") + 1)
        refresh_books(books_showing(offer.get()))
