"""Sellers add books and editions, change their own, and take them out of the catalogue."""

import io
from threading import Event
from time import sleep

import pytest
from django.db import connection, transaction
from django.test import Client
from PIL import Image

from accounts.models import User
from accounts.tests.factories import make_member, make_user, sign_in
from bookstore.testing import NO_SUCH_ID, at_once
from catalog import selling
from catalog.exports import export_rows
from catalog.imports.runs import import_file
from catalog.models import Book, Contributor, Edition, Listing, Offer, Publisher
from catalog.serializers import BookSerializer, EditionSerializer
from catalog.services import change_offer, merge_books, refresh_listings
from catalog.tests.factories import make_author, make_book, make_edition, make_offer, make_seller

pytestmark = pytest.mark.django_db
BOOKS, EDITIONS, OFFERS = "/api/v1/books/", "/api/v1/editions/", "/api/v1/offers/"
ISBN, OTHER_ISBN = "9780060512750", "9780441172719"
DUNE = {
    "title": "Dune",
    "subtitle": "A novel",
    "description": "Sand.\nMuch sand.",
    "authors": [{"name": "Frank  Herbert"}, {"name": "John Schoenherr", "role": "A12"}],
    "series": {"name": "Dune Chronicles", "position": 1},
    "subjects": ["thema:FL", "keyword:Deserts"],
    "original_language": "eng",
    "first_published": "1965-08",
}
PAPERBACK = {
    "isbn": "0-441-17271-7", "title": "Dune", "authors": [{"name": "Frank Herbert"}], "format": "paperback",
    "language": "en", "publisher": "Ace", "imprint": "Ace SF", "published": "1990-09-01", "pages": 535,
    "availability_code": "20", "description": "The paperback.",
}  # fmt: skip
COPIES = {"condition": "new", "price": {"amount": "12.90"}, "quantity": 3}


@pytest.fixture
def seller():
    return make_seller()


@pytest.fixture
def client(seller):
    """A client of a member of the seller."""
    return sign_in(None, make_member(seller))


@pytest.fixture
def other():
    """A client of a member of another seller."""
    return sign_in(None, make_member(make_seller("Other Shop"), email="lou@example.com"))


@pytest.fixture
def staff():
    return sign_in(None, User.objects.create_superuser("admin@shop.example", "secret-words"))


def send(client, method, url, body=None, **headers):
    return getattr(client, method)(url, body or {}, content_type="application/json", headers=headers or None)


def faults(response):
    assert (response.status_code, response.json()["code"]) == (400, "invalid"), response.content
    return {error["field"] for error in response.json()["errors"]}


def changed(fields, values):
    return {name: value for name, value in {**fields, **values}.items() if value != "left out"}


# ---- books ---------------------------------------------------------------------------------------------------


def test_a_book_is_added_with_all_that_describes_it(client, seller):
    response = send(client, "post", BOOKS, DUNE)

    shown = response.json()
    assert (response.status_code, set(shown)) == (201, set(BookSerializer().fields))
    assert (shown["title"], shown["subtitle"], shown["description"]) == ("Dune", "A novel", "Sand.\nMuch sand.")
    assert [(who["name"], who["role"]) for who in shown["contributors"]] == [
        ("Frank Herbert", "A01"), ("John Schoenherr", "A12"),
    ]  # fmt: skip
    assert (shown["series"]["name"], shown["series"]["position"]) == ("Dune Chronicles", 1.0)
    assert [(about["scheme"], about["code"]) for about in shown["subjects"]] == [
        ("thema", "FL"),
        ("keyword", "Deserts"),
    ]
    assert (shown["original_language"], Book.objects.get().first_published.number) == ("en", 19650800)
    assert Client().get(response["Location"]).json() == shown
    assert Contributor.objects.get(name="Frank Herbert").sort_name == "Herbert, Frank"
    assert Book.objects.get().created_by == seller
    assert Client().get(f"{BOOKS}?q=dune").json()["results"][0]["id"] == shown["id"]


def test_people_series_and_subjects_that_the_shop_has_are_found(client):
    author = make_author("Frank Herbert")

    one, two = (send(client, "post", BOOKS, {**DUNE, "title": title}).json() for title in ("Dune", "Dune Messiah"))

    assert one["authors"] == two["authors"] == [{"id": str(author.pk), "name": "Frank Herbert"}]
    assert (one["series"]["id"], one["subjects"]) == (two["series"]["id"], two["subjects"])


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("title", "left out", "title"), ("title", "", "title"), ("title", "  ", "title"), ("title", None, "title"),
        ("title", 5, "title"), ("title", "x" * 2001, "title"), ("title", "a\nb", "title"), ("title", "\x00", "title"),
        ("subtitle", None, "subtitle"), ("description", ["x"], "description"),
        ("description", "x" * 50_001, "description"),
        ("authors", "left out", "authors"), ("authors", "Frank Herbert", "authors"), ("authors", None, "authors"),
        ("authors", [{}], "authors.0.name"), ("authors", [{"name": ""}], "authors.0.name"),
        ("authors", ["x"], "authors.0"),
        ("authors", [{"name": "x", "role": "author"}], "authors.0.role"), ("authors", [{"name": "x"}] * 101, "authors"),
        ("authors", [{"name": "x", "role": "A01\n"}], "authors.0.role"),
        ("series", "Dune", "series"), ("series", {"position": 1}, "series.name"),
        ("series", {"name": "x", "position": -1}, "series.position"),
        ("series", {"name": "x", "position": True}, "series.position"),
        ("series", {"name": "x", "position": 1.005}, "series.position"),
        ("series", {"name": "x", "position": 10**30}, "series.position"),
        ("series", {"name": "x", "position": "x" * 51}, "series.position"),
        ("subjects", ["FL"], "subjects.0"), ("subjects", ["thema:"], "subjects.0"),
        ("subjects", ["dewey:1"], "subjects.0"),
        ("subjects", [5], "subjects.0"), ("subjects", ["thema:FL"] * 51, "subjects"), ("subjects", {}, "subjects"),
        ("original_language", "klingonish", "original_language"), ("original_language", 5, "original_language"),
        ("first_published", "1965-13", "first_published"), ("first_published", 1965, "first_published"),
        ("first_published", "", "first_published"), ("seller", "no-such-shop", "seller"),
    ],
)  # fmt: skip
def test_what_makes_no_book_is_refused(client, field, value, fault):
    assert faults(send(client, "post", BOOKS, changed(DUNE, {field: value}))) == {fault}
    assert not Book.objects.exists()


@pytest.mark.parametrize("body", ["[]", "3", '"Dune"', "null"])
@pytest.mark.parametrize("url", [BOOKS, EDITIONS])
def test_a_body_that_is_no_record_is_refused(client, url, body):
    assert client.post(url, body, content_type="application/json").status_code == 400


@pytest.mark.parametrize(("position", "shown"), [(2.5, (2.5, "2.5")), ("1-3", (None, "1-3")), ("II", (None, "II")),
                                                 (None, (None, "")), ("4", (4.0, "4"))])  # fmt: skip
def test_a_place_in_a_series_is_a_number_or_as_printed(client, position, shown):
    book = send(client, "post", BOOKS, {**DUNE, "series": {"name": "Dune", "position": position}}).json()

    assert [(entry["position"], entry["label"]) for entry in book["all_series"]] == [shown]


def test_only_what_is_sent_changes_and_lists_are_replaced(client):
    book = send(client, "post", BOOKS, DUNE).json()
    url = f"{BOOKS}{book['id']}/"

    shown = send(client, "patch", url, {"title": "Dune, again", "series": None, "authors": [{"name": "F. H."}]}).json()

    assert (shown["title"], shown["series"], shown["all_series"]) == ("Dune, again", None, [])
    assert [who["name"] for who in shown["contributors"]] == ["F. H."]
    assert (shown["subtitle"], shown["subjects"]) == (book["subtitle"], book["subjects"])
    assert Client().get(url).json() == shown
    assert send(client, "patch", url).json() == shown
    emptied = send(client, "patch", url, {"subtitle": "", "original_language": None, "first_published": None}).json()
    assert (emptied["subtitle"], emptied["original_language"], emptied["published"]) == ("", None, None)


def test_nothing_wrong_is_half_written(client):
    book = send(client, "post", BOOKS, DUNE).json()

    assert faults(send(client, "patch", f"{BOOKS}{book['id']}/", {"title": "x", "subjects": ["x"]})) == {"subjects.0"}
    assert Book.objects.get().title == "Dune"


def test_asked_twice_with_one_key_is_added_once(client):
    one, two = (send(client, "post", BOOKS, DUNE, **{"Idempotency-Key": "one"}) for _ in range(2))

    assert (one.json(), two.status_code, Book.objects.count()) == (two.json(), 201, 1)


# ---- whose they are ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_who_may_change_a_record(client, other, staff, seller, method):
    """The seller who added it or alone offers it, and the shop; not who only reads, nor who is somebody else."""
    added = Book.objects.get(pk=send(other, "post", BOOKS, DUNE).json()["id"])
    offered = make_offer(seller=seller).edition
    by_both = make_offer(seller=seller).edition
    make_offer(by_both, seller=make_seller("Other Shop"))
    nobodys = make_edition()
    reader, guest = sign_in(None, make_user("reader@example.com")), Client()

    def ask(who, book):
        response = send(who, method, f"{BOOKS}{book.pk}/")
        return response.status_code

    assert [ask(who, added) for who in (guest, reader, client)] == [401, 403, 403]
    assert [ask(client, edition.book) for edition in (by_both, nobodys)] == [403, 403]
    done = 200 if method == "patch" else 204
    assert [ask(other, added), ask(client, offered.book), ask(staff, nobodys.book)] == [done] * 3
    refused = send(client, method, f"{BOOKS}{by_both.book_id}/").json()
    assert refused["code"] == "not_your_record"


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_editions_are_theirs_by_the_same_rule(client, other, staff, seller, method):
    added = send(other, "post", EDITIONS, PAPERBACK).json()
    by_both = make_offer(make_edition(isbn=ISBN), seller=seller).edition
    make_offer(by_both, seller=make_seller("Other Shop"), archived_at="2020-01-01T00:00Z")

    asked = [(Client(), ISBN), (client, added["isbn"]), (client, ISBN), (other, added["isbn"]), (staff, ISBN)]
    statuses = [send(who, method, f"{EDITIONS}{isbn}/").status_code for who, isbn in asked]

    assert statuses == [401, 403, 403, *([200] * 2 if method == "patch" else [204] * 2)]


def test_what_one_added_is_the_shops_once_another_sells_it(client, other):
    send(client, "post", EDITIONS, PAPERBACK)
    assert send(other, "post", OFFERS, {**COPIES, "isbn": OTHER_ISBN}).status_code == 201

    assert send(client, "patch", f"{EDITIONS}{OTHER_ISBN}/", {"pages": 1}).json()["code"] == "not_your_record"
    assert send(client, "delete", f"{EDITIONS}{OTHER_ISBN}/").status_code == 403


@pytest.mark.parametrize("url", [f"{BOOKS}nonsense/", f"{BOOKS}{NO_SUCH_ID}/", f"{EDITIONS}{ISBN}/", f"{EDITIONS}x/"])
@pytest.mark.parametrize("method", ["patch", "delete"])
def test_what_is_not_there(client, url, method):
    assert send(client, method, url).status_code == 404


def test_readers_and_guests_add_nothing(client):
    reader = sign_in(None, make_user("reader@example.com"))

    assert [send(who, "post", url).status_code for who in (Client(), reader) for url in (BOOKS, EDITIONS)] == [
        401, 401, 403, 403,
    ]  # fmt: skip


def test_who_sells_for_several_says_for_which(client, seller):
    make_member(make_seller("Other Shop"))

    assert faults(send(client, "post", BOOKS, DUNE)) == {"seller"}
    send(client, "post", BOOKS, {**DUNE, "seller": "other-shop"})
    assert Book.objects.get().created_by.slug == "other-shop"


def test_staff_add_records_that_are_nobodys(staff, client):
    book = send(staff, "post", BOOKS, DUNE)
    edition = send(staff, "post", EDITIONS, PAPERBACK)

    assert [book.status_code, edition.status_code] == [201, 201]
    assert set(Book.objects.values_list("created_by", flat=True)) == {None}
    assert send(client, "patch", f"{BOOKS}{book.json()['id']}/", {"title": "Mine"}).status_code == 403


def test_reads_ask_nobody_who_they_are_still():
    make_edition(isbn=ISBN)
    client = Client(headers={"Authorization": "Bearer nonsense"})

    assert [client.get(url).status_code for url in (BOOKS, f"{EDITIONS}{ISBN}/")] == [200, 200]
    assert send(client, "post", BOOKS, DUNE).status_code == 401


# ---- editions ------------------------------------------------------------------------------------------------


def test_an_edition_is_added_with_its_book(client, seller):
    response = send(client, "post", EDITIONS, {**PAPERBACK, "series": {"name": "Dune"}, "subtitle": "A novel"})

    shown = response.json()
    assert (response.status_code, set(shown)) == (201, set(EditionSerializer().fields))
    assert (shown["isbn"], shown["format"], shown["language"], shown["pages"]) == (OTHER_ISBN, "paperback", "en", 535)
    assert (shown["publisher"]["name"], shown["imprint"], shown["published"]) == ("Ace", "Ace SF", "1990-09-01")
    assert (shown["availability_code"], shown["title"], shown["offers"]) == ("20", "Dune", [])
    assert (shown["book"]["subtitle"], shown["book"]["authors"][0]["name"]) == ("A novel", "Frank Herbert")
    assert Client().get(response["Location"]).json() == shown
    assert {row.created_by for row in (Edition.objects.get(), Book.objects.get())} == {seller}


def test_an_edition_is_added_to_a_book_that_is_there(client):
    book, publisher = make_book("Dune"), Publisher.objects.create(name="ACE")
    body = {**PAPERBACK, "book": str(book.pk), "title": "Dune (film tie-in)"}

    shown = send(client, "post", EDITIONS, body).json()

    assert (shown["book"]["id"], shown["title"], shown["publisher"]["id"]) == (
        str(book.pk), "Dune (film tie-in)", str(publisher.pk),
    )  # fmt: skip
    assert (Book.objects.count(), Book.objects.get().title) == (1, "Dune")
    assert "paperback" in Listing.objects.get().formats


def test_an_edition_may_have_no_isbn(client):
    shown = send(client, "post", EDITIONS, changed(PAPERBACK, {"isbn": "left out"})).json()

    assert (shown["isbn"], Client().get(f"{EDITIONS}{shown['id']}/").status_code) == (None, 200)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("isbn", "9780441172710", "isbn"), ("isbn", "", "isbn"), ("isbn", 9780441172719, "isbn"),
        ("format", "left out", "format"), ("format", "papyrus", "format"), ("title", "left out", "title"),
        ("authors", "left out", "authors"), ("book", "nonsense", "book"), ("book", NO_SUCH_ID, "book"),
        ("language", "klingonish", "language"), ("publisher", 5, "publisher"), ("publisher", "x" * 501, "publisher"),
        ("published", "soon", "published"), ("published", "1990-02-30", "published"), ("pages", 0, "pages"),
        ("pages", "535", "pages"), ("pages", 10**9, "pages"), ("availability_code", "in stock", "availability_code"),
        ("availability_code", "20\n", "availability_code"),
    ],
)  # fmt: skip
def test_what_makes_no_edition_is_refused(client, field, value, fault):
    assert faults(send(client, "post", EDITIONS, changed(PAPERBACK, {field: value}))) == {fault}
    assert not Edition.objects.exists()
    assert not Book.objects.exists()


def test_an_isbn_is_of_one_edition(client):
    known = make_edition(isbn=OTHER_ISBN)
    mine = send(client, "post", EDITIONS, {**PAPERBACK, "isbn": ISBN})

    answers = [send(client, "post", EDITIONS, PAPERBACK), send(client, "patch", mine["Location"], {"isbn": OTHER_ISBN})]

    for answer in answers:
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (409, "isbn_taken")
        assert problem["facts"] == {
            "isbn": OTHER_ISBN, "edition": str(known.pk), "archived": False,
            "url": f"http://localhost:8000{EDITIONS}{OTHER_ISBN}/",
        }  # fmt: skip
    assert (Book.objects.count(), Edition.objects.get(isbn=ISBN).created_by is not None) == (2, True)


def test_an_edition_changes(client):
    url = send(client, "post", EDITIONS, PAPERBACK)["Location"]

    shown = send(
        client, "patch", url, {"isbn": ISBN, "pages": None, "publisher": "Chilton", "published": "1965"}
    ).json()

    assert (shown["isbn"], shown["pages"], shown["publisher"]["name"], shown["published"]) == (
        ISBN,
        None,
        "Chilton",
        "1965",
    )
    assert (shown["imprint"], Client().get(url).status_code) == ("Ace SF", 404)
    assert send(client, "patch", f"{EDITIONS}{ISBN}/", {"publisher": None}).json()["publisher"] is None
    assert faults(send(client, "patch", f"{EDITIONS}{ISBN}/", {"format": None})) == {"format"}


# ---- covers --------------------------------------------------------------------------------------------------


def picture(kind="JPEG"):
    content = io.BytesIO()
    Image.new("RGB", (300, 400), "navy").save(content, kind)
    return content.getvalue()


def put_cover(client, isbn, content, content_type="image/jpeg"):
    return client.put(f"{EDITIONS}{isbn}/cover/", content, content_type=content_type)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_cover_is_the_body_itself(client, settings, tmp_path, kind):
    settings.MEDIA_ROOT = tmp_path
    send(client, "post", EDITIONS, PAPERBACK)

    response = put_cover(client, OTHER_ISBN, picture(kind), f"image/{kind.lower()}")

    assert response.status_code == 200
    assert response.json()["cover"]["url"].endswith(".webp")
    assert len(list(tmp_path.glob("covers/*.webp"))) == 2
    assert Listing.objects.get().cover
    assert client.delete(f"{EDITIONS}{OTHER_ISBN}/cover/").status_code == 204
    assert (Listing.objects.get().cover, Edition.objects.get().cover) == ("", "")


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"", "image/jpeg", 400, "not_a_cover"),
        (b"<svg/>", "image/svg+xml", 400, "not_a_cover"),
        (b"GIF89a", "image/gif", 400, "not_a_cover"),
        (b"{}", "application/json", 415, "unsupported_media_type"),
        (b"x" * 21_000_000, "image/jpeg", 400, "not_a_cover"),
        (b"x" * 27_000_000, "image/jpeg", 413, "body_too_large"),
    ],
)
def test_what_is_no_cover_is_refused(client, content, kind, status, code):
    send(client, "post", EDITIONS, PAPERBACK)

    response = put_cover(client, OTHER_ISBN, content, kind)

    assert (response.status_code, response.json()["code"]) == (status, code)


def test_covers_are_of_own_editions(client, other):
    send(client, "post", EDITIONS, PAPERBACK)

    assert [put_cover(who, OTHER_ISBN, picture()).status_code for who in (Client(), other)] == [401, 403]
    assert put_cover(client, ISBN, picture()).status_code == 404


# ---- archived ------------------------------------------------------------------------------------------------


def test_an_archived_book_is_gone_for_readers_and_nothing_is_destroyed(client, seller):
    offer = make_offer(make_edition(isbn=ISBN), seller=seller)
    book = offer.edition.book

    assert send(client, "delete", f"{BOOKS}{book.pk}/").status_code == 204

    reader = Client()
    assert [reader.get(f"{BOOKS}{book.pk}/").status_code, reader.get(f"{EDITIONS}{ISBN}/").status_code] == [404, 404]
    assert reader.get(BOOKS).json()["results"] == reader.get(f"{BOOKS}?q={ISBN}").json()["results"] == []
    assert send(client, "delete", f"{BOOKS}{book.pk}/").status_code == 404
    own = client.get(f"{OFFERS}{offer.pk}/").json()
    assert (own["withdrawn"], own["availability"], Offer.objects.get().on_hand) == (True, "unavailable", 3)


def test_no_refresh_brings_an_archived_book_back_into_the_lists(client, seller):
    offer = make_offer(seller=seller)
    send(client, "delete", f"{BOOKS}{offer.edition.book_id}/")

    refresh_listings([offer.edition.book_id])

    assert not Listing.objects.exists()


def test_copies_in_a_cart_of_an_archived_book_are_not_for_sale(client, seller):
    offer = make_offer(seller=seller)
    shopper = Client()
    token = shopper.post("/api/v1/cart/items/", {"offer": str(offer.pk), "quantity": 1}, "application/json")[
        "X-Cart-Token"
    ]
    send(client, "delete", f"{BOOKS}{offer.edition.book_id}/")

    cart = shopper.get("/api/v1/cart/", headers={"X-Cart-Token": token}).json()

    assert [problem["code"] for problem in cart["problems"]] == ["not_for_sale"]


def test_the_last_edition_takes_its_book_along(client):
    book = send(client, "post", BOOKS, DUNE).json()["id"]
    for isbn in (ISBN, OTHER_ISBN):
        send(client, "post", EDITIONS, {**PAPERBACK, "isbn": isbn, "book": book})

    send(client, "delete", f"{EDITIONS}{ISBN}/")
    assert [edition["isbn"] for edition in Client().get(f"{BOOKS}{book}/").json()["editions"]] == [OTHER_ISBN]
    send(client, "delete", f"{EDITIONS}{OTHER_ISBN}/")
    assert Client().get(f"{BOOKS}{book}/").status_code == 404


def test_offering_brings_back_what_a_seller_archived(client, other):
    first = send(client, "post", OFFERS, {**COPIES, **PAPERBACK}).json()
    send(client, "delete", f"{EDITIONS}{OTHER_ISBN}/")
    assert send(client, "patch", f"{OFFERS}{first['id']}/", {"withdrawn": False}).json()["code"] == "not_in_catalogue"

    answer = send(other, "post", OFFERS, {**COPIES, "isbn": OTHER_ISBN})

    assert (answer.status_code, answer.json()["book"]) == (201, first["book"])
    assert [one["id"] for one in Client().get(f"{EDITIONS}{OTHER_ISBN}/").json()["offers"]] == [answer.json()["id"]]


def test_offering_brings_back_the_book_of_an_edition_that_was_added_since(client):
    """The console adds editions to archived books, too."""
    edition = make_edition(isbn=ISBN)
    Book.objects.update(archived_at="2026-01-01T00:00Z")
    make_edition(edition.book, isbn=OTHER_ISBN, archived_at="2026-01-01T00:00Z")

    send(client, "post", OFFERS, {**COPIES, "isbn": ISBN})

    assert [one["isbn"] for one in Client().get(f"{BOOKS}{edition.book_id}/").json()["editions"]] == [ISBN]


def test_what_the_shop_took_out_stays_out(client, staff):
    send(client, "post", EDITIONS, PAPERBACK)
    send(staff, "delete", f"{EDITIONS}{OTHER_ISBN}/")

    answer = send(client, "post", OFFERS, {**COPIES, "isbn": OTHER_ISBN})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_in_catalogue")
    assert send(client, "post", EDITIONS, PAPERBACK).json()["facts"]["archived"] is True
    assert not Offer.objects.exists()


def test_the_shop_brings_a_book_back_with_what_went_with_it(client, seller):
    offer = make_offer(make_edition(isbn=ISBN), seller=seller)
    earlier = make_offer(offer.edition, seller=seller, condition="good", archived_at="2020-01-01T00:00Z")
    send(client, "delete", f"{BOOKS}{offer.edition.book_id}/")

    selling.bring_back_book(offer.edition.book)

    assert [one["id"] for one in Client().get(f"{EDITIONS}{ISBN}/").json()["offers"]] == [str(offer.pk)]
    assert Listing.objects.get().get_availability_display() == "In stock"
    earlier.refresh_from_db()
    assert earlier.is_withdrawn


def test_an_import_offers_nothing_of_what_is_archived_and_an_export_leaves_it_out(client, seller, tmp_path):
    send(client, "post", EDITIONS, PAPERBACK)
    send(client, "delete", f"{EDITIONS}{OTHER_ISBN}/")
    (tmp_path / "books.csv").write_text(f"title,isbn,price,quantity\nDune,{OTHER_ISBN},9.50,3\n")

    report = import_file(tmp_path / "books.csv", "bookstore", seller=seller, report_to=tmp_path / "report.csv")

    assert (report.left_out, Offer.objects.exists(), Listing.objects.exists()) == (1, False, False)
    assert len(list(export_rows())) == 1


# ---- by ISBN, and at once --------------------------------------------------------------------------------------


def test_an_offer_of_an_unknown_isbn_asks_for_the_title(client):
    problem = send(client, "post", OFFERS, {**COPIES, "isbn": "0-441-17271-7"}).json()

    assert (problem["status"], problem["code"]) == (400, "invalid")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("isbn", "unknown_isbn")]
    assert problem["facts"] == {"isbn": OTHER_ISBN, "needs": ["title"]}


def test_an_offer_with_the_title_makes_the_edition(client, seller):
    shown = send(client, "post", OFFERS, {**COPIES, "isbn": OTHER_ISBN, "title": "Dune"}).json()

    assert (shown["title"], shown["isbn"], shown["quantity"], shown["seller"]["slug"]) == (
        "Dune", OTHER_ISBN, 3, seller.slug,
    )  # fmt: skip
    assert Client().get(f"{BOOKS}{shown['book']}/").json()["price_from"]["amount"] == "12.90"
    assert Edition.objects.get().created_by == seller


def test_what_is_told_of_an_edition_that_is_there_counts_for_nothing(client):
    make_edition(make_book("The Dispossessed"), isbn=OTHER_ISBN)

    shown = send(client, "post", OFFERS, {**COPIES, **PAPERBACK}).json()

    assert (shown["title"], Edition.objects.get().pages, Book.objects.count()) == ("The Dispossessed", None, 1)


def test_wrong_facts_of_the_edition_are_told_whether_or_not_it_is_there(client):
    assert faults(send(client, "post", OFFERS, {**COPIES, **PAPERBACK, "pages": "many"})) == {"pages"}
    assert not Edition.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_scan_a_new_isbn_at_once_make_one_edition(client, other):
    answers = at_once(
        lambda number: send((client, other)[number % 2], "post", OFFERS, {**COPIES, **PAPERBACK, "condition": "good"}),
        range(8),
    )

    assert [answer.status_code for answer in answers] == [201] * 8
    assert (Edition.objects.count(), Book.objects.count(), Offer.objects.count()) == (1, 1, 8)
    assert (Contributor.objects.count(), Publisher.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_books_added_at_once_share_their_author(client):
    answers = at_once(lambda number: send(client, "post", BOOKS, {**DUNE, "title": f"Dune {number}"}), range(6))

    assert [answer.status_code for answer in answers] == [201] * 6
    assert Contributor.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_what_is_archived_while_others_offer_it_is_never_on_offer(client, other):
    """Either the offer comes first, and the record is no longer theirs, or it brings back what was archived."""
    for _ in range(4):
        Offer.objects.all().delete()
        Book.objects.all().delete()
        send(client, "post", EDITIONS, PAPERBACK)

        gone, offered = at_once(
            lambda act: act(),
            [lambda: send(client, "delete", f"{EDITIONS}{OTHER_ISBN}/"),
             lambda: send(other, "post", OFFERS, {**COPIES, "isbn": OTHER_ISBN})],
        )  # fmt: skip

        assert (gone.status_code, offered.status_code) in {(403, 201), (204, 201)}
        assert not Edition.objects.exclude(archived_at=None).exists()
        assert Offer.objects.get().archived_at is None


@pytest.mark.django_db(transaction=True)
def test_a_book_comes_back_while_its_seller_changes_an_offer_of_it(client, seller):
    """Both lock offers before the book, so that neither waits for what the other has."""
    offer = make_offer(make_edition(isbn=ISBN), seller=seller)
    book = offer.edition.book
    send(client, "delete", f"{BOOKS}{book.pk}/")
    inside = Event()

    def change():
        with transaction.atomic():
            list(Offer.objects.lock())
            inside.set()
            sleep(0.5)
            change_offer(offer, by=make_user("lou@example.com"), quantity=9)

    def bring_back():
        inside.wait()
        selling.bring_back_book(book)

    at_once(lambda act: act(), [change, bring_back])

    assert [one["quantity"] for one in Client().get(f"{EDITIONS}{ISBN}/").json()["offers"]] == [9]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["archived", "merged"])
def test_no_edition_is_added_to_a_book_that_goes_meanwhile(client, act):
    book, other = make_book("Dune"), make_book("Dune")
    admin = User.objects.create_superuser("admin@shop.example", "secret-words")
    inside = Event()

    def go():
        with transaction.atomic():
            selling.archive_book(book, by=admin) if act == "archived" else merge_books(other, [book], admin)
            inside.set()
            sleep(0.5)

    def add():
        inside.wait()
        return send(client, "post", EDITIONS, {**PAPERBACK, "book": str(book.pk)})

    _, answer = at_once(lambda work: work(), [go, add])

    assert faults(answer) == {"book"}
    assert not Edition.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_is_given_up_in_a_deadlock_begins_again(client):
    """An import writes books before their editions; it is the one here that the database lets go first."""
    url = send(client, "post", EDITIONS, PAPERBACK)["Location"]
    edition, inside = Edition.objects.get(), Event()

    def write():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '20s'")
            Book.objects.update(popularity=5)
            inside.set()
            sleep(0.6)
            Edition.objects.filter(pk=edition.pk).update(pages=600)

    def change():
        inside.wait()
        return send(client, "patch", url, {"imprint": "Ace"})

    _, answer = at_once(lambda work: work(), [write, change])

    assert answer.status_code == 200, answer.content
    edition.refresh_from_db()
    assert (edition.pages, edition.imprint) == (600, "Ace")
