import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import User
from bookstore.testing import count_queries
from catalog.models import Book, Contributor, Edition, Listing, Publisher, Subject, SubjectLink
from catalog.services import thumbnail_name
from catalog.tests.factories import make_author, make_book, make_edition, make_offer, make_publisher

pytestmark = pytest.mark.django_db
NOTHING_BELOW = {
    f"{name}-{count}": 0
    for name in (
        "contributions",
        "editions",
        "series_entries",
        "subject_links",
        "offers",
        "source_records",
        "identifiers",
    )
    for count in ("TOTAL_FORMS", "INITIAL_FORMS")
}


def page(row, name="change"):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=[row.pk])


def listing_of(book):
    return Listing.objects.get(book=book.pk)


def edition_form(book, **fields):
    return {"book": book.pk, "format": "paperback", **NOTHING_BELOW, **fields}


def errors(response):
    return str(response.context["adminform"].form.errors)


@pytest.fixture
def client(client):
    """A browser signed in by a shop admin."""
    client.force_login(User.objects.create_superuser("admin@shop.example"))
    return client


@pytest.fixture
def covers(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture(size=(900, 1400), form="JPEG"):
    content = io.BytesIO()
    Image.new("RGB", size, "teal").save(content, form, exif=b"Exif\x00\x00secret place")
    return content.getvalue()


# ---- editions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["9780060512750", "978-0-06-051275-0", "ISBN 0-06-051275-x", "006051275X", " 978 0 06 051275 0 "]
)
def test_an_isbn_is_typed_in_any_spelling(client, typed):
    book = make_book()

    response = client.post("/console/catalog/edition/add/", edition_form(book, isbn=typed))

    assert response.status_code == 302
    assert Edition.objects.get().isbn == "9780060512750"


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("978-0-06-051275-8", "wrong check digit"),
        ("12345", "it needs 10 or 13 digits"),
        ("979-0-2306-7118-7", "ISMN"),
        ("x" * 5000, "is not an ISBN"),
    ],
)
def test_what_is_no_isbn_is_refused(client, typed, complaint):
    response = client.post("/console/catalog/edition/add/", edition_form(make_book(), isbn=typed))

    assert complaint in errors(response)
    assert not Edition.objects.exists()


def test_an_isbn_belongs_to_one_edition(client):
    edition = make_edition(isbn="9780060512750")

    response = client.post("/console/catalog/edition/add/", edition_form(edition.book, isbn="0-06-051275-x"))

    assert "already exists" in errors(response)


def test_editions_without_isbn_may_be_many(client):
    book = make_book()

    for _ in range(2):
        client.post("/console/catalog/edition/add/", edition_form(book, isbn=""))

    assert list(Edition.objects.values_list("isbn", flat=True)) == [None, None]


@pytest.mark.parametrize("typed", ["1997", "1997-06", "1997-06-26", "-0750"])
def test_a_date_is_typed_with_the_precision_that_is_known(client, typed):
    edition = make_edition()

    client.post(page(edition), edition_form(edition.book, published=typed))

    edition.refresh_from_db()
    assert str(edition.published) == typed
    assert f'value="{typed}"' in client.get(page(edition)).content.decode()


@pytest.mark.parametrize("typed", ["26.6.1997", "1997-13", "97", "1997-02-30"])
def test_what_is_no_date_is_refused(client, typed):
    edition = make_edition()

    response = client.post(page(edition), edition_form(edition.book, published=typed))

    assert "Write a date like 1997" in errors(response)


def test_codes_and_languages(client):
    edition = make_edition(availability_code="77")

    client.post(page(edition), edition_form(edition.book, language="eng", availability_code="77"))

    edition.refresh_from_db()
    assert (edition.language, edition.availability_code) == ("en", "77")
    assert "language tag" in errors(client.post(page(edition), edition_form(edition.book, language="Klingon?")))
    assert "availability" in errors(client.post(page(edition), edition_form(edition.book, availability_code="78")))


def test_an_edition_moves_to_another_book(client):
    edition, other = make_edition(language="de"), make_book("Other")

    client.post(page(edition), edition_form(other, language="de"))

    assert (listing_of(edition.book).languages, listing_of(other).languages) == ([], ["de"])


@pytest.mark.usefixtures("covers")
def test_a_cover_is_uploaded_and_removed(client, django_capture_on_commit_callbacks):
    edition = make_edition()
    upload = SimpleUploadedFile("../../evil name.jpg", picture(), "image/jpeg")

    client.post(page(edition), edition_form(edition.book, new_cover=upload))
    name = listing_of(edition.book).cover
    with default_storage.open(name) as file, Image.open(file) as kept:
        assert (kept.format, kept.size, "exif" in kept.info) == ("WEBP", (771, 1200), False)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page(edition), edition_form(edition.book, without_cover="on"))

    assert name.startswith(f"covers/{edition.pk}-")
    assert listing_of(edition.book).cover == ""
    assert not default_storage.exists(name)
    assert not default_storage.exists(thumbnail_name(name))


@pytest.mark.usefixtures("covers")
@pytest.mark.parametrize(
    "content", [b"<svg/>", b"", picture()[:300], picture((9000, 9000))], ids=["svg", "empty", "cut", "huge"]
)
def test_what_is_no_cover_is_refused(client, content):
    edition = make_edition()

    response = client.post(page(edition), edition_form(edition.book, new_cover=SimpleUploadedFile("a.jpg", content)))

    assert "new_cover" in errors(response)
    assert listing_of(edition.book).cover == ""


# ---- what shows in listings ----------------------------------------------------------------------------------


def test_a_renamed_contributor_is_renamed_in_all_listings(client):
    author = make_author()
    books = [make_book(f"Book {number}", author=author) for number in range(3)]
    typed = {**NOTHING_BELOW, "name": "U. K. Le Guin", "sort_name": "Le Guin, U. K.", "aliases": "Ursula\n\n Kroeber "}

    client.post(page(author), typed)

    author.refresh_from_db()
    assert author.aliases == ["Ursula", "Kroeber"]
    assert {listing_of(book).authors[0]["name"] for book in books} == {"U. K. Le Guin"}


def test_a_subject_under_another_is_found_there(client):
    top, child = (Subject.objects.create(scheme="thema", code=code, label=code) for code in ("F", "FL"))
    book = make_book()
    SubjectLink.objects.create(book=book, subject=child)

    client.post(page(child), {"scheme": "thema", "code": "FL", "label": "Science fiction", "parent": top.pk})

    assert set(listing_of(book).subjects) == {top.pk, child.pk}


def test_a_book_with_its_contributor_and_edition_is_made_at_once(client):
    author = make_author()
    typed = {
        **NOTHING_BELOW, "title": "The Dispossessed", "popularity": 0, "first_published": "1974",
        "contributions-TOTAL_FORMS": 1, "contributions-0-contributor": author.pk, "contributions-0-role": "A01",
        "contributions-0-position": 1, "editions-TOTAL_FORMS": 1, "editions-0-format": "hardback",
        "editions-0-isbn": "0060125632", "editions-0-published": "1974-05",
    }  # fmt: skip

    response = client.post("/console/catalog/book/add/", typed)

    assert response.status_code == 302
    listing = listing_of(Book.objects.get())
    assert (listing.authors[0]["name"], listing.formats, listing.published) == (author.name, ["hardback"], 19740000)


# ---- finding -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("term", ["etranger", "L'Étranger", "CAMUS étr", "2070360024", "978-2-07-036002-4", "97820703"])
def test_books_are_found(client, term):
    make_edition(make_book("L'Étranger", author="Albert Camus"), isbn="9782070360024")
    make_edition(make_book("Emma", author="Jane Austen"), isbn="9780141439587")

    rows = client.get("/console/catalog/book/", {"q": term}).context["cl"].result_list

    assert [book.title for book in rows] == ["L'Étranger"]


@pytest.mark.parametrize("term", ["muller", "Jürgen MÜL", "müller jurgen"])
def test_people_are_found_whatever_their_accents(client, term):
    make_author("Jürgen Müller")
    make_author("Jürgen Meier")

    found = client.get(
        "/console/autocomplete/",
        {"app_label": "catalog", "model_name": "contribution", "field_name": "contributor", "term": term},
    )

    assert [choice["text"] for choice in found.json()["results"]] == ["Jürgen Müller"]


def test_what_readers_know_best_is_found_first(client):
    for title, popularity in (("Dune", 900), ("Dune Messiah", 90), ("The Dune Encyclopedia", 9)):
        make_edition(make_book(title, popularity=popularity))

    for model in ("book", "edition"):
        rows = client.get(f"/console/catalog/{model}/", {"q": "dune"}).context["cl"].result_list
        assert [getattr(row, "book", row).popularity for row in rows] == [900, 90, 9]


def test_a_row_is_found_by_its_key(client):
    book = make_book()
    make_book("Other")

    rows = client.get("/console/catalog/book/", {"q": str(book.pk)}).context["cl"].result_list

    assert list(rows) == [book]


def test_choosing_an_edition_costs_the_same_for_many(client):
    query = {"app_label": "catalog", "model_name": "offer", "field_name": "edition", "term": "book"}
    make_edition(make_book("Book"))
    one = count_queries(lambda: client.get("/console/autocomplete/", query))
    for number in range(4):
        make_edition(make_book(f"Book {number}"))

    assert count_queries(lambda: client.get("/console/autocomplete/", query)) == one


# ---- deleting ------------------------------------------------------------------------------------------------


def test_what_is_offered_is_not_deleted(client):
    offer = make_offer(make_edition(publisher=make_publisher()))
    edition = offer.edition

    for row in (edition, edition.book, edition.publisher, Contributor.objects.get()):
        asked = client.get(page(row, "delete"))
        client.post(page(row, "delete"), {"post": "yes"})

        assert asked.context["protected"]
        assert type(row).objects.filter(pk=row.pk).exists()


def test_what_stands_in_the_way_of_a_deletion_is_shown_in_part(client):
    publisher = make_publisher()
    for number in range(30):
        make_edition(make_book(f"Book {number}"), publisher=publisher)

    queries = count_queries(lambda: client.get(page(publisher, "delete")))

    assert len(client.get(page(publisher, "delete")).context["protected"]) == 20
    assert queries < 10


def test_a_deleted_edition_leaves_its_listing(client):
    edition = make_edition(language="de")

    client.post(page(edition, "delete"), {"post": "yes"})

    assert listing_of(edition.book).languages == []


def test_a_book_that_nobody_sells_is_deleted_with_its_editions(client):
    edition = make_edition()

    client.post(
        "/console/catalog/book/", {"action": "delete_selected", "_selected_action": [edition.book_id], "post": "yes"}
    )

    assert not Book.objects.exists()
    assert not Listing.objects.exists()


def test_nobody_deletes_what_another_uses_meanwhile(client, monkeypatch):
    publisher = make_publisher()
    monkeypatch.setattr("bookstore.admin.ConsoleAdmin.get_deleted_objects", lambda *_: ([], {}, set(), []))
    make_edition(publisher=publisher)

    response = client.post(page(publisher, "delete"), {"post": "yes"}, follow=True)

    assert "cannot be removed" in response.content.decode()
    assert Publisher.objects.exists()


def test_a_heading_cannot_stand_below_itself(client):
    top = Subject.objects.create(scheme="thema", code="F", label="Fiction")
    below = Subject.objects.create(scheme="thema", code="FM", label="Fantasy", parent=top)
    form = {"scheme": "thema", "code": "F", "label": "Fiction", "parent": below.pk}

    response = client.post(page(top), form)

    assert "parent" in errors(response)
    top.refresh_from_db()
    assert top.parent is None
