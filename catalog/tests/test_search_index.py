"""The search index: what it finds, that it says the same as PostgreSQL, and that it keeps up whatever happens."""

import random
import shutil
import threading
from collections import Counter
from dataclasses import replace
from itertools import count, pairwise
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from bookstore.pagination import PageRequest, Total
from bookstore.testing import count_queries
from catalog.models import Book, Listing, Publisher, Series, SeriesEntry, Subject, SubjectLink
from catalog.search import BookQuery, indexed, search, statements
from catalog.search.conditions import conditions_of, subject_ids
from catalog.search.index import asking, counting, store
from catalog.search.index.fields import SAMPLES, TIERS, samples_of
from catalog.search.index.following import Follower
from catalog.search.query import FACETS
from catalog.services import refresh_listings
from catalog.tests.factories import make_author, make_book, make_edition, make_offer, make_seller
from catalog.tests.indexing import catch_up, index

__all__ = ["index"]
URL = "/api/v1/books/"
WORDS = ["the", "dark", "river", "song", "night", "winter", "house", "garden", "king", "stone", "road", "sea", "moon"]


def titles(client, q: str, **params: str) -> list[str]:
    return [book["title"] for book in answer(client, q, **params)["results"]]


def answer(client, q: str, **params: str):
    catch_up()
    response = client.get(URL, {"q": q, **params})
    assert response.status_code == 200, response.content
    return response.json()


@pytest.fixture
def shelf(db, index):
    make_book("Harry Potter and the Philosopher's Stone", author="J.K. Rowling", popularity=4_000_000)
    make_book("Kafka on the Shore", author="Haruki Murakami", popularity=200_000)
    make_book("Crime and Punishment", author="Fyodor Dostoyevsky", popularity=400_000)
    make_book("The Great Gatsby", author="F. Scott Fitzgerald", popularity=2_000_000)
    make_book("It", author="Stephen King", popularity=500_000)
    make_book("It Ends with Us", author="Colleen Hoover", popularity=3_000_000)
    make_book("The The", author="Matt Johnson")
    make_book("Bücher und Häuser", author="Anna Weiß")


@pytest.mark.parametrize(
    ("typed", "meant", "title"),
    [
        # faults in spelling are forgiven
        ("hary poter", "harry potter", "Harry Potter and the Philosopher's Stone"),
        ("murakmi", "murakami", "Kafka on the Shore"),
        ("dostoevski", "dostoyevsky", "Crime and Punishment"),
        ("the grate gatsby", "the great gatsby", "The Great Gatsby"),
        ("rwoling stone", "rowling stone", "Harry Potter and the Philosopher's Stone"),
        ("crime and punishmnt", "crime and punishment", "Crime and Punishment"),
        # no book has all the words
        ("gatsby 5", "gatsby", "The Great Gatsby"),
        ("the gatsby xyzzyx qqqqqq", "the gatsby", "The Great Gatsby"),
        ("fitzgerald hoover", "hoover", "It Ends with Us"),
    ],
)
def test_what_was_looked_for_in_place_of_what_was_typed_is_said(client, shelf, typed, meant, title):
    found = answer(client, typed)
    assert (found["did_you_mean"], found["results"][0]["title"]) == (meant, title)


def test_both_spellings_are_listed_by_title_where_postgres_does_it(client, index, db, monkeypatch):
    monkeypatch.setattr(indexed, "MOST_LOOKED_AT", 5)
    books = ["Clay", *(f"Potter {number:02}" for number in range(12))]
    for title in books:
        make_book(title, author=None, description="Of a poter." if title == "Clay" else "")

    found = answer(client, "poter", sort="title")

    assert (found["did_you_mean"], found["pagination"]["total"]) == ("potter", 13)
    assert [book["title"] for book in found["results"]] == books


def test_what_is_right_is_not_mended(client, shelf):
    found = answer(client, "harry potter")
    assert found["did_you_mean"] is None
    assert found["pagination"]["total"] == 1


def test_a_number_in_a_series_is_not_taken_for_a_word_with_faults(client, index, db):
    series = Series.objects.create(name="Discworld")
    for position, title in enumerate(["Mort", "Sourcery", "Guards! Guards!"], start=6):
        SeriesEntry.objects.create(series=series, book=make_book(title, author="Terry Pratchett"), position=position)
    refresh_listings(Book.objects.values_list("pk", flat=True))

    found = answer(client, "discworld 8")

    assert (found["did_you_mean"], [book["title"] for book in found["results"]]) == (None, ["Guards! Guards!"])


@pytest.mark.parametrize("q", ["xyzzyx", "1934567", "qq ww ee rr tt yy uu ii oo pp"])
def test_what_is_like_nothing_finds_nothing(client, shelf, q):
    assert answer(client, q)["results"] == []


def test_a_title_of_stop_words_comes_first(client, shelf):
    assert titles(client, "it")[0] == "It"
    assert titles(client, "the the")[0] == "The The"


def test_words_are_reduced_by_the_language_of_the_edition(client, index, db):
    german, english = make_book("Bücher und Häuser"), make_book("The Running Man")
    make_edition(german, language="de")
    make_edition(english, language="en")

    assert titles(client, "buch haus") == ["Bücher und Häuser"]
    assert answer(client, "runs men")["did_you_mean"] == "runs"
    assert titles(client, "run man") == ["The Running Man"]


def test_many_subjects_are_looked_up_in_one_query(db):
    for scheme in ("thema", "bisac"):
        Subject.objects.create(scheme=scheme, code="FBA", label=scheme)

    codes = ("thema:FBA", "FBA", "bisac:FBA", *(f"thema:X{number}" for number in range(40)))
    assert count_queries(lambda: subject_ids(codes)) == 1
    assert len(subject_ids(codes)) == 2
    assert len(subject_ids(("thema:FBA",))) == 1
    assert subject_ids(("nothing",)) == subject_ids(()) == []


def test_chinese_is_found_without_spaces(client, index, db):
    make_book("紅樓夢", author="曹雪芹")
    make_book("西遊記", author="吳承恩")

    assert titles(client, "紅樓") == ["紅樓夢"]
    assert titles(client, "雪芹") == ["紅樓夢"]
    suggested = client.get("/api/v1/search/suggest/", {"q": "曹雪"}).json()
    assert [author["name"] for author in suggested["authors"]] == ["曹雪芹"]


@pytest.fixture
def stock(db, index):
    """Sixty books of few words, so that every query of two words finds some, in all kinds of copies."""
    chance = random.Random(4)
    authors = [make_author(name) for name in ("Ann River", "Bo Stone", "Cy King")]
    publishers = [Publisher.objects.create(name=name) for name in ("Moon Press", "Road House")]
    sellers = [make_seller(name) for name in ("One", "Two", "Three")]
    subjects = [Subject.objects.create(scheme="thema", code=code, label=code) for code in ("FBA", "FL", "YF")]
    series = Series.objects.create(name="Winter Cycle")
    for number in range(60):
        book = make_book(
            " ".join(chance.choices(WORDS, k=chance.randint(1, 4))).title(),
            author=chance.choice(authors),
            popularity=chance.choice((0, 0, 7, 7, 90, 1000)),
            rating_counts=[chance.randint(0, 3) for _ in range(5)],
        )
        SubjectLink.objects.create(book=book, subject=chance.choice(subjects))
        if number % 5 == 0:
            SeriesEntry.objects.create(book=book, series=series, position=number)
        for _ in range(chance.randint(0, 3)):
            edition = make_edition(
                book,
                format=chance.choice(("paperback", "ebook", "hardback")),
                language=chance.choice(("en", "de", "en-GB", "")),
                publisher=chance.choice(publishers),
                published=chance.choice((19990000, 20050300, 20261224, None)),
                availability_code=chance.choice(("20", "", "46", "10")),
            )
            for seller in sellers[: chance.randint(0, 3)]:
                make_offer(
                    edition,
                    seller=seller,
                    condition=chance.choice(("new", "good")),
                    price_minor=chance.choice((300, 750, 1200, 4000)),
                    on_hand=chance.choice((0, 2)),
                )
        refresh_listings([book.pk])
    catch_up()
    return publishers


def some_query(chance: random.Random, publishers: list[Publisher]) -> BookQuery:
    possible = {
        "formats": ("ebook",), "languages": ("en",), "conditions": ("good",), "sellers": ("one", "two"),
        "publishers": (publishers[0].pk,), "price_max": 800, "price_min": 500, "availability": (0, 1),
        "rating_min": 2.5, "subjects": ("FBA", "FL"), "published_after": 20000000,
    }  # fmt: skip
    chosen = chance.sample(sorted(possible), k=chance.randint(0, 3))
    words = " ".join(chance.sample(WORDS, k=1))
    filters = {name: possible[name] for name in chosen}
    return BookQuery(words=words, **filters, facets=FACETS, page=PageRequest(size=100))


def counts(facet):
    return [(str(value["value"]), value["label"], value["count"], value["exact"]) for value in facet]


def test_the_index_and_postgres_find_and_count_the_same(stock):
    """Words that PostgreSQL knows too: no stems, no beginnings; any filters; every facet."""
    chance = random.Random(7)
    for _ in range(120):
        query = some_query(chance, stock)
        conditions = conditions_of(query)
        conditions.values["q"] = conditions.folded
        by_index, by_postgres = search(query), statements.search(query, conditions, "popular")
        assert {row["id"] for row in by_index.rows} == {row["id"] for row in by_postgres.rows}, query
        assert by_index.total == by_postgres.total, query
        for name in FACETS:
            assert counts(by_index.facets[name]) == counts(by_postgres.facets[name]), (name, query)


def some_ids(*, in_sample):
    """Ids of books that are in all samples, or in none."""
    wanted = [str(times) for times in SAMPLES] if in_sample else []
    return (key for key in (UUID(int=number) for number in count(1)) if samples_of(key) == wanted)


def test_samples_are_as_large_as_they_say_whatever_ids_the_books_have():
    """As an import gives them: one after the other, and every second one to a book."""
    for step in (1, 2, 8, 32):
        found = Counter(times for number in range(32_000) for times in samples_of(UUID(int=(7 << 90) + step * number)))
        assert abs(found["8"] - 4_000) < 300, step
        assert abs(found["32"] - 1_000) < 150, step


def test_what_no_book_of_the_sample_has_is_counted_too(db, index, monkeypatch):
    monkeypatch.setattr(counting, "MANY", 0)
    for number, values in enumerate([("paperback", "en", 300, 2), ("ebook", "sw", 4000, 0)]):
        book_format, language, price, on_hand = values
        book = make_book("River", id=next(some_ids(in_sample=number == 0)), rating_counts=[number, 0, 0, 0, 1])
        make_offer(make_edition(book, format=book_format, language=language), price_minor=price, on_hand=on_hand)
    catch_up()
    query = BookQuery(facets=FACETS)
    by_index, by_postgres = search(query), statements.search(query, conditions_of(query), "popular")

    for name in FACETS:
        assert counts(by_index.facets[name]) == counts(by_postgres.facets[name]), name
    assert [value["value"] for value in by_index.facets["language"]] == ["en", "sw"]


def test_what_a_sample_has_often_is_not_counted_among_the_books_with_what_is_rare(db, index, monkeypatch):
    monkeypatch.setattr(counting, "MANY", 0)
    monkeypatch.setattr(counting, "EXACT_UP_TO", 1)
    sampled, others = some_ids(in_sample=True), some_ids(in_sample=False)
    for key, languages in [(next(sampled), ["en"]), (next(sampled), ["en"]), (next(others), ["en", "sw"])]:
        book = make_book("River", id=key)
        for language in languages:
            make_offer(make_edition(book, language=language))
    catch_up()

    found = search(BookQuery(facets=("language",))).facets["language"]

    assert {value["value"]: value["count"] for value in found} == {"en": 2 * 32, "sw": 1}


@pytest.mark.parametrize("sort", ["relevance", "popular", "newest", "price", "-price", "rating", "title"])
@pytest.mark.parametrize("filters", [{}, {"price_max": "40.00", "condition": "new"}])
def test_pages_and_cursors_show_every_book_once(client, stock, sort, filters):
    wanted = {"q": "the", "sort": sort, "page_size": "2", **filters}
    whole = client.get(URL, {**wanted, "page_size": "100"}).json()["results"]
    by_page, by_cursor = [], []
    page = client.get(URL, wanted).json()
    by_cursor += page["results"]
    while cursor := page["pagination"]["next_cursor"]:
        page = client.get(URL, {**wanted, "cursor": cursor}).json()
        by_cursor += page["results"]
    for number in range(1, len(whole) // 2 + 2):
        by_page += client.get(URL, {**wanted, "page": str(number)}).json()["results"]

    assert len(whole) > 1
    assert by_page == by_cursor == whole


@pytest.mark.parametrize(
    "limits",
    [
        {"MOST_RANKED": 0},
        {"MOST_RANKED": 0, "MOST_TOGETHER": -1},
        {"MOST_RANKED": 0, "MOST_TOGETHER": -1, "MOST_SCORED": -1},
    ],
    ids=["known ones first", "popular ones first", "the rest by popularity"],
)
@pytest.mark.parametrize("is_large", [False, True])
def test_of_many_books_too_every_one_is_shown_once(client, db, index, monkeypatch, limits, is_large):
    monkeypatch.setattr(asking, "LARGE", 0 if is_large else 1_000)
    for name, limit in limits.items():
        monkeypatch.setattr(indexed, name, limit)
    for tier, size in {"popular": 3, "known": 8}.items():
        monkeypatch.setitem(TIERS, tier, size)
    for number in range(20):
        make_book("River" if number in (4, 15) else f"River {number}", author=None, popularity=100 - number)
    catch_up()
    by_page, by_cursor = [], []
    page = client.get(URL, {"q": "river", "page_size": "3"}).json()
    by_cursor += page["results"]
    while cursor := page["pagination"]["next_cursor"]:
        page = client.get(URL, {"q": "river", "page_size": "3", "cursor": cursor}).json()
        by_cursor += page["results"]
    for number in range(1, 8):
        by_page += client.get(URL, {"q": "river", "page_size": "3", "page": str(number)}).json()["results"]

    assert [book["title"] for book in by_cursor[:2]] == ["River", "River"]
    assert by_page == by_cursor
    assert len({book["id"] for book in by_cursor}) == len(by_cursor) == 20


def test_of_many_books_those_with_the_words_in_their_titles_are_not_behind(client, db, index, monkeypatch):
    monkeypatch.setattr(indexed, "MOST_RANKED", 0)
    for tier, size in {"popular": 3, "known": 8}.items():
        monkeypatch.setitem(TIERS, tier, size)
    for number in range(12):
        make_book(f"Book {number}", author=None, popularity=100 - number, description="Of a marmot by the fjord.")
    make_book("A Marmot by the Fjord", author=None)

    assert titles(client, "marmot fjord")[0] == "A Marmot by the Fjord"


def test_orders_are_those_of_postgres(stock):
    for sort in ("popular", "newest", "price", "-price"):
        query = BookQuery(words="the", sort=sort)
        conditions = conditions_of(query)
        conditions.values["q"] = "the"
        ours, theirs = search(query).rows, statements.search(query, conditions, sort).rows
        keys = {"popular": "rating_count", "newest": "published", "price": "price_minor", "-price": "price_minor"}
        if sort != "popular":
            assert [row[keys[sort]] for row in ours] == [row[keys[sort]] for row in theirs], sort
        popularity = Listing.objects.in_bulk([row["id"] for row in ours])
        if sort == "popular":
            assert all(popularity[a["id"]].popularity >= popularity[b["id"]].popularity for a, b in pairwise(ours))


def test_changes_and_deletions_are_followed(client, shelf):
    assert titles(client, "gatsby") == ["The Great Gatsby"]
    book = Book.objects.get(title="The Great Gatsby")
    Book.objects.filter(pk=book.pk).update(title="Trimalchio in West Egg")
    refresh_listings([book.pk])
    assert titles(client, "gatsby") == []
    assert titles(client, "trimalchio") == ["Trimalchio in West Egg"]
    book.delete()
    assert titles(client, "trimalchio") == []


@pytest.mark.django_db(transaction=True)
def test_nothing_new_costs_nothing(index):
    make_book("One")
    assert catch_up() == 1
    assert catch_up() == 0


@pytest.mark.django_db(transaction=True)
def test_a_book_that_goes_and_comes_back_is_there(client, index):
    book = make_book("The Great Gatsby")
    catch_up()
    Listing.objects.filter(pk=book.pk).delete()
    refresh_listings([book.pk])

    assert titles(client, "gatsby") == ["The Great Gatsby"]


@pytest.mark.django_db(transaction=True)
def test_a_folder_deleted_under_a_follower_is_made_anew(client, index):
    make_book("The Great Gatsby")
    follower = Follower()
    follower.keep_up()
    for folder in index.glob("index-*"):
        shutil.rmtree(folder)

    assert follower.keep_up() == 1
    assert search(BookQuery(words="gatzby")).did_you_mean == "gatsby"


@pytest.mark.parametrize(("minimum", "found"), [("4.4", True), ("4.41", False), ("0", True)])
def test_a_rating_of_exactly_that_is_enough(client, index, db, minimum, found):
    book = make_book("Rated River", rating_counts=[0, 0, 0, 3, 2])
    make_book("Unrated River")

    assert titles(client, "river", rating_min=minimum) == ([book.title] if found else [])


def test_repeated_words_are_all_kept(client, index, db):
    make_book("The Lord of the Rings", author="J.R.R. Tolkien")

    assert answer(client, "teh lord of teh rings")["did_you_mean"] == "the lord of the rings"


def test_a_damaged_or_foreign_index_is_not_asked(client, shelf):
    catch_up()
    (store.in_use() / store.STATE).write_text("{")
    assert client.get(URL, {"q": "gatsby"}).json()["pagination"]["total"] == 1  # by PostgreSQL
    assert catch_up() == 8  # built anew
    state = store.State.read(store.in_use())
    assert state.shop
    store.replace(store.in_use() / store.STATE, store.json.dumps({**store.asdict(state), "shop": "another"}))
    assert client.get(URL, {"q": "gatsbi"}).json()["pagination"]["total"] == 0
    assert catch_up() == 8


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_commits_late_is_not_missed(index):
    """It has a lower number than one that was read before it."""
    catch_up()
    began, may_commit = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            make_book("Slow Book")
            began.set()
            may_commit.wait(20)
        connections.close_all()

    slow = threading.Thread(target=slowly)
    slow.start()
    began.wait(20)
    make_book("Quick Book")
    catch_up()
    assert [row["title"] for row in search(BookQuery(words="book")).rows] == ["Quick Book"]
    may_commit.set()
    slow.join()
    catch_up()
    assert {row["title"] for row in search(BookQuery(words="book")).rows} == {"Quick Book", "Slow Book"}


@pytest.mark.django_db(transaction=True)
def test_a_question_waits_a_moment_for_what_was_just_committed(index, settings):
    settings.SEARCH_PATIENCE = 20
    make_book("Old Book")
    catch_up()
    make_book("New Book")
    stop = threading.Event()

    def keep_up() -> None:
        with store.writing(wait=True):
            follower = Follower()
            started.set()
            while not stop.wait(0.02):
                follower.keep_up()
        connections.close_all()

    started = threading.Event()
    keeper = threading.Thread(target=keep_up)
    keeper.start()
    started.wait(20)
    try:
        assert {row["title"] for row in search(BookQuery(words="book")).rows} == {"Old Book", "New Book"}
    finally:
        stop.set()
        keeper.join()


def test_a_writer_that_dies_leaves_the_last_state(shelf, client):
    """What it had written but not committed is gone; the next one reads it again."""
    catch_up()
    make_book("Gatsby Returns")
    follower = Follower()
    writer = follower.writer(store.in_use())
    writer.delete_documents_by_term("book", str(Book.objects.get(title="The Great Gatsby").pk))
    del writer, follower

    assert sorted(titles(client, "gatsby")) == ["Gatsby Returns", "The Great Gatsby"]


@pytest.mark.django_db
def test_the_command_builds_and_reads_on(index, capsys):
    make_book("One")
    call_command("index_search", "--once")
    make_book("Two")
    call_command("index_search", "--once")
    call_command("index_search", "--once", "--rebuild")

    assert search(BookQuery(words="two")).total.count == 1
    assert len(list(index.glob("index-*"))) == 2  # the one in use, and the one before for those who still read it
    with store.writing(wait=False), pytest.raises(CommandError, match="Another process"):
        call_command("index_search", "--once")


def test_an_index_of_no_books_finds_none(db, index):
    catch_up()
    assert search(BookQuery(words="anything", facets=FACETS)).total.count == 0


def test_many_books_cost_as_many_queries_as_one(client, db, index):
    make_book("River One")
    catch_up()
    client.get(URL, {"q": "another", "facets": "format"})
    one = count_queries(lambda: client.get(URL, {"q": "river", "facets": "format"}))
    for number in range(30):
        make_book(f"River {number}")
    catch_up()
    assert count_queries(lambda: client.get(URL, {"q": "river", "facets": "format"})) <= one


@pytest.mark.parametrize("sort", ["popular", "newest", "price", "-price", "title"])
@pytest.mark.parametrize(("language", "most"), [("de", 620), ("en", 500)])
def test_lists_whose_copies_decide_are_scrolled_without_gaps_or_doubles(db, index, sort, language, most):
    """A price and a language of one and the same copy: the page is cut while the copies are looked at."""
    seller = make_seller()
    for number in range(60):
        book = make_book(f"Volume {number}", popularity=number % 7)
        for tag, price in (("de", 500 + 20 * (number % 11)), ("en", 700 - 20 * (number % 11))):
            make_offer(make_edition(book, language=tag), seller=seller, price_minor=price)
    catch_up()
    query = BookQuery(languages=(language,), price_max=most, sort=sort, page=PageRequest(size=100))
    suiting = {row["id"] for row in statements.search(query, conditions_of(query), sort).rows}
    assert 0 < len(suiting) < 60

    whole = [row["id"] for row in search(query).rows]
    by_page = [
        row["id"]
        for number in range(1, 10)
        for row in search(replace(query, page=PageRequest(page=number, size=7))).rows
    ]
    scrolled, cursor = [], ""
    while cursor is not None:
        found = search(replace(query, page=PageRequest(size=7, cursor=cursor)))
        scrolled += [row["id"] for row in found.rows]
        cursor = found.next_cursor

    assert set(whole) == suiting
    assert whole == by_page == scrolled
    assert search(query).total == Total(len(suiting), is_exact=True)
