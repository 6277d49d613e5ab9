"""A book's page for people and for the machines that show links."""

import json
import re
from html.parser import HTMLParser

import pytest
from django.core.files.storage import default_storage

from bookstore.testing import NO_SUCH_ID, count_queries, shared_data
from catalog.feeds.addresses import slug_of
from catalog.models import Book, Contribution, Contributor, Series, SeriesEntry
from catalog.services import merge_books, refresh_listings, set_cover
from catalog.tests.factories import make_book, make_edition, make_offer, make_publisher, make_seller

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(settings, tmp_path):
    settings.SHOP_URL = "https://shop.example"
    settings.MEDIA_ROOT = tmp_path


class Page(HTMLParser):
    """What is on a page: its elements, and the text of its scripts."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.scripts, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        (self.scripts if self.elements and self.elements[-1][0] == "script" and data.strip() else self.texts).append(
            data
        )

    def all(self, tag, **attributes):
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [found for name, found in self.elements if name == tag and wanted.items() <= found.items()]

    def content(self, name):
        found = self.all("meta", property=name) + self.all("meta", name=name)
        return [each["content"] for each in found]

    @property
    def data(self):
        return json.loads(self.scripts[0])


@pytest.fixture
def book():
    book = make_book(
        "The Trial", author="Franz Kafka", rating_counts=[0, 0, 0, 1, 3], description="Someone slandered.\n\nJosef K."
    )
    translator = Contributor.objects.create(name="Breon Mitchell", sort_name="Mitchell, Breon")
    Contribution.objects.create(book=book, contributor=translator, role="B06", position=2)
    SeriesEntry.objects.create(book=book, series=Series.objects.create(name="Classics"), label="3", position=3)
    edition = make_edition(
        book, "9780805209990", language="en", pages=276, published="1998-05", publisher=make_publisher()
    )
    set_cover(edition, picture_of(700, 1000))
    make_offer(edition, price_minor=1400, on_hand=2)
    make_offer(edition, price_minor=600, condition="fair", notes="Spine cracked.", seller=make_seller("Dealer"))
    refresh_listings([book.pk])
    return book


def picture_of(width, height):
    from PIL import Image

    return Image.new("RGB", (width, height), "teal")


def read(client, book):
    response = client.get(f"/books/{book.pk}/{slug_of(book.title)}/")
    assert response.status_code == 200
    return Page(response.content.decode())


def test_the_page_says_what_a_reader_wants_to_know(client, book):
    text = " ".join(" ".join(read(client, book).texts).split())

    for words in (
        *("The Trial", "Franz Kafka (Author)", "Breon Mitchell (Translator)", "Classics , 3", "Someone slandered."),
        *("Josef K.", "Rated 4.75 of 5 by 4 readers", "from €6.00", "€14.00", "Fair", "Spine cracked.", "Dealer"),
        *("In stock", "Paperback", "ISBN 978-0-8052-0999-0", "276 pages", "English"),
    ):
        assert words in text


def test_machines_read_the_same_in_the_words_of_schema_org(client, book):
    data = read(client, book).data

    assert (data["@type"], data["name"], data["author"][0]["name"]) == ("Book", "The Trial", "Franz Kafka")
    assert data["translator"] == [{"@type": "Person", "name": "Breon Mitchell"}]
    assert data["aggregateRating"]["ratingValue"] == 4.75
    assert (data["isPartOf"], data["position"]) == ([{"@type": "BookSeries", "name": "Classics"}], "3")
    [example] = data["workExample"]
    assert (example["isbn"], example["bookFormat"]) == ("9780805209990", "https://schema.org/Paperback")
    assert (example["datePublished"], example["numberOfPages"], example["inLanguage"]) == ("1998-05", 276, "en")
    assert [(offer["price"], offer["priceCurrency"], offer["itemCondition"]) for offer in example["offers"]] == [
        ("6.00", "EUR", "https://schema.org/UsedCondition"),
        ("14.00", "EUR", "https://schema.org/NewCondition"),
    ]
    assert {offer["availability"] for offer in example["offers"]} == {"https://schema.org/InStock"}


def test_shared_links_have_a_picture_and_words(client, book):
    page, address = read(client, book), f"https://shop.example/books/{book.pk}/the-trial/"

    assert page.all("link", rel="canonical") == [{"rel": "canonical", "href": address}]
    assert (page.content("og:title"), page.content("og:url")) == (["The Trial"], [address])
    assert page.content("og:image")[0].startswith("https://shop.example/media/covers/")
    assert (page.content("og:image:width"), page.content("og:image:height")) == (["700"], ["1000"])
    assert page.content("twitter:card") == ["summary"]
    assert page.content("og:description") == ["Someone slandered. Josef K."]


def test_the_cover_comes_in_several_widths_and_keeps_its_place(client, book):
    [image] = read(client, book).all("img")

    assert (image["width"], image["height"]) == ("700", "1000")
    assert [each.split()[1] for each in image["srcset"].split(", ")] == ["160w", "320w", "640w", "700w"]
    for place in [image["src"], *(each.split()[0] for each in image["srcset"].split(", "))]:
        assert default_storage.exists(place.removeprefix("/media/"))
    assert image["alt"] == "Cover of “The Trial”"


def test_nothing_comes_from_elsewhere_and_the_policy_says_so(client, book):
    response = client.get(f"/books/{book.pk}/the-trial/")
    page = Page(response.content.decode())

    loaded = [each["src"] for each in page.all("img")] + [each["href"] for each in page.all("link", rel="stylesheet")]
    assert all(place.startswith("/") and not place.startswith("//") for place in loaded)
    assert [each.get("type") for each in page.all("script")] == ["application/ld+json"]
    assert not re.search(r"\s(style|on\w+)=", response.content.decode())
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("slug", ["", "the-trail/", "THE-TRIAL/", "%3Cscript%3E/", "%2E%2E/", "é/"])
def test_any_other_slug_leads_to_the_right_one(client, book, slug):
    response = client.get(f"/books/{book.pk}/{slug}?utm_source=mail")

    assert (response.status_code, response["Location"]) == (301, f"/books/{book.pk}/the-trial/?utm_source=mail")
    assert response["Cache-Control"] == "no-cache"


def test_an_id_in_another_spelling_leads_to_the_right_one(client, book):
    response = client.get(f"/books/{str(book.pk).upper()}/the-trial/")

    assert (response.status_code, response["Location"]) == (301, f"/books/{book.pk}/the-trial/")


@pytest.mark.parametrize("book", ["nonsense", NO_SUCH_ID, "%00", "💩", "0" * 500])
def test_a_book_that_is_not_there(client, book):
    response = client.get(f"/books/{book}/x/")

    assert response.status_code in {400, 404}
    if response.status_code == 404:
        assert "no such book" in response.content.decode()
        assert Page(response.content.decode()).content("robots") == ["noindex"]


def test_the_page_of_a_merged_book_leads_to_the_one_that_was_kept(client, book):
    other = make_book("Dispossessed (SF Masterworks)")
    merge_books(book, [other], None)

    response = client.get(f"/books/{other.pk}/", {"from": "mail"})

    assert response.status_code == 301
    assert client.get(response["Location"]).status_code == 200
    assert response["Location"].endswith("?from=mail")


def test_reading_is_all_one_can_do(client, book):
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(f"/books/{book.pk}/the-trial/").status_code == 405
    assert client.head(f"/books/{book.pk}/the-trial/").status_code == 200


def test_what_has_not_changed_is_not_sent_again(client, book):
    path = f"/books/{book.pk}/the-trial/"
    first = client.get(path)

    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert first["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_the_page_costs_one_query_however_much_is_on_it(client, book):
    assert count_queries(lambda: client.get(f"/books/{book.pk}/the-trial/")) == 1
    for number in range(60):
        make_offer(make_edition(book), seller=make_seller(f"Seller {number}"))

    assert count_queries(lambda: client.get(f"/books/{book.pk}/the-trial/")) == 1
    assert "and 11 more editions" in client.get(f"/books/{book.pk}/the-trial/").content.decode()


def test_a_book_of_which_nothing_is_known(client):
    data = read(client, make_book("Nothing", author=None)).data

    assert set(data) == {"@context", "@type", "@id", "url", "name"}


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Über Straßen & Brücken", "uber-straen-brucken"),
        ("三体", "book"),
        ("…", "book"),
        ("a" * 500, "a" * 60),
        ("--a--", "a"),
    ],
)
def test_slugs(title, slug):
    assert slug_of(title) == slug


def test_tags_in_a_description_are_not_shown(client):
    book = make_book(description="<p>One &amp; <b>two</b>.</p><ul><li>three</li></ul><script>alert(1)</script>")
    page = read(client, book)

    texts = [text for text in page.texts if text.strip()]
    assert "One & two." in texts
    assert not page.all("b")
    assert len(page.all("script")) == 1


def naughty_strings():
    return [text for text in json.loads((shared_data("bad-input") / "blns/blns.json").read_text()) if text.strip()]


def test_no_string_breaks_out_of_the_page(client):
    """Each string in every place that a text of somebody's can stand in; the page's elements stay the same."""
    plain = elements_with(client, "plain")

    for text in [
        *naughty_strings(),
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "]]>",
        '"><img src=x onerror=x>',
    ]:
        clean = text.replace("\0", "")
        found = elements_with(client, clean)
        assert [tag for tag, _ in found.elements] == [tag for tag, _ in plain.elements], text
        assert [set(attributes) for _, attributes in found.elements] == [
            set(attributes) for _, attributes in plain.elements
        ], text
        assert found.data["name"] == clean
        assert found.content("og:title") == [clean.replace("\r\n", "\n").replace("\r", "\n")], text


def elements_with(client, text):
    Book.objects.filter(title_key__isnull=False).update(subtitle=text)
    if not Book.objects.exists():
        edition = make_edition(
            make_book("x", author="x"), title="other", edition_statement="x", publisher=make_publisher()
        )
        make_offer(edition, notes="x")
        SeriesEntry.objects.create(book=edition.book, series=Series.objects.create(name="x"), label="1")
    book = Book.objects.get()
    Book.objects.update(title=text, subtitle=text, description=f"one {text[:0]}word")
    book.editions.update(edition_statement=text[:500], imprint=text)
    Contributor.objects.update(name=text[:500])
    Series.objects.update(name=text[:500])
    book.editions.get().offers.update(notes=text)
    refresh_listings([book.pk])
    book.refresh_from_db()
    return read(client, book)
