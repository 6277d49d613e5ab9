"""Copies are held, sold, let go and taken back; every change of stock is in the ledger."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, Sum
from django.utils import timezone

from accounts.models import User
from bookstore.money import Money
from bookstore.testing import count_queries
from catalog.errors import NotForSale, OutOfStock, PriceChanged
from catalog.models import Listing, Offer, StockMovement, StockReason
from catalog.services import (
    Wanted,
    because,
    hold_copies,
    release_copies,
    return_copies,
    sell_copies,
)
from catalog.tests.factories import make_book, make_edition, make_offer
from catalog.vocabularies import AVAILABILITY_CODES, Condition

pytestmark = pytest.mark.django_db
PRICE = Money(1290, "EUR")


def wanted(offer, quantity=1, price=PRICE):
    return Wanted(offer.pk, quantity, price)


def stock(offer):
    """On hand, held, and what can be bought."""
    offer.refresh_from_db()
    return offer.on_hand, offer.held, offer.available


def ledger(offer):
    return list(offer.movements.order_by("id").values_list("quantity", "on_hand", "reason"))


def shown(offer):
    """Whether the shop window says that the book can be had, and how many copies its page offers."""
    listing = Listing.objects.get(book=offer.edition.book_id)
    return listing.get_availability_display()


def test_held_copies_are_there_but_cannot_be_bought(client):
    offer = make_offer(make_edition(isbn="9780060512750"), on_hand=3)

    hold_copies([wanted(offer, 2)])

    assert stock(offer) == (3, 2, 1)
    assert client.get("/api/v1/editions/9780060512750/").json()["offers"][0]["quantity"] == 1
    assert ledger(offer) == [(3, 3, "opening")]


def test_the_last_copy_leaves_the_shop_window_while_it_is_held():
    offer = make_offer(on_hand=1)

    hold_copies([wanted(offer)])
    assert shown(offer) == "Out of stock"
    release_copies({offer.pk: 1})

    assert (shown(offer), stock(offer)) == ("In stock", (1, 0, 1))


def test_what_is_sold_leaves_the_shelf_and_comes_back():
    offer, order = make_offer(on_hand=3), uuid4()
    hold_copies([wanted(offer, 2)])

    sell_copies({offer.pk: 2}, reference=order)
    return_copies({offer.pk: 1}, reference=order)
    return_copies({offer.pk: 1}, reference=order, reason=StockReason.CANCELLATION)

    assert stock(offer) == (3, 0, 3)
    assert ledger(offer) == [(3, 3, "opening"), (-2, 1, "sale"), (1, 2, "return"), (1, 3, "cancellation")]
    assert set(offer.movements.exclude(reason="opening").values_list("reference", flat=True)) == {order}


def test_a_sold_last_copy_that_comes_back_is_in_the_shop_window_again():
    offer = make_offer(on_hand=1)
    hold_copies([wanted(offer)])
    sell_copies({offer.pk: 1}, reference=uuid4())
    assert shown(offer) == "Out of stock"

    return_copies({offer.pk: 1}, reference=uuid4())

    assert shown(offer) == "In stock"


def test_more_than_there_is_is_refused_and_nothing_is_held():
    plenty, scarce = make_offer(on_hand=9), make_offer(make_edition(make_book("Dune")), on_hand=1)

    with pytest.raises(OutOfStock) as refusal:
        hold_copies([wanted(plenty, 2), wanted(scarce, 2)])

    assert str(refusal.value) == "Only 1 of “Dune” left; you asked for 2."
    assert refusal.value.facts == {"available": 1, "wanted": 2, "title": "Dune"}
    [error] = refusal.value.errors
    assert (error.code, error.message, error.field) == ("max_value", "Only 1 left.", "items.1.quantity")
    assert (stock(plenty), stock(scarce)) == ((9, 0, 9), (1, 0, 1))


@pytest.mark.parametrize("quantity", [10**9, 10**12, 10**30])
def test_absurdly_many_copies_are_refused_like_too_many(quantity):
    offer = make_offer(on_hand=3)

    with pytest.raises(OutOfStock):
        hold_copies([wanted(offer, quantity)])

    assert stock(offer) == (3, 0, 3)


def test_one_offer_in_two_lines_is_added_up():
    offer = make_offer(on_hand=3)

    with pytest.raises(OutOfStock) as refusal:
        hold_copies([wanted(offer, 2), wanted(offer, 2)])
    hold_copies([wanted(offer, 2), wanted(offer, 1)])

    assert (refusal.value.facts["wanted"], refusal.value.errors[0].field) == (4, "items.1.quantity")
    assert stock(offer) == (3, 3, 0)


def test_another_price_than_the_one_shown_is_refused():
    offer = make_offer(on_hand=3, price_minor=1390)

    with pytest.raises(PriceChanged) as refusal:
        hold_copies([wanted(offer, 1, Money(1390, "EUR")), wanted(offer, 1)])

    assert refusal.value.facts["was"] == {"amount": "12.90", "currency": "EUR"}
    assert refusal.value.facts["now"] == {"amount": "13.90", "currency": "EUR"}
    assert refusal.value.errors[0].field == "items.1.price"
    assert stock(offer) == (3, 0, 3)


def test_the_same_amount_in_another_currency_is_another_price():
    with pytest.raises(PriceChanged):
        hold_copies([wanted(make_offer(), 1, Money(1290, "USD"))])


def test_what_was_withdrawn_is_not_for_sale():
    offer = make_offer()
    Offer.objects.filter(pk=offer.pk).update(archived_at=timezone.now())

    with pytest.raises(NotForSale) as refusal:
        hold_copies([wanted(offer)])

    assert refusal.value.facts == {"title": "The Dispossessed"}
    assert stock(offer) == (3, 0, 0)


def test_an_offer_that_is_not_there_is_not_for_sale():
    with pytest.raises(NotForSale):
        hold_copies([Wanted(uuid4(), 1, PRICE)])


@pytest.mark.parametrize("condition", [Condition.NEW, Condition.GOOD])
@pytest.mark.parametrize("code", ["", *AVAILABILITY_CODES])
def test_copies_are_sold_exactly_when_they_are_said_to_be_in_stock(code, condition):
    offer = make_offer(make_edition(availability_code=code), condition=condition)

    assert offer.availability.label == shown(offer)
    if offer.available:
        hold_copies([wanted(offer, offer.available)])
        offer.refresh_from_db()
        assert offer.availability.label == shown(offer) != "In stock"
    else:
        with pytest.raises(NotForSale):
            hold_copies([wanted(offer)])


def test_copies_to_order_cannot_be_bought_yet():
    offer = make_offer(make_edition(availability_code="22"), on_hand=0)

    with pytest.raises(OutOfStock):
        hold_copies([wanted(offer)])


@pytest.mark.parametrize("move", [release_copies, lambda copies: sell_copies(copies, reference=uuid4())])
def test_moving_more_than_is_held_is_a_mistake_of_ours(move):
    offer, other = make_offer(on_hand=3), make_offer(make_edition(make_book("Dune")), on_hand=3)
    hold_copies([wanted(offer, 1), wanted(other, 1)])

    with pytest.raises(RuntimeError, match="Not all of these copies"):
        move({other.pk: 1, offer.pk: 2})

    assert (stock(offer), stock(other)) == ((3, 1, 2), (3, 1, 2))


@pytest.mark.parametrize("copies", [0, -1])
def test_numbers_of_copies_are_positive(copies):
    offer = make_offer()

    with pytest.raises(ValueError, match="Not numbers of copies"):
        hold_copies([wanted(offer, copies)])
    with pytest.raises(ValueError, match="Not numbers of copies"):
        return_copies({offer.pk: copies}, reference=uuid4())
    assert stock(offer) == (3, 0, 3)


def test_a_file_of_which_there_are_a_million_copies_comes_back():
    offer = make_offer(on_hand=1_000_000)

    return_copies({offer.pk: 1}, reference=uuid4())

    assert stock(offer) == (1_000_000, 0, 1_000_000)


def test_many_offers_are_sold_with_as_many_queries_as_one():
    offers = [make_offer(make_edition(make_book(f"Book {n}"))) for n in range(6)]
    hold_copies([wanted(offer) for offer in offers])

    one = count_queries(lambda: sell_copies({offers[0].pk: 1}, reference=uuid4()))

    assert count_queries(lambda: sell_copies({offer.pk: 1 for offer in offers[1:]}, reference=uuid4())) == one


# ---- the ledger ----------------------------------------------------------------------------------------------


def test_whoever_changes_stock_the_ledger_knows():
    offer = make_offer(on_hand=3)

    Offer.objects.update(on_hand=F("on_hand") + 4)
    offer.on_hand = 5
    Offer.objects.bulk_update([offer], ["on_hand", "price_minor"])
    offer.save()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_offer SET on_hand = 0")

    assert ledger(offer) == [(3, 3, "opening"), (4, 7, "correction"), (-2, 5, "correction"), (-5, 0, "correction")]
    assert offer.movements.aggregate(sum=Sum("quantity"))["sum"] == 0


def test_an_offer_without_copies_has_no_movements():
    assert ledger(make_offer(on_hand=0)) == []


def test_the_ledger_knows_why_and_by_whom_and_only_there():
    offer, user, order = make_offer(), User.objects.create_user("sal@shop.example"), uuid4()

    with because(StockReason.COUNT, reference=order, by=user):
        Offer.objects.update(on_hand=7)
    Offer.objects.update(on_hand=8)

    counted, after = offer.movements.order_by("id")[1:]
    assert (counted.reason, counted.reference, counted.by) == ("count", order, user)
    assert (after.reason, after.reference, after.by) == ("correction", None, None)


def test_a_reason_ends_with_what_failed():
    offer = make_offer()

    with pytest.raises(ZeroDivisionError), because(StockReason.IMPORT):
        1 / 0  # noqa: B018 - it is to fail
    with pytest.raises(IntegrityError), because(StockReason.IMPORT):
        Offer.objects.update(on_hand=-1)
    Offer.objects.update(on_hand=8)

    assert ledger(offer)[1:] == [(5, 8, "correction")]


def test_the_first_count_is_an_opening():
    user = User.objects.create_user("sal@shop.example")

    with because(StockReason.COUNT, by=user):
        offer = make_offer()

    assert (ledger(offer), offer.movements.get().by) == ([(3, 3, "opening")], user)


@pytest.mark.parametrize(
    "change",
    [
        lambda offer: offer.movements.update(quantity=1000),
        lambda offer: offer.movements.update(reason="count"),
        lambda offer: StockMovement.objects.create(
            offer=offer, quantity=1, on_hand=4, reason="count", created_at=offer.created_at
        ),
        lambda offer: offer.movements.all().delete(),
    ],
)
def test_nobody_writes_history(change):
    offer = make_offer()

    with pytest.raises(DatabaseError, match="Stock movements"), transaction.atomic():
        change(offer)

    assert ledger(offer) == [(3, 3, "opening")]


def test_an_offer_never_sold_is_deleted_with_its_movements():
    offer = make_offer()

    offer.delete()

    assert not StockMovement.objects.exists()


def test_whoever_is_deleted_is_forgotten_by_the_ledger():
    offer, user = make_offer(), User.objects.create_user("sal@shop.example")
    with because(StockReason.COUNT, by=user):
        Offer.objects.update(on_hand=7)

    user.delete()

    assert ledger(offer) == [(3, 3, "opening"), (4, 7, "count")]
    assert not StockMovement.objects.exclude(by=None).exists()


def test_copies_are_never_held_that_are_not_there():
    offer = make_offer(on_hand=3)
    hold_copies([wanted(offer, 2)])

    with pytest.raises(IntegrityError, match="held_copies_are_on_hand"), transaction.atomic():
        Offer.objects.update(on_hand=1)

    assert stock(offer) == (3, 2, 1)
