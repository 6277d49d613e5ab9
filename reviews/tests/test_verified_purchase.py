"""Who bought the book here is shown to have done so."""

import pytest

from accounts.tests.factories import make_user, sign_in
from catalog.tests.factories import make_edition, make_offer
from orders.tests.factories import buy, check_out, make_terms, post, put_in_cart
from reviews.tests.factories import make_review, reviews_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa():
    make_terms()
    return make_user()


def is_verified(client, book):
    [review] = client.get(reviews_of(book)).json()["results"]
    return review["verified_purchase"]


def test_a_reader_who_bought_any_edition_is_verified(client, rosa):
    offer = make_offer()
    make_review(offer.edition.book, rosa)
    before = is_verified(client, offer.edition.book)

    buy(sign_in(None, rosa), make_offer(make_edition(offer.edition.book)))

    assert (before, is_verified(client, offer.edition.book)) == (False, True)


def test_what_is_not_paid_for_or_given_back_counts_for_nothing(client, rosa):
    offer, reader = make_offer(), sign_in(None, rosa)
    make_review(offer.edition.book, rosa)
    put_in_cart(reader, offer)
    check_out(reader)
    unpaid = is_verified(client, offer.edition.book)

    purchase = buy(reader, offer)
    paid = is_verified(client, offer.edition.book)
    post(reader, f"orders/{purchase['orders'][0]['id']}/cancel/")

    assert (unpaid, paid, is_verified(client, offer.edition.book)) == (False, True, False)


def test_anothers_purchase_and_another_book_count_for_nothing(client, rosa):
    book = make_offer().edition.book
    make_review(book, rosa)

    buy(sign_in(None, rosa), make_offer())
    buy(sign_in(None, make_user("ben@example.com")), make_offer(make_edition(book)))

    assert not is_verified(client, book)
