from decimal import Decimal

import pytest

from catalog.imports.errors import ImportRefused
from catalog.models import Book, Contributor, Edition, Subject
from catalog.tests.imports import BOOK_CROSSING, GOODBOOKS, GOODREADS, GUTENBERG, counted, reported, take, written

pytestmark = pytest.mark.django_db


def goodbook(folder, row):
    take(folder, "goodbooks", GOODBOOKS, row)
    return Book.objects.get()


def goodread(folder, **cells):
    usual = {"bookID": "1", "title": "Emma", "authors": "Jane Austen", "average_rating": "4", "isbn": "", "isbn13": "",
             "language_code": "eng", "num_pages": "0", "ratings_count": "5", "text_reviews_count": "1",
             "publication_date": "9/16/2006", "publisher": "Penguin"}  # fmt: skip
    take(folder, "goodreads", GOODREADS, ",".join({**usual, **cells}.values()))
    return Edition.objects.get()


def test_a_goodbook_has_all_that_its_row_tells(tmp_path):
    book = goodbook(
        tmp_path, '1,439023483,"Suzanne Collins, Bill Martin Jr.",2008.0,"The Games (Games, #1)",en-US,4780653'
    )

    edition, entry = book.editions.get(), book.series_entries.get()
    assert (book.title, str(book.first_published), book.popularity) == ("The Games", "2008", 4780653)
    assert (edition.isbn, edition.language) == ("9780439023481", "en-US")
    assert (entry.series.name, entry.position, entry.label) == ("Games", Decimal(1), "1")
    assert list(book.contributors.order_by("contributions__position").values_list("sort_name", flat=True)) == [
        "Collins, Suzanne", "Martin, Bill, Jr.",
    ]  # fmt: skip


def test_years_before_our_era_and_unknown_years(tmp_path):
    take(tmp_path, "goodbooks", GOODBOOKS, "1,,Homer,-720.0,The Iliad,eng,1", "2,,Homer,0,The Odyssey,eng,1")

    years = [str(book.first_published) for book in Book.objects.order_by("id")]

    assert years == ["-0720", "None"]


@pytest.mark.parametrize("isbn", ["812971060", "9380658797", "abc"])
def test_a_book_with_a_bad_isbn_is_kept_without_it(tmp_path, isbn):
    book = goodbook(tmp_path, f"1,{isbn},Somebody,1990.0,A Book,eng,1")

    assert book.editions.get().isbn is None
    assert reported(tmp_path) == [("2", "isbn", "value left out")]


def test_two_books_of_one_source_with_one_isbn_stay_two(tmp_path):
    rows = [GOODBOOKS, "1,439023483,A,1,First,eng,1", "2,439023483,B,1,Second,eng,1"]

    report = take(tmp_path, "goodbooks", *rows)

    assert counted(report) == {"rows": 2, "created": 2, "left_out": 1}
    assert list(Edition.objects.order_by("id").values_list("isbn", flat=True)) == ["9780439023481", None]
    assert take(tmp_path, "goodbooks", *rows).unchanged == 2


def test_an_unknown_language_is_left_out(tmp_path):
    book = goodbook(tmp_path, "1,,Somebody,1990.0,A Book,klingonish,1")

    assert book.editions.get().language == ""
    assert reported(tmp_path) == [("2", "language_code", "value left out")]


def test_entities_are_unescaped_once_and_blanks_collapse(tmp_path):
    book = goodbook(tmp_path, '1,,R&amp;D,1990.0,"War  &amp;amp;\nPeace",eng,1')

    assert book.title == "War &amp; Peace"
    assert Contributor.objects.get().name == "R&D"


def test_nul_characters_are_removed_and_reported(tmp_path):
    book = goodbook(tmp_path, "1,,Somebody,1990.0,A\0 Book,eng,1")

    assert book.title == "A Book"
    assert reported(tmp_path) == [("2", "title", "value repaired")]


@pytest.mark.parametrize(("title", "reason"), [("", "row rejected"), ("x" * 2001, "row rejected")])
def test_a_row_without_a_usable_title_is_rejected(tmp_path, title, reason):
    report = take(tmp_path, "goodbooks", GOODBOOKS, f"1,,A,1,{title},eng,1", "2,,A,1,Good,eng,1")

    assert counted(report) == {"rows": 2, "created": 1, "rejected": 1}
    assert reported(tmp_path) == [("2", "title", reason)]


def test_a_goodread_has_date_pages_and_publisher(tmp_path):
    edition = goodread(tmp_path, num_pages="652", isbn13="9780439785969")

    assert (str(edition.published), edition.pages, edition.publisher.name) == ("2006-09-16", 652, "Penguin")


def test_an_impossible_date_is_left_out_whole(tmp_path):
    edition = goodread(tmp_path, publication_date="11/31/2000")

    assert edition.published is None
    assert reported(tmp_path) == [("2", "publication_date", "value left out")]


def test_the_isbn10_stands_in_for_a_bad_isbn13(tmp_path):
    edition = goodread(tmp_path, isbn13="0785342303476", isbn="0439785960")

    assert edition.isbn == "9780439785969"
    assert reported(tmp_path) == [("2", "isbn13", "value left out")]


def test_authors_are_parted_at_slashes_and_named_once(tmp_path):
    goodread(tmp_path, authors="Tony    Roberts/Mary Hill (Illustrator)/Tony Roberts/NOT A BOOK")

    parts = Book.objects.get().contributions.values_list("contributor__name", "role")
    assert list(parts) == [("Tony Roberts", "A01"), ("Mary Hill", "A12")]


def test_twice_encoded_text_is_repaired_and_reported(tmp_path):
    broken = "Quersch\u00c3\u0083?\u00c3\u0082\u00c2\u00bcsse"
    take(tmp_path, "book-crossing", BOOK_CROSSING, f'3492045642,{broken},"Kurt, Jr. Vonnegut",0,Piper')

    book = Book.objects.get()
    assert (book.title, book.editions.get().published) == ("Querschüsse", None)
    assert book.contributors.get().name == "Kurt Vonnegut Jr."
    assert [outcome for _, _, outcome in reported(tmp_path)] == ["value repaired"] * 2


def test_a_gutenberg_work_is_one_book_with_its_authors_and_subjects(tmp_path):
    written(tmp_path, "gutenberg_author_id,author,alias,birthdate,deathdate,wikipedia,aliases",
            '13,"Plato",,-428,-348,,Πλάτων/Platon', name="gutenberg_authors.csv")  # fmt: skip
    written(
        tmp_path, "gutenberg_id,subject_type,subject", "18,lcsh,Politics", "18,lcc,JK", name="gutenberg_subjects.csv"
    )
    rest = "en,Politics,Public domain in the USA.,True"

    report = take(tmp_path, "gutenberg", GUTENBERG, f'18,"Papers\nand more",Plato,13,{rest}',
                  f'18,"Papers\nand more","Wells, H. G. (Herbert George)",30,{rest}')  # fmt: skip

    book, plato = Book.objects.get(), Contributor.objects.get(name="Plato")
    assert counted(report) == {"rows": 2, "created": 2}
    assert (book.title, book.subtitle, book.editions.get().format) == ("Papers", "and more", "ebook")
    assert (plato.birth_year, plato.death_year, plato.aliases) == (-428, -348, ["Πλάτων", "Platon"])
    assert Contributor.objects.get(sort_name="Wells, H. G. (Herbert George)").name == "H. G. Wells"
    assert list(book.subjects.order_by("scheme").values_list("scheme", "code")) == [("lcc", "JK"), ("lcsh", "Politics")]


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("The crowd : $b A study", ("The crowd", "A study")),
        ("Autobiography $c translated by X", ("Autobiography", "")),
        ("History of Cuba; or, Notes", ("History of Cuba; or, Notes", "")),
        ("Der Abenteurer : $ Roman", ("Der Abenteurer", "Roman")),
        ("The $30,000 Bequest", ("The $30,000 Bequest", "")),
    ],
)
def test_subtitles_of_library_records_are_told_apart(tmp_path, title, parts):
    take(tmp_path, "gutenberg", GUTENBERG, f'1,"{title}",Homer,7,en/fr,,Public domain,False')

    book = Book.objects.get()
    assert (book.title, book.subtitle) == parts
    assert (book.editions.get().format, book.editions.get().language) == ("other", "en")


def test_namesakes_born_in_other_years_are_two_people(tmp_path):
    written(tmp_path, "gutenberg_author_id,author,alias,birthdate,deathdate,wikipedia,aliases",
            '1,"Adam, Paul",,1849,1931,,', '2,"Adam, Paul",,1862,1920,,', name="gutenberg_authors.csv")  # fmt: skip
    take(tmp_path, "gutenberg", GUTENBERG, '1,A,"Adam, Paul",1,en,,,True', '2,B,"Adam, Paul",2,en,,,True')

    assert sorted(Contributor.objects.values_list("name", "birth_year")) == [("Paul Adam", 1849), ("Paul Adam", 1862)]


def test_a_list_of_authors_that_is_none_is_refused(tmp_path):
    written(tmp_path, "number,name", "1,Plato", name="gutenberg_authors.csv")

    with pytest.raises(ImportRefused, match=r"gutenberg_authors\.csv: The header has no column"):
        take(tmp_path, "gutenberg", GUTENBERG, "1,A,Plato,1,en,,,True")

    assert not Book.objects.exists()


def test_names_that_compare_equal_are_one_person(tmp_path):
    take(tmp_path, "goodbooks", GOODBOOKS, "1,,J.K. Rowling,1,A,eng,1", "2,,J. K. ROWLING,1,B,eng,1")

    assert Contributor.objects.get().name == "J.K. Rowling"


def test_missing_columns_are_named(tmp_path):
    with pytest.raises(ImportRefused, match="no column isbn, ratings_count"):
        take(tmp_path, "goodbooks", "book_id,authors,original_publication_year,title,language_code", "1,A,1,T,eng")

    assert not Subject.objects.exists()
    assert not Book.objects.exists()
