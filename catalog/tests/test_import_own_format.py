from uuid import uuid4

import pytest

from catalog.models import Book, Edition, Offer, SourceRecord, Subject
from catalog.services import Wanted, hold_copies
from catalog.tests.factories import make_book, make_edition, make_offer, make_seller
from catalog.tests.imports import counted, reported, take

pytestmark = pytest.mark.django_db


def own(folder, header, *rows, **options):
    return take(folder, "bookstore", header, *rows, **options)


def test_a_title_is_enough(tmp_path):
    report = own(tmp_path, "title", "Emma")

    assert counted(report) == {"rows": 1, "created": 1}
    assert Edition.objects.get().book.title == "Emma"
    assert counted(own(tmp_path, "title", "Emma")) == {"rows": 1, "unchanged": 1}


def test_rows_with_one_key_are_editions_of_one_book(tmp_path):
    header = "book,title,contributors,format,isbn,first_published"
    rows = ["emma,Emma,Jane Austen [A01] | Jo (Mc) Roe [B06],paperback,9780141439587,1815", "emma,Emma,,ebook,,"]
    own(tmp_path, header, *rows)

    book = Book.objects.get()
    assert sorted(book.editions.values_list("format", flat=True)) == ["ebook", "paperback"]
    assert list(book.contributions.values_list("contributor__name", "role")) == [
        ("Jane Austen", "A01"),
        ("Jo (Mc) Roe", "B06"),
    ]
    assert counted(own(tmp_path, header, *rows)) == {"rows": 2, "unchanged": 2}


def test_a_later_file_adds_an_edition_to_a_remembered_book(tmp_path):
    own(tmp_path, "book,title,format", "emma,Emma,paperback")

    report = own(tmp_path, "book,title,format", "emma,Emma,ebook")

    assert counted(report) == {"rows": 1, "created": 1}
    assert Book.objects.get().editions.count() == 2


def test_an_unknown_uuid_becomes_the_books_and_editions_own(tmp_path):
    book, edition = uuid4(), uuid4()
    rows = ["book,edition,title", f"{book},{edition},Emma"]

    own(tmp_path, *rows)

    assert (Book.objects.get().pk, Edition.objects.get().pk) == (book, edition)
    assert not SourceRecord.objects.exists()
    assert counted(own(tmp_path, *rows)) == {"rows": 1, "unchanged": 1}


def test_a_row_that_names_an_edition_changes_it(tmp_path):
    edition = make_edition(make_book("Ema"), pages=3)

    report = own(tmp_path, "book,edition,title,pages", f"{edition.book_id},{edition.pk},Emma,474")

    edition.refresh_from_db()
    assert counted(report) == {"rows": 1, "updated": 1}
    assert (edition.book.title, edition.pages, edition.format) == ("Emma", 474, "paperback")


def test_an_edition_stays_with_its_book(tmp_path):
    edition, other = make_edition(make_book("Emma")), make_book("Persuasion")

    report = own(tmp_path, "book,edition,title", f"{other.pk},{edition.pk},Persuasion")

    edition.refresh_from_db()
    assert counted(report) == {"rows": 1, "rejected": 1}
    assert (edition.book.title, reported(tmp_path)) == ("Emma", [("2", "book", "row rejected")])


def test_series_and_subjects_in_one_cell(tmp_path):
    Subject.objects.create(scheme="thema", code="F", label="Fiction")
    header = "title,series,subjects"

    own(tmp_path, header, r"Emma,Big Books #1-3 | A\#1 Set #II=2,thema:FL=Science fiction | keyword:a \| b | thema:FLC")

    book = Book.objects.get()
    entries = book.series_entries.order_by("id").values_list("series__name", "label", "position")
    links = book.subject_links.values_list("subject__code", "subject__label", "subject__parent__code")
    assert list(entries) == [("Big Books", "1-3", None), ("A#1 Set", "II", 2)]
    assert list(links) == [("FL", "Science fiction", "F"), ("a | b", "a | b", None), ("FLC", "FLC", "FL")]


def test_values_that_are_no_values_are_left_out_one_by_one(tmp_path):
    header = "title,format,published,pages,subjects,isbn,availability_code,series"
    own(tmp_path, header, "Emma,scroll,1997-13,many,nonsense,123,100,#")

    assert {column for _, column, _ in reported(tmp_path)} == set(header.split(",")[1:])
    assert Book.objects.get().title == "Emma"


def test_unknown_columns_are_reported_once(tmp_path):
    report = own(tmp_path, "title,shelf", "Emma,A3", "Persuasion,A4")

    assert counted(report) == {"rows": 2, "created": 2, "left_out": 1}
    assert reported(tmp_path) == [("1", "shelf", "value left out")]


def test_offers_are_made_and_kept_up_to_date(tmp_path):
    seller = make_seller("Corner Bookshop")
    header = "isbn,title,price,currency,quantity"
    own(tmp_path, header, "9780141439587,Emma,12.90,EUR,3", seller=seller)

    report = own(tmp_path, header, "9780141439587,Emma,11.90,EUR,2", seller=seller)

    offer = Offer.objects.get()
    assert counted(report) == {"rows": 1, "updated": 1}
    assert (offer.price_minor, offer.on_hand, offer.condition, offer.seller) == (1190, 2, "new", seller)
    assert offer.edition.book.listing.price_minor == 1190


def test_imported_stock_is_in_the_ledger_as_such(tmp_path):
    seller = make_seller("Corner Bookshop")
    for copies in (3, 2):
        own(tmp_path, "isbn,title,price,quantity", f"9780141439587,Emma,12.90,{copies}", seller=seller)

    moved = Offer.objects.get().movements.order_by("id").values_list("quantity", "on_hand", "reason")
    assert list(moved) == [(3, 3, "import"), (-1, 2, "import")]


@pytest.mark.parametrize(
    ("header", "copies", "on_hand"),
    [("on_hand", "4", 4), ("quantity", "4", 6), ("quantity", "1", 3), ("quantity", "0", 2)],
)
def test_copies_are_counted_as_in_the_api(tmp_path, header, copies, on_hand):
    seller = make_seller("Corner Bookshop")
    own(tmp_path, f"isbn,title,price,{header}", "9780141439587,Emma,12.90,3", seller=seller)
    hold_copies([Wanted(offer.pk, 2, offer.price) for offer in Offer.objects.all()])

    own(tmp_path, f"isbn,title,price,{header}", f"9780141439587,Emma,12.90,{copies}", seller=seller)

    offer = Offer.objects.get()
    assert (offer.on_hand, offer.held) == (on_hand, 2)


def test_of_two_numbers_of_copies_the_counted_one_is_taken(tmp_path):
    seller = make_seller("Corner Bookshop")

    own(tmp_path, "isbn,title,price,on_hand,quantity", "9780141439587,Emma,12.90,3,9", seller=seller)

    assert Offer.objects.get().on_hand == 3
    assert reported(tmp_path) == [("2", "quantity", "value left out")]


def test_copies_held_for_a_purchase_are_not_imported_away(tmp_path):
    seller = make_seller("Corner Bookshop")
    header = "isbn,title,price,on_hand"
    own(tmp_path, header, "9780141439587,Emma,12.90,3", seller=seller)
    offer = Offer.objects.get()
    hold_copies([Wanted(offer.pk, 2, offer.price)])

    report = own(tmp_path, header, "9780141439587,Emma,11.90,1", seller=seller)

    assert counted(report)["left_out"] == 1
    assert reported(tmp_path) == [("2", "on_hand", "value left out")]
    offer.refresh_from_db()
    assert (offer.price_minor, offer.on_hand, offer.held) == (1190, 3, 2)


def test_an_equal_offer_is_not_written(tmp_path):
    seller = make_seller("Corner Bookshop")
    rows = ["isbn,title,price,quantity", "9780141439587,Emma,12.90,3"]
    own(tmp_path, *rows, seller=seller)
    before = Offer.objects.get().updated_at

    assert counted(own(tmp_path, *rows, seller=seller)) == {"rows": 1, "unchanged": 1}
    assert Offer.objects.get().updated_at == before


def test_used_copies_are_told_apart_by_condition_and_notes(tmp_path):
    make_seller("Corner Bookshop")
    header = "isbn,title,seller,condition,price,quantity,notes"
    rows = [f"9780141439587,Emma,corner-bookshop,{rest}" for rest in ("good,5,1,worn", "good,7,1,signed", "fine,9,1,")]
    own(tmp_path, header, *rows)

    assert Edition.objects.get().offers.count() == 3
    assert counted(own(tmp_path, header, *rows)) == {"rows": 3, "unchanged": 3}
    own(tmp_path, header, rows[1].replace("7,1", "6,1"))
    assert sorted(Offer.objects.values_list("price_minor", flat=True)) == [500, 600, 900]


@pytest.mark.parametrize("price", ["-1", "1.234", "NaN", "much"])
def test_a_price_that_is_none_costs_the_offer_not_the_book(tmp_path, price):
    own(tmp_path, "title,price,quantity", f"Emma,{price},1", seller=make_seller())

    assert (Book.objects.count(), Offer.objects.count()) == (1, 0)
    assert reported(tmp_path) == [("2", "price", "value left out")]


def test_a_row_of_another_seller_is_rejected(tmp_path):
    make_seller("Other")

    report = own(tmp_path, "title,seller,price", "Emma,other,5", seller=make_seller())

    assert counted(report) == {"rows": 1, "rejected": 1}
    assert not Book.objects.exists()


def test_an_unknown_sellers_offer_is_left_out(tmp_path):
    own(tmp_path, "title,seller,price", "Emma,nobody,5")

    assert reported(tmp_path) == [("2", "seller", "value left out")]
    assert (Book.objects.count(), Offer.objects.count()) == (1, 0)


def test_another_sellers_offer_cannot_be_taken_over(tmp_path):
    offer = make_offer(seller=make_seller("Other"))

    own(tmp_path, "book,edition,title,offer,price", f"{offer.edition.book_id},{offer.edition_id},T,{offer.pk},1",
        seller=make_seller())  # fmt: skip

    offer.refresh_from_db()
    assert (offer.price_minor, Offer.objects.count()) == (1290, 1)
    assert reported(tmp_path) == [("2", "offer", "value left out")]


def test_text_is_taken_as_it_stands(tmp_path):
    own(tmp_path, "title,description", 'R&amp;D,"One\n\nTwo"')

    assert (Book.objects.get().title, Book.objects.get().description) == ("R&amp;D", "One\n\nTwo")
