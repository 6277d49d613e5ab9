"""Sitemaps, new titles and the product feed, as machines read them."""

import gc
import json
from datetime import timedelta
from threading import BoundedSemaphore
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
import redis
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from bookstore import shared_redis
from bookstore.money import Money
from bookstore.templatetags.money import money
from bookstore.testing import count_queries, shared_data
from catalog.feeds import merchant, sitemap
from catalog.models import Book, Edition, Offer, SitemapPart, Subject, SubjectLink
from catalog.partial_dates import PartialDate
from catalog.selling.archive import archive_book
from catalog.services import refresh_listings, set_cover
from catalog.tests.factories import make_book, make_edition, make_offer, make_publisher, make_seller
from catalog.views import ProductFeed
from catalog.views.feeds import Guarded

pytestmark = pytest.mark.django_db
MAP = f"{{{sitemap.NAMESPACE}}}"
ATOM = "{http://www.w3.org/2005/Atom}"
G = f"{{{merchant.NAMESPACE}}}"
CONTROLS = "".join(map(chr, range(1, 32))) + "\x7f\x85\ufffe\uffff\U0001f600"


@pytest.fixture(autouse=True)
def shop(settings, tmp_path):
    settings.SHOP_URL = "https://shop.example"
    settings.MEDIA_ROOT = tmp_path


def xml(response):
    assert response.status_code == 200
    return ET.fromstring(response.getvalue())


# ---- robots and sitemaps -------------------------------------------------------------------------------------


def test_robots_are_told_where_the_sitemap_is(client):
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert "Sitemap: https://shop.example/sitemap.xml" in lines
    assert "Disallow: /console/" in lines


def locations(client, path):
    return [each.findtext(f"{MAP}loc") for each in xml(client.get(path))]


def test_every_book_is_in_one_part_of_the_sitemap(client, monkeypatch):
    monkeypatch.setattr(sitemap, "BOOKS_IN_A_PART", 3)
    books = [make_book(f"Book {number}") for number in range(8)]
    call_command("plan_sitemap")
    books.append(make_book("Added since"))
    books.append(make_book("From elsewhere", id=UUID(int=7)))

    parts = locations(client, "/sitemap.xml")
    found = [locations(client, part.removeprefix("https://shop.example")) for part in parts]

    everything = [each for part in found for each in part]
    assert parts == [f"https://shop.example/sitemap-books-{number}.xml" for number in (1, 2, 3)]
    assert [len(part) for part in found] == [4, 3, 3]
    assert sorted(everything) == sorted(
        f"https://shop.example/books/{book.pk}/{book.title.lower().replace(' ', '-')}/" for book in books
    )
    for each in everything:
        assert client.get(each.removeprefix("https://shop.example")).status_code == 200


def test_before_it_is_planned_the_sitemap_has_one_part(client):
    book = make_book("Emma")

    assert locations(client, "/sitemap.xml") == ["https://shop.example/sitemap-books-1.xml"]
    assert locations(client, "/sitemap-books-1.xml") == [f"https://shop.example/books/{book.pk}/emma/"]


def test_an_empty_shop_has_an_empty_sitemap(client):
    call_command("plan_sitemap")

    assert locations(client, "/sitemap-books-1.xml") == []


def test_archived_books_are_in_no_sitemap(client, monkeypatch):
    seller = User.objects.create_superuser("admin@shop.example")
    monkeypatch.setattr(sitemap, "BOOKS_IN_A_PART", 2)
    books = [make_book(f"Book {number}") for number in range(4)]
    for book in books[1:]:
        archive_book(book, by=seller)
    call_command("plan_sitemap")

    assert locations(client, "/sitemap.xml") == ["https://shop.example/sitemap-books-1.xml"]
    assert [str(books[0].pk) in each for each in locations(client, "/sitemap-books-1.xml")] == [True]


def test_a_plan_with_fewer_parts_forgets_the_others(client, monkeypatch):
    monkeypatch.setattr(sitemap, "BOOKS_IN_A_PART", 1)
    for number in range(3):
        make_book(f"Book {number}", author=None)
    sitemap.plan_sitemap()
    Book.objects.order_by("-pk").first().delete()

    assert sitemap.plan_sitemap() == 2
    assert SitemapPart.objects.count() == 2


def test_a_change_of_a_price_is_a_change_of_the_page(client):
    offer = make_offer()
    later = timezone.now() + timedelta(days=2)
    Offer.objects.filter(pk=offer.pk).update(updated_at=later)
    sitemap.plan_sitemap()

    for path in ("/sitemap.xml", "/sitemap-books-1.xml"):
        [entry] = xml(client.get(path))
        assert entry.findtext(f"{MAP}lastmod") == later.isoformat(timespec="seconds")


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999", "-1", "x"])
def test_a_part_that_is_not_there(client, number):
    make_book()

    assert client.get(f"/sitemap-books-{number}.xml").status_code == 404


def test_a_part_costs_as_many_queries_as_there_are_parts_none(client, monkeypatch):
    monkeypatch.setattr(sitemap, "BOOKS_IN_A_PART", 2)
    for number in range(9):
        make_book(f"Book {number}", author=None)
    sitemap.plan_sitemap()

    assert [count_queries(lambda: client.get(f"/sitemap-books-{number}.xml")) for number in (1, 5)] == [2, 2]  # noqa: B023


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap-books-1.xml", "/feeds/new.xml"])
def test_what_has_not_changed_is_not_sent_again(client, path):
    make_book()
    first = client.get(path, headers={"Accept-Encoding": "gzip"})

    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


# ---- new titles ----------------------------------------------------------------------------------------------


def titles(client, query=""):
    return [entry.findtext(f"{ATOM}title") for entry in xml(client.get(f"/feeds/new.xml{query}")).iter(f"{ATOM}entry")]


@pytest.fixture
def books():
    tomorrow = timezone.localdate() + timedelta(days=1)
    for title, published, language in [("Old", "1990", "en"), ("New", "2020-05-04", "en"), ("Neu", "2021", "de"),
                                       ("Coming", tomorrow.isoformat(), "en")]:  # fmt: skip
        make_edition(make_book(title), language=language, published=PartialDate.parse(published))
    new = Book.objects.get(title="New")
    SubjectLink.objects.create(
        book=new, subject=Subject.objects.create(scheme="thema", code="FL", label="Science fiction")
    )
    refresh_listings([new.pk])


def test_new_titles_come_newest_first_up_to_today(client, books):
    make_offer(make_edition(make_book("Late"), published=PartialDate(2021), availability_code="10"))
    make_offer(Edition.objects.get(book__title="New"), on_hand=0)

    assert titles(client) == ["Neu", "New", "Old"]


@pytest.mark.parametrize(
    ("query", "found"), [("?language=de", ["Neu"]), ("?subject=thema:FL", ["New"]), ("?language=de&subject=FL", [])]
)
def test_new_titles_of_a_language_or_subject(client, books, query, found):
    assert titles(client, query) == found


def test_an_entry_has_a_link_an_id_and_its_day(client, books):
    feed = xml(client.get("/feeds/new.xml?language=en"))
    entry = next(feed.iter(f"{ATOM}entry"))
    book = Book.objects.get(title="New")

    assert entry.find(f"{ATOM}link").attrib["href"] == f"https://shop.example/books/{book.pk}/new/"
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{book.pk}"
    assert entry.findtext(f"{ATOM}published") == "2020-05-04T00:00:00+00:00"
    links = {link.get("rel"): link.attrib["href"] for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == "https://shop.example/feeds/new.xml?language=en"


def test_what_is_no_language(client):
    response = client.get("/feeds/new.xml?language=nonsense!!")

    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "language")


def test_a_title_of_control_characters_is_no_broken_feed(client):
    book = make_book(f"A{CONTROLS}<b>&]]>", author=f"B{CONTROLS}", description=f"C{CONTROLS}<i>x</i> & <script>")
    make_edition(book, published=PartialDate(2020))

    [title] = titles(client)
    assert title.endswith("\x7f\x85\U0001f600<b>&]]>")


# ---- the product feed ----------------------------------------------------------------------------------------


def products(client, currency="EUR"):
    found = xml(client.get(f"/feeds/google/{currency}.xml")).iter("item")
    return [{part.tag.removeprefix(G): part.text for part in item} for item in found]


def test_a_product_has_what_google_asks_for(client):
    book = make_book("Emma", author="Jane Austen", description="A matchmaker.")
    edition = make_edition(book, "9780805209990", publisher=make_publisher("Penguin"))
    set_cover(edition, picture())
    make_offer(edition, price_minor=799)
    edition.refresh_from_db()

    assert products(client) == [
        {
            "id": f"{edition.pk}-new",
            "title": "Emma – Jane Austen",
            "description": "A matchmaker.",
            "link": f"https://shop.example/books/{book.pk}/emma/#edition-{edition.pk}",
            "image_link": f"https://shop.example/media/{edition.cover.name}",
            "availability": "in_stock",
            "price": "7.99 EUR",
            "condition": "new",
            "gtin": "9780805209990",
            "brand": "Penguin",
            "item_group_id": str(book.pk),
            "google_product_category": "784",
        }
    ]


def picture():
    from PIL import Image

    return Image.new("RGB", (400, 600), "teal")


def test_the_best_new_and_the_best_used_copy_of_an_edition(client):
    edition = make_edition()
    make_offer(edition, price_minor=900, on_hand=0)
    make_offer(edition, price_minor=1000, seller=make_seller("Dear"))
    make_offer(edition, price_minor=500, condition="good")
    make_offer(edition, price_minor=300, condition="poor")
    make_offer(edition, price_minor=100, condition="poor", archived_at=timezone.now())
    make_offer(edition, price_minor=200, condition="poor", currency="USD")

    found = [(product["condition"], product["price"], product["availability"]) for product in products(client)]

    assert found == [("new", "10.00 EUR", "in_stock"), ("used", "3.00 EUR", "in_stock")]
    assert [product["price"] for product in products(client, "USD")] == ["2.00 USD"]


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_a_price_is_the_one_of_the_page(client, currency):
    offer = make_offer(price_minor=123456, currency=currency)
    book = offer.edition.book

    [product] = products(client, currency)

    page = client.get(f"/books/{book.pk}/the-dispossessed/").content.decode()
    amount, code = product["price"].split()
    assert money(Money.of(amount, code)) in page
    assert f'"price":"{amount}","priceCurrency":"{code}"' in page.replace(" ", "")
    assert product["link"].partition("#")[0] in page


@pytest.mark.parametrize(
    ("code", "published", "state", "has_day"),
    [("20", None, "backorder", True), ("31", None, "out_of_stock", False), ("10", "2999-01-31", "preorder", True),
     ("10", "2999", "out_of_stock", False), ("10", "1999-01-31", "out_of_stock", False), ("46", None, None, False),
     ("10", "-0044-03-15", "out_of_stock", False)],
)  # fmt: skip
def test_when_a_copy_can_be_had(client, code, published, state, has_day):
    edition = make_edition(availability_code=code, published=published and PartialDate.parse(published))
    make_offer(edition, on_hand=0)

    found = products(client)

    assert [product["availability"] for product in found] == ([state] if state else [])
    assert all(("availability_date" in product) == has_day for product in found)


def test_what_is_out_but_not_yet_on_sale_can_be_ordered_for_its_first_day(client):
    day = timezone.localdate() + timedelta(days=9)
    make_offer(make_edition(published=PartialDate.parse("1999-01-31"), on_sale_from=day))

    [product] = products(client)
    assert (product["availability"], product["availability_date"]) == ("preorder", f"{day}T00:00Z")


def test_pieces_join_without_gap_or_double(client, monkeypatch):
    monkeypatch.setattr(merchant, "AT_ONCE", 2)
    editions = [make_edition(make_book(f"Book {number}", author=None)) for number in range(7)]
    for edition in editions[:2] + editions[5:]:
        make_offer(edition)

    assert [product["id"] for product in products(client)] == [
        f"{edition.pk}-new" for edition in editions[:2] + editions[5:]
    ]


@pytest.mark.parametrize("currency", ["XXX", "eur", "E", "EURO", "%E2%82%AC"])
def test_what_is_no_currency(client, currency):
    assert client.get(f"/feeds/google/{currency}.xml").status_code == 404


def test_a_currency_that_nothing_is_priced_in_is_an_empty_feed(client):
    make_offer()

    assert products(client, "CHF") == []


def test_every_title_makes_valid_xml(client):
    strings = json.loads((shared_data("bad-input") / "blns/blns.json").read_text())
    for number, text in enumerate([*strings, CONTROLS, "]]>", "<![CDATA[", "&#0;"]):
        text = text.replace("\0", "") or "empty"
        make_offer(make_edition(make_book(text, author=None, description=text)))
        assert number < 2000

    assert len(products(client)) == Edition.objects.count()
    assert len(locations(client, "/sitemap-books-1.xml")) == Edition.objects.count()


def test_long_texts_are_cut_to_what_google_takes(client):
    make_offer(make_edition(make_book("T" * 2000, description="d " * 10_000), publisher=make_publisher("P" * 500)))

    [product] = products(client)

    assert (len(product["title"]), len(product["brand"])) == (150, 70)
    assert len(product["description"]) <= 5000


def test_one_feed_at_a_time_in_each_process(client):
    make_offer()
    reading = client.get("/feeds/google/EUR.xml")
    assert next(iter(reading.streaming_content)).startswith(b"<?xml")

    refused = client.get("/feeds/google/EUR.xml")
    del reading  # nobody reads on
    gc.collect()

    assert (refused.status_code, refused["Retry-After"]) == (503, "60")
    assert [len(products(client)) for _ in range(2)] == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_who_looks_first_still_gets_the_whole_feed(client):
    make_offer()

    assert client.head("/feeds/google/EUR.xml").status_code == 200
    assert len(products(client)) == 1


def test_a_server_that_closes_an_answer_frees_its_place():
    slot = BoundedSemaphore(1)
    slot.acquire()
    guarded = Guarded((piece for piece in "abcd"), slot)

    assert next(iter(guarded)) == "a"
    for _ in range(2):
        guarded.close()

    assert slot.acquire(blocking=False)
    assert not slot.acquire(blocking=False)


def test_a_feed_that_breaks_off_lets_the_next_one_go(client, monkeypatch):
    monkeypatch.setattr(merchant, "AT_ONCE", 1)
    for number in range(4):
        make_offer(make_edition(make_book(f"Book {number}", author=None)))
    whole = merchant.piece
    last = Edition.objects.order_by("-pk")[1].pk

    def broken(currency, after):
        if after >= last:
            raise OperationalError("the database is gone")
        return whole(currency, after)

    monkeypatch.setattr(merchant, "piece", broken)
    begun = client.get("/feeds/google/EUR.xml")
    with pytest.raises(OperationalError):
        begun.getvalue()
    last = UUID(int=0)  # gone from the beginning, which can still be said
    assert client.get("/feeds/google/EUR.xml").status_code == 503

    assert ProductFeed.free.acquire(blocking=False)
    ProductFeed.free.release()


@pytest.mark.parametrize("path", ["/feeds/google/EUR.xml", "/feeds/new.xml", "/sitemap.xml"])
def test_without_redis_the_feeds_are_there(client, settings, monkeypatch, path):
    make_offer()
    monkeypatch.setattr(shared_redis, "client", redis.Redis(port=1))

    assert client.get(path).getvalue().startswith(b"<?xml")


def test_the_feed_asks_by_pieces_and_not_by_books(client, monkeypatch):
    monkeypatch.setattr(merchant, "AT_ONCE", 5)
    for number in range(10):
        make_offer(make_edition(make_book(f"Book {number}", author=None)))

    assert count_queries(lambda: client.get("/feeds/google/EUR.xml").getvalue()) == 2 * 2 + 1


def test_readers_who_ask_too_often_are_told_to_wait(settings):
    settings.RATE_LIMIT_TRUSTED, settings.RATE_LIMITS = [], {**settings.RATE_LIMITS, "feeds": (2, 60)}
    client = Client(REMOTE_ADDR="203.0.113.77")

    assert [client.get("/feeds/new.xml").status_code for _ in range(3)] == [200, 200, 429]
