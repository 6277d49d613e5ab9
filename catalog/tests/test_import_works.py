"""Which book an imported edition joins, and which it does not."""

import pytest
from django.core.management import call_command

from bookstore.testing import count_queries
from catalog.imports import seen
from catalog.imports.batches import write_items
from catalog.imports.formats import FORMATS
from catalog.imports.names import person
from catalog.imports.record import Record, SeriesPlace
from catalog.models import Book, Edition, LikelyDuplicate, Listing, SourceRecord, WorkIdentifier
from catalog.selling import bring_back_book
from catalog.services import merge_books, say_different
from catalog.tests.factories import make_book, make_edition
from catalog.tests.imports import GOODBOOKS, GOODREADS, counted, take

pytestmark = pytest.mark.django_db
OWN = "title,contributors,format,isbn"


def told(line, title, *authors, book=None, edition=None, **facts):
    people = tuple(found for name in authors if (found := person(name)))
    return Record(line, str(line), {"title": title, **(book or {})}, edition or {}, people=people, **facts)


def write(*records):
    seen.start()
    return write_items(FORMATS["goodbooks"]("x.csv"), records)


def joined(*records):
    """Whether all the records become editions of one book."""
    write(*records)
    return Book.objects.count() == 1


EMMA, AUSTEN = "Emma", "Jane Austen"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (told(1, EMMA, AUSTEN), told(2, "EMMA", "JANE AUSTEN")),
        (told(1, "The Hobbit", "J.R.R. Tolkien"), told(2, "Hobbit", "J. R. R. Tolkien")),
        (told(1, "The Hobbit", "J.R.R. Tolkien"), told(2, "The Hobbit", "John Ronald Reuel Tolkien")),
        (told(1, "The Lathe of Heaven", "Ursula K. Le Guin"), told(2, "Lathe of Heaven", "Ursula Le Guin")),
        (told(1, "Good Omens", "Terry Pratchett", "Neil Gaiman"),
         told(2, "Good Omens", "Neil Gaiman", "Terry Pratchett")),
        (told(1, "Beloved", "Toni Morrison"), told(2, "Beloved: A Novel", "Toni Morrison")),
        (told(1, "Beloved", "Toni Morrison"), told(2, "Beloved (Plume Contemporary Fiction)", "Toni Morrison")),
        (told(1, "Frankenstein", "Mary Shelley"), told(2, "Frankenstein; Or, The Modern Prometheus", "Mary Shelley")),
        (told(1, "Emma", AUSTEN, edition={"language": "en-US"}), told(2, EMMA, AUSTEN, edition={"language": "en-GB"})),
        (told(1, "L'Étranger", "Albert Camus"), told(2, "L’Etranger", "Albert Camus")),
        (told(1, "Dune", "Frank Herbert", series=(SeriesPlace("Dune", "1"),)),
         told(2, "Dune", "Frank Herbert", series=(SeriesPlace("Dune", "1"),))),
    ],
)  # fmt: skip
def test_editions_of_one_work_are_one_book(one, other):
    assert joined(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (told(1, EMMA, AUSTEN), told(2, EMMA, "Alexander McCall Smith")),
        (told(1, EMMA, AUSTEN), told(2, EMMA)),
        (told(1, EMMA), told(2, EMMA)),
        (told(1, "Beowulf", "Anonymous"), told(2, "Beowulf", "Anonymous")),
        (told(1, "Selected Poems", "W.H. Auden"), told(2, "Selected Poems", "W.H. Auden")),
        (told(1, "The Complete Works of William Shakespeare", "William Shakespeare"),
         told(2, "Complete Works of William Shakespeare", "William Shakespeare")),
        (told(1, "Holy Bible", "King James"), told(2, "The Holy Bible", "King James")),
        (told(1, "Annual Report 1999", "World Bank"), told(2, "Annual Report 1999", "World Bank")),
        (told(1, "Metamorphoses: Books I-VIII", "Ovid"), told(2, "Metamorphoses: Books IX-XV", "Ovid")),
        (told(1, "The Caxtons, Volume 6", "E. Bulwer"), told(2, "The Caxtons, Volume 7", "E. Bulwer")),
        (told(1, "Naruto", "Masashi Kishimoto", series=(SeriesPlace("Naruto", "1"),)),
         told(2, "Naruto", "Masashi Kishimoto", series=(SeriesPlace("Naruto", "2"),))),
        (told(1, "Avatar", "Gene Yang", series=(SeriesPlace("The Search", "1"),)),
         told(2, "Avatar", "Gene Yang", series=(SeriesPlace("The Rift", "1"),))),
        (told(1, EMMA, AUSTEN), told(2, "Emma: A Study Guide", AUSTEN)),
        (told(1, "Dune", "Frank Herbert"), told(2, "Dune", "Frank Herbert", edition={"format": "box_set"})),
        (told(1, "Dune", "Frank Herbert"), told(2, "Dune: The Graphic Novel", "Frank Herbert")),
        (told(1, "Batman: Year One", "Frank Miller"), told(2, "Batman: The Dark Knight Returns", "Frank Miller")),
        (told(1, "1984", "George Orwell", edition={"language": "en"}),
         told(2, "1984", "George Orwell", edition={"language": "de"})),
        (told(1, "Mariana", "Susanna Kearsley", isbn="9780553573763"),
         told(2, "Mariana", "Susanna Kearsley", isbn="9783492227698")),
        (told(1, "It", "Stephen King"), told(2, "It", "S. King")),
        (told(1, "Works and Days", "J. Smith"), told(2, "Works and Days", "Jane Smith")),
        (told(1, "!!!", "Jane Smith"), told(2, "???", "Jane Smith")),
    ],
)  # fmt: skip
def test_what_may_be_two_works_is_two_books(one, other):
    assert not joined(one, other)


def test_the_original_title_speaks_for_a_translation():
    one = told(1, "L'Étranger", "Albert Camus", edition={"language": "fr"}, book={"original_language": "fr"})
    other = told(2, "L'Étranger", "Albert Camus", edition={"language": "en", "title": "The Outsider"})

    assert joined(one, other)


def test_what_is_only_likely_waits_for_somebody():
    write(told(1, "Animal Farm", "George Orwell"), told(2, "Animal Farm: A Fairy Story of Sorts", "George Orwell"))

    assert LikelyDuplicate.objects.get().reason == "same title and author; only one has a subtitle"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Poems", "Stories"), ("A Memoir", "A Novel"), ("or, The Island", "or, Virtue Rewarded at Last")],
)
def test_subtitles_that_contradict_each_other_wait_for_somebody(one, other):
    write(told(1, f"Love: {one}", "Jane Austen"), told(2, f"Love: {other}", "Jane Austen"))

    assert LikelyDuplicate.objects.get().reason == "same title and author; the subtitles disagree"


@pytest.mark.parametrize("other", ["A Romance", "a tale", "or, The Island", "A Story"])
def test_subtitles_without_weight_are_one_work(other):
    assert joined(told(1, "Love: A Novel", "Jane Austen"), told(2, f"Love: {other}", "Jane Austen"))


def test_what_may_be_either_of_two_that_somebody_told_apart_joins_neither():
    one, other = (make_book("Love", author="Jane Austen") for _ in range(2))
    write(told(1, "Love", "Jane Austen"))
    assert one.editions.count() == 1
    say_different(one.pk, other.pk, None)

    write(told(2, "Love", "Jane Austen"))

    assert Book.objects.count() == 3
    assert LikelyDuplicate.objects.filter(different=False).count() == 2


def test_a_book_of_the_shop_is_joined_and_keeps_its_words():
    write(told(1, "The Hobbit", "J.R.R. Tolkien", book={"popularity": 3}))

    write(told(2, "Hobbit", "J. R. R. Tolkien", book={"popularity": 9, "description": "There and back."}))
    book = Book.objects.get()

    assert (book.title, book.popularity, book.description) == ("The Hobbit", 9, "There and back.")
    assert sorted(book.editions.values_list("title", flat=True)) == ["", "Hobbit"]
    assert [who.name for who in book.contributors.all()] == ["J.R.R. Tolkien"]
    assert book.listing.popularity == 9


@pytest.mark.parametrize("by_shop", [False, True])
def test_a_new_edition_brings_an_archived_book_back_unless_the_shop_took_it_out(by_shop):
    edition = make_edition(make_book("The Hobbit", author="J.R.R. Tolkien"))
    for rows in (Book.objects.all(), Edition.objects.all()):
        rows.update(archived_at="2026-01-01T00:00Z", archived_by_shop=by_shop)
    Listing.objects.all().delete()

    assert joined(told(1, "Hobbit", "J. R. R. Tolkien"))

    assert Listing.objects.exists() is not by_shop
    assert [one.is_archived for one in Edition.objects.order_by("pk")] == [True, by_shop]
    bring_back_book(edition.book)
    assert Listing.objects.exists()
    assert Edition.objects.filter(archived_at=None).count() == (2 if by_shop else 1)


def test_a_changed_row_speaks_for_its_edition_when_others_tell_of_the_book(tmp_path):
    take(tmp_path, "goodbooks", GOODBOOKS, "1,,Jane Austen,1815.0,Emma,eng,9", "2,,Jane Austen,1815.0,EMMA,eng,7")

    report = take(
        tmp_path, "goodbooks", GOODBOOKS, "1,,Jane Austen,1815.0,Emma,eng,9", "2,,J Austen,1816.0,EMMA!,fre,8"
    )

    book = Book.objects.get()
    assert counted(report) == {"rows": 2, "updated": 1, "unchanged": 1}
    assert (book.title, str(book.first_published), book.popularity) == ("Emma", "1815", 9)
    assert set(book.editions.values_list("title", "language")) == {("", "en"), ("EMMA!", "fr")}


def test_the_row_that_made_the_book_still_changes_it(tmp_path):
    take(tmp_path, "goodbooks", GOODBOOKS, "1,,Jane Austen,1815.0,Ema,eng,9")
    take(tmp_path, "goodbooks", GOODBOOKS, "1,,Jane Austen,1815.0,Emma,eng,9")

    assert Book.objects.get().title == "Emma"


def test_two_lists_meet_without_a_common_isbn(tmp_path):
    rest = "eng,374,9,1,9/1/2008,Scholastic"
    take(tmp_path, "goodbooks", GOODBOOKS, "1,439023483,Suzanne Collins,2008.0,The Hunger Games,eng,7")
    title = "The Hunger Games (The Hunger Games  #1)"  # a series of the same name: which volume is the other?
    take(tmp_path, "goodreads", GOODREADS, f"5,{title},Suzanne Collins,4.3,0439023521,9780439023528,{rest}")

    assert LikelyDuplicate.objects.count() == 1
    makers = "Suzanne Collins/Somebody Else"
    take(tmp_path, "goodreads", GOODREADS, f"6,Hunger Games,{makers},4.3,0439023491,9780439023498,{rest}")
    assert Book.objects.count() == 2


def test_the_same_file_twice_joins_once(tmp_path):
    rows = [GOODBOOKS, *(f"{number},,Jane Austen,1815.0,Emma,eng,{number}" for number in range(1, 2500))]

    first, second = take(tmp_path, "goodbooks", *rows), take(tmp_path, "goodbooks", *rows)

    assert (counted(first)["created"], counted(second)["unchanged"]) == (2499, 2499)
    assert (Book.objects.count(), Edition.objects.count()) == (1, 2499)
    assert SourceRecord.objects.filter(tells_book=True).count() == 1


def test_many_joins_cost_as_many_queries_as_few(tmp_path):
    rows = [
        GOODBOOKS,
        *(f"{number},,Writer {number % 40},1815.0,Title of {number % 40},eng,1" for number in range(900)),
    ]
    few = count_queries(lambda: take(tmp_path, "goodbooks", *rows[:60]))
    Book.objects.all().delete()

    assert count_queries(lambda: take(tmp_path, "goodbooks", *rows)) <= few


# ---- the shop's own format --------------------------------------------------------------------------------------


def test_rows_of_the_own_format_without_a_key_join(tmp_path):
    take(tmp_path, "bookstore", OWN, "Emma,Jane Austen,paperback,9780141439587", "Emma,Jane Austen,ebook,")

    assert (Book.objects.count(), Edition.objects.count()) == (1, 2)


def test_a_new_key_joins_a_book_of_the_shop_but_two_keys_are_two_books(tmp_path):
    book = make_book("Emma", author=None)
    book.contributors.create(name="Jane Austen", sort_name="Austen, Jane")

    rows = ["book," + OWN, "a,Emma,Jane Austen,paperback,", "a,Emma,,ebook,", "b,Emma,Jane Austen,hardback,"]
    take(tmp_path, "bookstore", *rows)
    take(tmp_path, "bookstore", *rows, "c,Emma,Jane Austen,audiobook,")

    assert book.editions.count() == 2
    assert Book.objects.count() == 3


def test_a_file_with_the_ids_of_books_makes_these_books(tmp_path):
    ids = ["0198c1f2-6f1e-7999-8a4f-2b1f0d0a9c10", "0198c1f2-6f1e-7999-8a4f-2b1f0d0a9c11"]
    take(tmp_path, "bookstore", "book," + OWN, *(f"{key},Emma,Jane Austen,paperback," for key in ids))

    assert sorted(str(pk) for pk in Book.objects.values_list("pk", flat=True)) == ids


def test_joined_books_come_back_from_an_export_as_they_were(tmp_path):
    write(told(1, "The Hobbit", "J.R.R. Tolkien"), told(2, "Hobbit", "J. R. R. Tolkien", isbn="9780261102217"))
    call_command("export_books", str(tmp_path / "first.csv"))
    Book.objects.all().delete()

    call_command("import_books", str(tmp_path / "first.csv"), "--format=bookstore", verbosity=0)
    call_command("export_books", str(tmp_path / "second.csv"))

    assert (tmp_path / "second.csv").read_bytes() == (tmp_path / "first.csv").read_bytes()


def test_an_export_from_before_a_merge_changes_nothing_of_the_book_kept(tmp_path):
    keep, other = make_book("Emma"), make_book("EMMA")
    for book in (keep, other):
        make_edition(book)
    call_command("export_books", str(tmp_path / "old.csv"))
    merge_books(keep, [other], None)

    call_command("import_books", str(tmp_path / "old.csv"), "--format=bookstore", verbosity=0)

    assert Book.objects.get().title == "Emma"
    assert keep.editions.count() == 2


# ---- what sources state -----------------------------------------------------------------------------------------

ONE, TWO, THREE = "9780261102217", "9780547928227", "9780007525492"


@pytest.mark.parametrize("states_it", [0, 1])
@pytest.mark.parametrize("at_once", [True, False])
def test_other_forms_of_a_work_join_whichever_comes_first(states_it, at_once):
    records = [told(1, "Nordlys", isbn=ONE), told(2, "Northern Lights", "Philip Pullman", isbn=TWO)]
    records[states_it].same_work = (TWO if states_it == 0 else ONE, "not an isbn")

    if at_once:
        write(*records)
    else:
        for record in records:
            write(record)

    assert (Book.objects.count(), Edition.objects.count()) == (1, 2)


def test_a_work_identifier_leads_to_its_book():
    write(told(1, "Nordlys", work_ids=(("11", "A02-2009-000"),)))
    write(told(2, "Northern Lights", "Philip Pullman", work_ids=(("11", "A02-2009-000"), ("06", "10.1/x"))))
    write(told(3, "The Golden Compass", "P. Pullman", work_ids=(("06", "10.1/x"),)))

    assert Book.objects.count() == 1
    assert set(WorkIdentifier.objects.values_list("scheme", "value")) == {("11", "A02-2009-000"), ("06", "10.1/x")}


def test_an_isbn_of_the_work_is_one_in_any_spelling():
    write(told(1, "Hobbiten", isbn=ONE), told(2, "The Hobbit", work_ids=(("15", "978-0-261-10221-7"),)))

    assert Book.objects.count() == 1


def test_numbers_of_somebodys_own_need_a_title_or_author_too():
    own = (("01", "12345"),)
    write(told(1, "Nordlys", "Philip Pullman", work_ids=own), told(2, "Cooking for Cats", "Ann Other", work_ids=own))
    write(told(3, "Northern Lights", "Philip Pullman", work_ids=own))

    assert sorted(Book.objects.values_list("title", flat=True)) == ["Cooking for Cats", "Nordlys"]


def test_books_of_the_shop_that_a_source_calls_one_work_are_proposed_and_not_merged():
    write(told(1, "Nordlys", isbn=ONE), told(2, "Northern Lights", isbn=TWO))
    write(told(3, "His Dark Materials 1", isbn=THREE, same_work=(ONE, TWO)))

    pair = LikelyDuplicate.objects.get()
    assert Book.objects.count() == 2
    assert (pair.stated, {pair.first.title, pair.second.title}) == (True, {"Nordlys", "Northern Lights"})


def test_what_is_too_long_or_too_much_is_no_identifier():
    write(told(1, "Nordlys", work_ids=(("11", "x" * 501), ("", "y"), ("11", "\0")), same_work=(ONE,) * 5000))

    assert WorkIdentifier.objects.get().value == ONE
