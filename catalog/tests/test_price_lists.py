"""A seller's price and stock list, as CSV."""

import csv
import gzip
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bookstore.testing import count_queries
from catalog.models import Listing, Offer
from catalog.selling import update_offers
from catalog.services import Wanted, hold_copies
from catalog.tests.factories import make_book, make_edition, make_offer, make_seller

pytestmark = pytest.mark.django_db
ISBN, OTHER_ISBN = "9780060512750", "9780441172719"


@pytest.fixture
def seller():
    return make_seller()


@pytest.fixture
def offers(seller):
    """One of each of two ISBNs, and used copies of the first."""
    first, second = make_edition(isbn=ISBN), make_edition(make_book("Dune"), isbn=OTHER_ISBN)
    sorts = [(first, "new"), (second, "new"), (first, "good")]
    return [make_offer(edition, seller=seller, condition=sort, on_hand=5) for edition, sort in sorts]


@pytest.fixture
def take(tmp_path, seller):
    """Takes a list, and gives the report's counts and lines."""

    def take(text, *, encoding="utf-8", **options):
        path = tmp_path / "list.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        report = update_offers(path, seller, report_to=tmp_path / "report.csv", **options)
        lines = list(csv.reader((tmp_path / "report.csv").read_text().splitlines()))[1:]
        (tmp_path / "report.csv").unlink()
        return {kind: count for kind, count in report.as_json().items() if count}, lines

    return take


def as_saved(offer):
    offer.refresh_from_db()
    return str(offer.price), offer.on_hand


def test_prices_and_counts_are_taken(take, offers):
    counts, lines = take(f"isbn,condition,price,quantity\n{ISBN},new,9.50,7\n0-441-17271-7,,8,\n{ISBN},good,,1\n")

    assert (counts, lines) == ({"rows": 3, "updated": 3}, [])
    assert [as_saved(offer) for offer in offers] == [("9.50 EUR", 7), ("8.00 EUR", 5), ("12.90 EUR", 1)]
    assert Listing.objects.get(book=offers[1].edition.book_id).price_minor == 800
    assert offers[0].movements.first().reason == "import"
    assert [str(period.price) for period in offers[0].prices.all()] == ["9.50 EUR", "12.90 EUR"]


def test_the_same_list_twice_changes_nothing(take, offers):
    text = f"offer;price;quantity;currency\n{offers[0].pk};9,50;7;EUR\n{offers[1].pk};1.234,50;;chf\n"
    take(text)
    before = list(Offer.objects.order_by("id").values())

    counts, lines = take(text)

    assert (counts, lines) == ({"rows": 2, "unchanged": 2}, [])
    assert list(Offer.objects.order_by("id").values()) == before
    assert as_saved(offers[1]) == ("1234.50 CHF", 5)


@pytest.mark.parametrize(
    "text",
    [
        f"ISBN\tPrice\n{ISBN}\t9,50\n".encode("utf-16"),
        f"\ufeffisbn;price\r\n{ISBN};9,50\r\n".encode(),
        f"isbn;price;remark\n{ISBN};9.50;Größe\n".encode("cp1252"),
        gzip.compress(f'isbn,price\n"{ISBN}","9,50"\n'.encode(), mtime=0),
        b"price,isbn\n 9.5 ,978-0-06-051275-0",
        f"isbn;price\n{ISBN};9\N{NO-BREAK SPACE}\n".encode().replace(b"9\xc2\xa0", b"9,50\xc2\xa0"),
    ],
)
def test_lists_come_in_many_forms(take, offers, text):
    assert take(text) == ({"rows": 1, "updated": 1}, [])
    assert as_saved(offers[0]) == ("9.50 EUR", 5)


def test_a_bad_value_costs_that_value_and_a_bad_row_that_row(take, offers):
    make_offer(make_edition(isbn="9780306406157"), seller=make_seller("Other Shop"))
    hold_copies([Wanted(offers[2].pk, 3)])
    counts, lines = take(
        "isbn,condition,price,on_hand,currency\n"
        f"{ISBN},new,cheap,7,\n"
        f"{OTHER_ISBN},,9.505,many,\n"
        f"{ISBN},good,8.00,2,\n"
        f"{ISBN},new,1,1,\n"
        f"{ISBN},mint,1,1,\n"
        "9780306406157,,1,1,\n"
        "9780306406158,,1,1,\n"
        ",,1,1,\n"
        f"{OTHER_ISBN},good,1,1,euro\n"
        "one,two\n"
    )

    assert counts == {"rows": 10, "updated": 2, "unchanged": 1, "rejected": 7, "left_out": 5}
    assert [(line, column, outcome) for line, column, _value, _reason, outcome, *_ in lines] == [
        ("2", "price", "value left out"), ("3", "on_hand", "value left out"), ("3", "price", "value left out"),
        ("4", "on_hand", "value left out"), ("5", "", "row rejected"), ("6", "condition", "row rejected"),
        ("7", "offer", "row rejected"), ("8", "isbn", "row rejected"), ("9", "isbn", "row rejected"),
        ("10", "price", "value left out"), ("10", "offer", "row rejected"), ("11", "", "row rejected"),
    ]  # fmt: skip
    assert [as_saved(offer) for offer in offers] == [("12.90 EUR", 7), ("12.90 EUR", 5), ("8.00 EUR", 5)]


def test_copies_are_counted_as_in_the_api(take, offers):
    hold_copies([Wanted(offer.pk, 2) for offer in offers])

    counts, lines = take(f"isbn,condition,on_hand,quantity\n{ISBN},new,4,\n{OTHER_ISBN},new,,4\n{ISBN},good,3,9\n")

    assert counts == {"rows": 3, "updated": 3, "left_out": 1}
    assert [(line, column) for line, column, *_ in lines] == [("4", "quantity")]
    assert [as_saved(offer)[1] for offer in offers] == [4, 6, 3]
    assert [offer.on_hand - offer.held for offer in offers] == [2, 4, 1]


def test_what_was_read_as_quantity_is_written_back_without_a_change(take, offers):
    hold_copies([Wanted(offers[0].pk, 2)])

    assert take(f"isbn,quantity\n{ISBN},3\n")[0] == {"rows": 1, "unchanged": 1}


def test_a_dry_run_says_what_would_happen(take, offers):
    counts, _lines = take(f"isbn,price\n{ISBN},9.50\n{ISBN},8.50\n", dry_run=True)

    assert counts == {"rows": 2, "updated": 1, "rejected": 1}
    assert as_saved(offers[0]) == ("12.90 EUR", 5)


def test_an_offer_is_named_once_in_a_list_however_long(take, offers, monkeypatch):
    monkeypatch.setattr("catalog.selling.price_lists.BATCH", 2)

    counts, lines = take(f"isbn,price\n{ISBN},9\n{OTHER_ISBN},9\n{ISBN},7\n")

    assert counts == {"rows": 3, "updated": 2, "rejected": 1}
    assert lines[0][3].startswith("Row 2 is about the same offer")
    assert as_saved(offers[0]) == ("9.00 EUR", 5)


def test_long_lists_cost_as_many_queries_as_short_ones(take, offers):
    one = count_queries(lambda: take(f"isbn,price\n{ISBN},9\n"))

    assert count_queries(lambda: take(f"isbn,price\n{ISBN},8\n{OTHER_ISBN},8\n")) == one


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("title,price\nx,1\n", "needs a column isbn or offer"),
        ("isbn,title\nx,1\n", "a column price, quantity or on_hand"),
        ("isbn,price,price\nx,1,1\n", "more than once"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path, seller, text, sentence):
    (tmp_path / "list.csv").write_text(text)

    with pytest.raises(CommandError, match=sentence):
        call_command("update_offers", str(tmp_path / "list.csv"), seller=seller.slug)


def test_the_command_says_what_became_of_it(tmp_path, offers, seller):
    (tmp_path / "list.csv").write_text(f"isbn,price\n{ISBN},9.50\n")
    said = StringIO()

    call_command(
        "update_offers", str(tmp_path / "list.csv"), seller=seller.slug, report=tmp_path / "r.csv", stdout=said
    )

    assert said.getvalue().startswith("Rows: 1 updated, 0 unchanged, 0 rejected.\nValues: 0 left out")
    with pytest.raises(CommandError, match="no seller nobody"):
        call_command("update_offers", str(tmp_path / "list.csv"), seller="nobody")
    with pytest.raises(CommandError, match="There is no file"):
        call_command("update_offers", str(tmp_path / "none.csv"), seller=seller.slug)
