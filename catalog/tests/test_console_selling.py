"""Sellers in the console: by ISBN, price lists, prices and stock of several offers; and the archive."""

import base64
import gzip
import tempfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Membership, User
from bookstore.money import Money
from catalog.models import Book, Edition, Listing, Offer
from catalog.selling.pricing import changed_by
from catalog.services import Wanted, hold_copies
from catalog.tests.factories import costing, make_book, make_edition, make_offer, make_seller

pytestmark = pytest.mark.django_db
LIST = "/console/catalog/offer/"
BY_ISBN, PRICE_LIST = f"{LIST}by-isbn/", f"{LIST}price-list/"
ISBN = "9780060512750"


@pytest.fixture
def seller():
    return make_seller()


@pytest.fixture
def client(client, seller):
    """A browser signed in by a member of the seller."""
    user = User.objects.create_user("sal@shop.example", is_staff=True)
    Membership.objects.create(seller=seller, user=user)
    client.force_login(user)
    return client


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("admin@shop.example"))
    return client


def copies(seller, **fields):
    return {"seller": seller.pk, "isbn": ISBN, "condition": "new", "price": "12,90", "quantity": 3, **fields}


def page(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


# ---- by ISBN -------------------------------------------------------------------------------------------------


def test_the_page_knows_who_sells_for_one(client, seller):
    form = client.get(BY_ISBN).context["form"]

    assert form["seller"].value() == seller.pk
    assert client.get(LIST).status_code == 200


def test_a_book_edition_and_offer_are_made_on_one_page(client, seller):
    asked = client.post(BY_ISBN, copies(seller))
    assert "title" in asked.context["form"].errors
    assert not Edition.objects.exists()

    edition = {"authors": "Ursula K. Le Guin\n\n", "format": "paperback", "publisher": "Harper", "published": "1974"}
    response = client.post(BY_ISBN, copies(seller, title=" The  Dispossessed", pages="341", **edition))

    offer = Offer.objects.get()
    assert (response.status_code, response["Location"]) == (302, page(offer))
    assert (str(offer.price), offer.on_hand, offer.edition.isbn, offer.edition.pages) == ("12.90 EUR", 3, ISBN, 341)
    assert (offer.title, offer.edition.book.author_names) == ("The Dispossessed", ["Ursula K. Le Guin"])
    assert offer.movements.get().by.email == "sal@shop.example"


def test_an_edition_that_is_there_needs_no_title(client, seller):
    edition = make_edition(isbn=ISBN)

    client.post(BY_ISBN, copies(seller, isbn="0-06-051275-X"))

    assert Offer.objects.get().edition == edition
    assert "isbn" in client.post(BY_ISBN, copies(seller)).context["form"].errors


@pytest.mark.parametrize(
    ("field", "value"),
    [("isbn", "12"), ("isbn", ""), ("price", "cheap"), ("quantity", "-1"), ("condition", "mint"), ("format", "papyrus"),
     ("published", "soon"), ("language", "klingonish"), ("pages", "0"), ("authors", "x" * 501), ("seller", "")],
)  # fmt: skip
def test_what_is_wrong_is_said_at_the_field(client, seller, field, value):
    response = client.post(BY_ISBN, {**copies(seller, title="x"), field: value})

    assert list(response.context["form"].errors) == [field]
    assert not Edition.objects.exists()


def test_nobody_offers_in_the_name_of_others(client):
    assert "seller" in client.post(BY_ISBN, copies(make_seller("Other Shop"), title="x")).context["form"].errors


# ---- price lists ---------------------------------------------------------------------------------------------


def upload(client, seller, content, name="prices.csv", **fields):
    return client.post(PRICE_LIST, {"seller": seller.pk, "file": SimpleUploadedFile(name, content), **fields})


def test_a_price_list_is_taken_with_a_report_to_download(client, seller):
    offer = make_offer(make_edition(isbn=ISBN), seller=seller)

    response = upload(client, seller, f"isbn;price\n{ISBN};9,50\n12;1\n".encode())

    offer.refresh_from_db()
    report = response.context["report"]
    assert (str(offer.price), report.updated, report.rejected) == ("9.50 EUR", 1, 1)
    told = base64.b64decode(response.context["download"].partition("base64,")[2]).decode("utf-8-sig")
    assert told.splitlines()[1].startswith("3,isbn,12,")
    assert b'download="price-list-report.csv"' in response.content


def test_a_list_can_be_tried(client, seller):
    offer = make_offer(make_edition(isbn=ISBN), seller=seller)

    response = upload(client, seller, f"isbn;price\n{ISBN};9,50\n".encode(), dry_run="on")

    offer.refresh_from_db()
    assert (response.context["report"].updated, str(offer.price)) == (1, "12.90 EUR")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"title\nx\n", "x.csv"),
        (b"", "x.csv"),
        (b"isbn,price\n", "x.exe"),
        (b"isbn,price\n" + b"x" * 10**6, "x.csv"),
        (gzip.compress(b"isbn,price\n", mtime=0), "x.csv"),
    ],
)
def test_what_is_no_list_is_refused(client, seller, content, name):
    response = upload(client, seller, content, name)

    assert "file" in response.context["form"].errors
    assert tempfile.gettempdir() not in response.content.decode()


# ---- several offers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "percent", "ending", "new"),
    [
        (1290, 10, "", 1419), (1290, -10, "", 1161), (1235, 1, "", 1247), (1290, 10, "99", 1399),
        (1290, -10, "99", 1199),
        (1249, 0, "99", 1199), (1250, 0, "99", 1299), (30, 0, "99", 99), (10, -90, "00", 100), (1290, 0, "00", 1300),
        (1290, 0, "95", 1295), (0, 50, "", 0),
    ],
)  # fmt: skip
def test_prices_by_percent(price, percent, ending, new):
    assert changed_by(Money(price, "EUR"), percent, ending) == Money(new, "EUR")


def test_currencies_without_hundredths_have_no_endings():
    assert changed_by(Money(1500, "JPY"), 10, "99") == Money(1650, "JPY")


def together(client, offers, **fields):
    keys = [str(offer.pk) for offer in offers]
    return client.post(LIST, {"action": "edit_together", "_selected_action": keys, **fields})


def typed(response, **fields):
    """What the browser sends back, with something typed in."""
    rows = response.context["rows"]
    return {row.add_prefix(name): row[name].value() for row in rows for name in ("price", "on_hand", "was")} | fields


def test_prices_are_changed_by_percent_after_a_look(client, seller):
    offers = [make_offer(make_edition(make_book(f"Book {n}")), seller=seller, price_minor=1000 + n) for n in range(3)]

    shown = together(client, offers, calculate="1", percent="-10", ending="99")
    assert {str(offer.price) for offer in Offer.objects.all()} == {"10.00 EUR", "10.01 EUR", "10.02 EUR"}
    response = together(client, offers, save="1", **typed(shown))

    assert response.status_code == 302
    assert {str(offer.price) for offer in Offer.objects.all()} == {"8.99 EUR"}
    assert set(Listing.objects.values_list("price_minor", flat=True)) == {899}


def test_prices_and_counts_are_typed_in(client, seller):
    one, two = (make_offer(make_edition(make_book(f"Book {n}")), seller=seller) for n in range(2))
    shown = together(client, [one, two])

    together(client, [one, two], save="1", **typed(shown, **{f"{one.pk}-price": "9,50", f"{two.pk}-on_hand": "8"}))

    one.refresh_from_db()
    two.refresh_from_db()
    assert [(str(offer.price), offer.on_hand) for offer in (one, two)] == [("9.50 EUR", 3), ("12.90 EUR", 8)]
    assert two.movements.first().reason == "count"


def test_what_changed_meanwhile_is_left_alone(client, seller):
    one, two, three = (make_offer(make_edition(make_book(f"Book {n}")), seller=seller) for n in range(3))
    body = typed(together(client, [one, two, three]), **{f"{offer.pk}-on_hand": "1" for offer in (one, two, three)})
    Offer.objects.filter(pk=one.pk).update(on_hand=2)
    hold_copies([Wanted(two.pk, 2)])

    response = together(client, [one, two, three], save="1", **body)

    told = [str(message) for message in response.wsgi_request._messages]
    assert [Offer.objects.get(pk=offer.pk).on_hand for offer in (one, two, three)] == [2, 3, 1]
    assert [sentence for sentence in told if "meanwhile" in sentence and "Book 0" in sentence]
    assert [sentence for sentence in told if "held" in sentence and "Book 1" in sentence]


def test_nonsense_is_said_at_its_field(client, seller):
    offer = make_offer(seller=seller)
    shown = together(client, [offer])

    response = together(client, [offer], save="1", **typed(shown, **{f"{offer.pk}-price": "cheap"}))

    assert (response.status_code, "price" in response.context["rows"][0].errors) == (200, True)
    assert together(client, [offer], calculate="1", percent="lots").context["tool"].errors
    assert together(client, [offer], save="1").status_code == 200


def test_offers_of_others_are_not_among_them(client):
    stranger = make_offer(seller=make_seller("Other Shop"))

    together(client, [stranger], save="1", **{f"{stranger.pk}-price": "1", f"{stranger.pk}-on_hand": "1",
                                              f"{stranger.pk}-was": "1290 EUR 3"})  # fmt: skip

    stranger.refresh_from_db()
    assert (stranger.price_minor, stranger.on_hand) == (1290, 3)


def test_the_offers_page_shows_what_it_cost(client, seller):
    offer = costing(make_offer(seller=seller), (40, 1500), (2, 1290))

    shown = client.get(page(offer)).content.decode()

    assert "15.00" in shown


# ---- the archive ---------------------------------------------------------------------------------------------


def act(client, model, name, rows):
    url = reverse(f"admin:catalog_{model}_changelist")
    return client.post(url, {"action": name, "_selected_action": [str(row.pk) for row in rows], "index": 0})


def test_the_shop_archives_books_and_brings_them_back(staff, seller):
    offer = make_offer(seller=seller)
    book = offer.edition.book

    act(staff, "book", "archive", [book])
    book.refresh_from_db()
    assert (book.archived_by_shop, Listing.objects.exists()) == (True, False)
    archived = reverse("admin:catalog_book_changelist") + "?archived=yes"
    assert [row.pk for row in staff.get(archived).context["cl"].result_list] == [book.pk]
    assert staff.get(page(book)).status_code == 200
    act(staff, "book", "bring_back", [book])

    assert Listing.objects.get().get_availability_display() == "In stock"
    assert not Book.objects.exclude(archived_at=None).exists()


def test_and_editions(staff, seller):
    offer = make_offer(seller=seller)
    make_edition(offer.edition.book)

    act(staff, "edition", "archive", [offer.edition])
    offer.refresh_from_db()
    assert (offer.is_withdrawn, offer.edition.archived_by_shop, Listing.objects.count()) == (True, True, 1)
    act(staff, "edition", "bring_back", [offer.edition])

    offer.refresh_from_db()
    assert (offer.is_withdrawn, offer.edition.is_archived) == (False, False)


def test_archived_editions_are_not_offered(staff, seller):
    edition = make_edition(archived_at="2026-01-01T00:00Z")

    response = staff.post(f"{LIST}add/", {"edition": edition.pk, "seller": seller.pk, "condition": "new",
                                          "price_minor": "1", "on_hand": 1})  # fmt: skip

    assert "edition" in response.context["adminform"].form.errors
    assert not Offer.objects.exists()


def test_sellers_archive_nothing_in_the_console(client, seller):
    offer = make_offer(seller=seller)

    act(client, "book", "archive", [offer.edition.book])

    assert not Book.objects.exclude(archived_at=None).exists()
