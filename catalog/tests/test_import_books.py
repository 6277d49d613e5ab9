import gzip
import io
from threading import Event, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from bookstore.testing import count_queries
from catalog.imports.errors import ImportRefused
from catalog.imports.runs import BATCH, import_file
from catalog.models import Book, Contributor, Edition, ImportRun, Listing, SourceRecord
from catalog.tests.factories import make_book, make_edition, make_offer, make_seller
from catalog.tests.imports import BOOK_CROSSING, GOODBOOKS, counted, reported, take, written

pytestmark = pytest.mark.django_db

MANY = [GOODBOOKS, *(f"{number},,Author {number % 50},2000.0,Book {number},eng,{number}" for number in range(2500))]
WRITES = ("INSERT", "UPDATE", "DELETE")


def written_tables(work):
    with CaptureQueriesContext(connection) as queries:
        work()
    return {query["sql"].split()[2 - (query["sql"].startswith("UPDATE"))].strip('"') for query in queries
            if query["sql"].startswith(WRITES)}  # fmt: skip


def stop_after(batches):
    """A progress callback that breaks the import off, as a kill between two batches would."""
    told = []

    def progress(done):
        told.append(done)
        if len(told) == batches:
            raise KeyboardInterrupt

    return progress


def run_command(*arguments, **options):
    out = io.StringIO()
    call_command("import_books", *map(str, arguments), stdout=out, stderr=out, **options)
    return out.getvalue()


def test_the_command_tells_what_became_of_the_file(tmp_path):
    path = written(tmp_path, GOODBOOKS, "1,12,Jane Austen,1815.0,Emma,eng,5")

    out = run_command(path, format="goodbooks", report=tmp_path / "r.csv")

    assert "Encoding: utf-8" in out
    assert "1 rows: 1 created, 0 updated, 0 unchanged, 0 rejected." in out
    assert "Values: 1 left out, 0 repaired." in out
    assert str(tmp_path / "r.csv") in out


def test_imported_books_stand_in_the_shop_window(tmp_path):
    take(tmp_path, "goodbooks", GOODBOOKS, "1,,Jane Austen,1815.0,Emma,eng,5")

    listing = Listing.objects.get()

    assert (listing.title, listing.authors[0]["name"], listing.popularity) == ("Emma", "Jane Austen", 5)


def test_the_same_file_twice_changes_nothing(tmp_path):
    take(tmp_path, "goodbooks", *MANY)
    before = list(Book.objects.order_by("id").values_list("id", "updated_at"))

    tables = written_tables(lambda: take(tmp_path, "goodbooks", *MANY))

    assert tables == {"catalog_importrun"}
    assert list(Book.objects.order_by("id").values_list("id", "updated_at")) == before
    assert counted(take(tmp_path, "goodbooks", *MANY)) == {"rows": 2500, "unchanged": 2500}


def test_a_thousand_rows_cost_as_many_queries_as_ten(tmp_path):
    ten = count_queries(lambda: take(tmp_path, "goodbooks", *MANY[:11]))
    Book.objects.all().delete()

    assert count_queries(lambda: take(tmp_path, "goodbooks", *MANY[: BATCH + 1])) <= ten


def test_a_changed_row_changes_its_book(tmp_path):
    take(tmp_path, "goodbooks", GOODBOOKS, "1,,Jane Austin,1815.0,Ema,eng,5", "2,,B,1,Other,eng,1")

    report = take(tmp_path, "goodbooks", GOODBOOKS, "1,,Jane Austen,1815.0,Emma,eng,9", "2,,B,1,Other,eng,1")

    book = Book.objects.get(title="Emma")
    assert counted(report) == {"rows": 2, "updated": 1, "unchanged": 1}
    assert (book.contributors.get().name, book.popularity) == ("Jane Austen", 9)


def test_what_another_wrote_is_kept_and_blanks_are_filled(tmp_path):
    book = make_book("The Hunger Games!", author="S. Collins")
    edition = make_edition(book, isbn="9780439023481", language="")

    report = take(tmp_path, "goodbooks", GOODBOOKS, "1,439023483,Suzanne Collins,2008.0,Other Title,eng,7")

    book.refresh_from_db()
    edition.refresh_from_db()
    assert counted(report) == {"rows": 1, "updated": 1}
    assert (book.title, book.popularity, str(book.first_published), edition.language) == (
        "The Hunger Games!",
        7,
        "2008",
        "en",
    )
    assert [person.name for person in Contributor.objects.all()] == ["S. Collins"]


def test_two_sources_meet_at_the_isbn(tmp_path):
    take(tmp_path, "goodbooks", GOODBOOKS, "1,439023483,Suzanne Collins,2008.0,The Hunger Games,eng,7")
    take(tmp_path, "book-crossing", BOOK_CROSSING, "0439023483,HUNGER,Somebody Else,2010,Scholastic")

    edition = Edition.objects.get()
    assert (edition.book.title, edition.publisher.name, str(edition.published)) == (
        "The Hunger Games",
        "Scholastic",
        "2010",
    )
    assert SourceRecord.objects.filter(edition=edition).count() == 2


def test_a_row_told_twice_differently_is_taken_once(tmp_path):
    report = take(tmp_path, "goodbooks", GOODBOOKS, "1,,A,1,First,eng,1", "1,,A,1,Second,eng,1", "1,,A,1,First,eng,1")

    assert counted(report) == {"rows": 3, "created": 1, "unchanged": 1, "rejected": 1}
    assert reported(tmp_path) == [("3", "", "row rejected")]


def test_only_the_row_that_the_database_refuses_is_rejected(tmp_path, monkeypatch):
    rows = [f"{number},,A,1,Book {number},eng,1" for number in range(40)]
    rows[17] = "17,,A,1,Refused,eng,1"
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalog_book ADD CONSTRAINT no_such_title CHECK (title <> 'Refused')")

    report = take(tmp_path, "goodbooks", GOODBOOKS, *rows)

    assert counted(report) == {"rows": 40, "created": 39, "rejected": 1}
    assert reported(tmp_path) == [("19", "", "row rejected")]
    assert Book.objects.count() == Listing.objects.count() == 39


def test_a_killed_import_goes_on_where_it_was(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        take(tmp_path, "goodbooks", *MANY, progress=stop_after(1))
    assert Book.objects.count() == BATCH

    report = take(tmp_path, "goodbooks", *MANY, resume=True)

    assert counted(report) == {"rows": 2500, "created": 2500}
    assert Book.objects.count() == 2500
    assert ImportRun.objects.get().status == "finished"


def test_a_resumed_report_has_every_line_once(tmp_path):
    rows = [GOODBOOKS, *(f"{number},bad,A,1,Book {number},eng,1" for number in range(1500))]
    path = written(tmp_path, *rows)
    with pytest.raises(KeyboardInterrupt):
        import_file(path, "goodbooks", progress=stop_after(1))

    report = import_file(path, "goodbooks", resume=True)

    lines = report.path.read_text().splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == [str(number) for number in range(2, 1502)]
    assert report.left_out == 1500


def test_there_is_nothing_to_resume(tmp_path):
    path = written(tmp_path, *MANY[:3])
    with pytest.raises(ImportRefused, match="nothing to resume"):
        import_file(path, "goodbooks", resume=True)
    import_file(path, "goodbooks")

    with pytest.raises(ImportRefused, match="imported to its end"):
        import_file(path, "goodbooks", resume=True)


def test_a_dry_run_reports_and_leaves_nothing(tmp_path):
    report = take(tmp_path, "goodbooks", *MANY[:5], "x,bad,A,1,T,eng,1", dry_run=True)

    assert counted(report) == {"rows": 5, "created": 5, "left_out": 1}
    assert reported(tmp_path) == [("6", "isbn", "value left out")]
    assert not any(model.objects.exists() for model in (Book, Contributor, ImportRun, SourceRecord, Listing))


def test_a_truncated_file_lands_as_far_as_it_goes(tmp_path):
    packed = gzip.compress("\n".join(MANY).encode())
    path = tmp_path / "books.csv.gz"
    path.write_bytes(packed[: len(packed) * 3 // 4])

    with pytest.raises(CommandError, match=r"after line \d+: .*before has been imported"):
        run_command(path, format="goodbooks")

    assert Book.objects.count() > 100
    assert ImportRun.objects.get().status == "failed"


def test_files_that_cannot_be_imported_say_why_in_a_sentence(tmp_path):
    (tmp_path / "empty.csv").touch()
    cases = [("none.csv", "no file"), (".", "not a file"), ("empty.csv", "empty")]

    for name, sentence in cases:
        with pytest.raises(CommandError, match=sentence):
            run_command(tmp_path / name, format="goodbooks")
    assert not ImportRun.objects.exists()


def test_a_seller_is_told_that_the_format_has_no_prices(tmp_path):
    make_seller("Corner Bookshop")

    out = run_command(written(tmp_path, *MANY[:2]), format="goodbooks", seller="corner-bookshop")

    assert "carries no prices" in out
    assert Book.objects.count() == 1


def test_an_offer_does_not_suffer_from_an_import(tmp_path):
    offer = make_offer()

    take(tmp_path, "goodbooks", *MANY[:20])

    offer.refresh_from_db()
    assert (offer.price_minor, offer.on_hand) == (1290, 3)


@pytest.mark.django_db(transaction=True)
def test_two_imports_do_not_run_at_once(tmp_path):
    path = written(tmp_path, *MANY[:20])
    inside, done = Event(), Event()

    def first():
        try:
            import_file(path, "goodbooks", progress=lambda _: (inside.set(), done.wait(30)))
        finally:
            connections.close_all()

    thread = Thread(target=first)
    thread.start()
    assert inside.wait(30)
    try:
        with pytest.raises(CommandError, match="Another import is running"):
            run_command(path, format="goodbooks")
    finally:
        done.set()
        thread.join()
    assert Book.objects.count() == 19


@pytest.mark.django_db(transaction=True)
def test_a_lost_database_leaves_what_was_imported(tmp_path):
    path = written(tmp_path, *MANY)

    def cut(_):
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        other.close()

    with pytest.raises(ImportRefused, match=r"stopped after 1000 rows.*--resume"):
        import_file(path, "goodbooks", progress=cut)
    connection.close()

    assert Book.objects.count() == BATCH
    assert counted(import_file(path, "goodbooks", resume=True)) == {"rows": 2500, "created": 2500}
