"""What to look at beside a book."""

import pytest
from django.urls import reverse

from accounts.models import User
from bookstore import versions
from bookstore.testing import NO_SUCH_ID, count_queries
from catalog.models import BoughtTogether, Contribution, Series, SeriesEntry, Subject, SubjectLink
from catalog.serializers import BookInListSerializer, RelatedBooksSerializer
from catalog.services import refresh_listings
from catalog.tests.factories import make_author, make_book, make_edition, make_offer

pytestmark = pytest.mark.django_db


def related(client, book):
    response = client.get(f"/api/v1/books/{book.pk}/related/")
    assert response.status_code == 200, response.content
    return {name: [other["title"] for other in books] for name, books in response.json().items()}


def in_stock(book):
    make_offer(make_edition(book))
    return book


def put_in(series, book, position):
    SeriesEntry.objects.create(book=book, series=series, position=position)
    refresh_listings([book.pk])
    return book


def about(book, *subjects):
    for subject in subjects:
        SubjectLink.objects.create(book=book, subject=subject)
    refresh_listings([book.pk])
    return book


def subject(code, **fields):
    return Subject.objects.create(scheme="thema", code=code, label=code, **fields)


def bought_together(book, other, buyers):
    BoughtTogether.objects.create(book=book, other=other, buyers=buyers)
    BoughtTogether.objects.create(book=other, other=book, buyers=buyers)


@pytest.fixture
def saga():
    series = Series.objects.create(name="Saga")
    return [put_in(series, make_book(f"Saga {number}", author=f"Writer {number}"), number) for number in range(1, 6)]


def test_the_answer_is_what_the_schema_says(client, saga):
    body = client.get(f"/api/v1/books/{saga[0].pk}/related/").json()

    assert set(body) == set(RelatedBooksSerializer().fields)
    assert all(set(book) == set(BookInListSerializer().fields) for book in body["same_series"])


def test_a_book_alone_has_nothing_beside_it(client):
    assert related(client, make_book()) == {"also_bought": [], "same_series": [], "same_author": [], "similar": []}


@pytest.mark.parametrize("name", ["nonsense", NO_SUCH_ID, "&"])
def test_there_is_nothing_beside_a_book_that_is_not_there(client, name):
    response = client.get(f"/api/v1/books/{name}/related/")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_of_a_series_the_next_one_comes_first(client, saga):
    put_in(Series.objects.get(), make_book("Saga, the companion", author="Somebody"), None)

    assert related(client, saga[2])["same_series"] == ["Saga 4", "Saga 5", "Saga 1", "Saga 2", "Saga, the companion"]
    assert related(client, saga[4])["same_series"][0] == "Saga 1"


def test_a_book_without_a_place_shows_its_series_from_the_beginning(client, saga):
    companion = put_in(Series.objects.get(), make_book("Saga, the companion", author="Somebody"), None)

    assert related(client, companion)["same_series"] == [f"Saga {number}" for number in range(1, 6)]


def test_of_several_series_the_first_is_shown_first(client, saga):
    other = Series.objects.create(name="Classics")
    put_in(other, saga[0], 7)
    put_in(other, make_book("Classic 8", author="Somebody"), 8)

    assert related(client, saga[0])["same_series"][3:] == ["Saga 5", "Classic 8"]


def test_of_an_author_comes_first_what_can_be_had_and_then_what_is_popular(client):
    author = make_author()
    book = make_book("One", author=author)
    make_book("Famous", author=author, popularity=900)
    make_book("Unknown", author=author)
    in_stock(make_book("Here", author=author, popularity=5))
    in_stock(make_book("Here and known", author=author, popularity=50))
    translated = make_book("Translated", author="Somebody", popularity=5000)
    Contribution.objects.create(book=translated, contributor=author, role="B06")

    assert related(client, book)["same_author"] == ["Here and known", "Here", "Famous", "Unknown"]


def test_an_editor_stands_in_for_an_author(client):
    editor = make_author("Ellen Datlow")
    books = [make_book(title, author=None) for title in ("Tales", "More tales")]
    for book in books:
        Contribution.objects.create(book=book, contributor=editor, role="B01")
    refresh_listings([book.pk for book in books])

    assert related(client, books[0])["same_author"] == ["More tales"]


@pytest.mark.parametrize("name", ["Various", "Anonymous", "Anonyme"])
def test_nobody_by_name_is_no_author(client, name):
    nobody = make_author(name)
    book = make_book("Beowulf", author=nobody)
    make_book("Cookery", author=nobody)

    assert related(client, book)["same_author"] == []


def test_what_most_bought_too_comes_first_among_what_can_be_had(client):
    book = make_book("One")
    for title, buyers, here in (("Often", 9, False), ("Here", 3, True), ("Here more often", 5, True)):
        other = make_book(title)
        bought_together(book, in_stock(other) if here else other, buyers)

    assert related(client, book)["also_bought"] == ["Here more often", "Here", "Often"]


def test_similar_books_share_subjects_and_the_rare_ones_count_most(client):
    rare, common = subject("Whaling"), subject("Fiction")
    for number in range(20):
        about(make_book(f"A{number}", popularity=1000), common)
    book = about(make_book("One"), common, rare)
    about(make_book("Two whalers", popularity=1), rare)
    about(make_book("Both", popularity=1), common, rare)

    assert related(client, book)["similar"][:2] == ["Both", "Two whalers"]


def test_a_narrower_heading_is_similar_too(client):
    fiction = subject("F")
    crime = subject("FF", parent=fiction)
    book = about(make_book("One"), fiction)
    about(make_book("Plain"), fiction)
    about(make_book("Crime and more"), crime, fiction)
    about(make_book("History"), subject("N"))

    assert sorted(related(client, book)["similar"]) == ["Crime and more", "Plain"]


def test_similar_books_are_in_the_same_language_or_say_nothing_of_theirs(client):
    whaling = subject("Whaling")
    book = make_book("One")
    make_edition(about(book, whaling), language="en-GB")
    make_edition(about(make_book("English"), whaling), language="en")
    make_edition(about(make_book("Deutsch"), whaling), language="de")
    about(make_book("Not stated"), whaling)

    assert sorted(related(client, book)["similar"]) == ["English", "Not stated"]


def test_of_similar_books_come_first_those_that_can_be_had(client):
    whaling = subject("Whaling")
    book = about(make_book("One"), whaling)
    about(make_book("Famous", popularity=900), whaling)
    in_stock(about(make_book("Here"), whaling))

    assert related(client, book)["similar"] == ["Here", "Famous"]


def test_words_of_titles_and_descriptions_make_books_similar(client):
    book = make_book("Whaling in Nantucket", description="Harpoons, tryworks and spermaceti.")
    make_book("Nantucket cooking")
    make_book("At sea", description="On spermaceti and tryworks.")
    make_book("Something else", description="On nothing at all.")

    assert related(client, book)["similar"] == ["At sea", "Nantucket cooking"]


def test_books_of_the_same_author_are_not_listed_as_similar(client):
    author, whaling = make_author(), subject("Whaling")
    book = about(make_book("One", author=author), whaling)
    about(make_book("Two", author=author), whaling)

    lists = related(client, book)

    assert (lists["same_author"], lists["similar"]) == (["Two"], [])


def test_no_book_is_listed_twice_nor_beside_itself(client, saga):
    author, whaling = make_author(), subject("Whaling")
    for book in saga:
        Contribution.objects.create(book=book, contributor=author, position=2)
        about(book, whaling)
    for other in saga[1:]:
        bought_together(saga[0], other, 2)

    lists = related(client, saga[0])

    everything = [title for titles in lists.values() for title in titles]
    assert sorted(everything) == ["Saga 2", "Saga 3", "Saga 4", "Saga 5"]
    assert len(lists["same_series"]) == 4


def test_another_record_of_the_same_work_is_not_listed(client):
    author = make_author()
    book = make_book("Emma", author=author)
    make_book("Emma (Penguin Classics)", author=author, popularity=5)
    make_book("The Watsons", author=author)
    make_book("Watsons (World's Classics)", author=author)
    make_book("Emma", author="Somebody else")

    assert related(client, book)["same_author"] == ["The Watsons"]


def test_a_list_has_twelve_books_at_most(client):
    author, whaling = make_author(), subject("Whaling")
    book = about(make_book("One", author=author), whaling)
    for number in range(15):
        make_book(f"Title {number}", author=author)
        bought_together(book, make_book(f"Bought {number}"), 2)
        about(make_book(f"Whales {number}"), whaling)
        put_in(Series.objects.get_or_create(name="Saga")[0], make_book(f"Saga {number}"), number)
    put_in(Series.objects.get(), book, None)

    assert {len(titles) for titles in related(client, book).values()} == {12}


def test_it_costs_as_many_queries_for_many_books_as_for_one(client, saga):
    def fresh(book):
        versions.bump("catalog")
        return count_queries(lambda: related(client, book))

    lonely = make_book("Alone")
    for other in saga[1:]:
        about(other, subject(f"S{other.title}"))
        bought_together(saga[0], other, 2)

    assert fresh(lonely) == fresh(saga[0]) <= 8


def test_an_unchanged_answer_is_not_sent_again(client, saga):
    url = f"/api/v1/books/{saga[0].pk}/related/"
    etag = client.get(url)["ETag"]

    assert client.get(url, headers={"if-none-match": etag}).status_code == 304
    put_in(Series.objects.get(), make_book("Saga 6"), 6)
    refresh_listings([saga[0].pk])
    versions.bump("catalog")
    assert client.get(url, headers={"if-none-match": etag}).status_code == 200


def test_the_console_shows_what_is_beside_a_book(client, saga):
    client.force_login(User.objects.create_superuser("admin@shop.example"))
    put_in(Series.objects.get(), make_book("<b>Saga 7</b>", author="Somebody"), 7)

    shown = client.get(reverse("admin:catalog_book_change", args=[saga[0].pk])).content.decode()
    alone = client.get(reverse("admin:catalog_book_change", args=[make_book("Alone", author=None).pk]))
    new = client.get(reverse("admin:catalog_book_add"))

    assert reverse("admin:catalog_book_change", args=[saga[1].pk]) in shown
    assert "Same series" in shown
    assert "&lt;b&gt;Saga 7&lt;/b&gt;</a>" in shown
    assert (alone.status_code, new.status_code) == (200, 200)
    assert "Beside this book" not in new.content.decode()
