"""ONIX files of every kind: packed, mis-encoded, broken, hostile. What is wrong is said; the rest lands."""

import gzip
import io
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.imports.errors import ImportRefused
from catalog.imports.onix import messages, runs
from catalog.imports.onix.files import local_file
from catalog.imports.onix.runs import import_onix
from catalog.models import Book, Edition, ImportRun, Offer
from catalog.tests.factories import make_seller
from catalog.tests.imports import counted, reported
from catalog.tests.onix import ISBN, NAMESPACE, message, price, product, supplied, take_onix

pytestmark = pytest.mark.django_db


def titles():
    return set(Book.objects.values_list("title", flat=True))


def two(first="A", second="B"):
    return product("1", isbn="", title=first), product("2", isbn="", title=second)


# ---- containers and encodings -------------------------------------------------------------------------------------


def test_gzip_and_zip_are_known_by_their_content(tmp_path):
    take_onix(tmp_path, raw=gzip.compress(message(product("1", isbn="", title="Gzipped")).encode()))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.xml", message(product("2", isbn="", title="Second")))
        archive.writestr("a.xml.gz", gzip.compress(message(product("3", isbn="", title="First")).encode()))
        archive.writestr("__MACOSX/a.xml", "nothing")
    (tmp_path / "x.bin").write_bytes(packed.getvalue())

    reports = import_onix(str(tmp_path / "x.bin"), report_to=tmp_path / "r.csv")

    assert titles() == {"Gzipped", "First", "Second"}
    assert [report.path.name for report in reports] == ["r.csv", "r-2.csv"]
    assert list(ImportRun.objects.order_by("id").values_list("file_name", flat=True))[1:] == ["a.xml.gz", "b.xml"]


def test_the_standard_input_is_read(tmp_path):
    with local_file("-", io.BytesIO(message(product()).encode())) as path:
        import_onix(str(path), report_to=tmp_path / "r.csv")

    assert Edition.objects.get().isbn == ISBN


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (message(product(title="Süße Grüße – „Wörter“")), "cp1252"),  # says UTF-8
        (message(product(title="Süße Grüße – „Wörter“")).replace("UTF-8", "ISO-8859-1"), "cp1252"),
        (message(product(title="Süße Grüße – „Wörter“")).replace("UTF-8", "iso-8859-1"), "utf-8"),
        (message(product(title="Süße Grüße – „Wörter“")), "utf-8-sig"),
        (message(product(title="Süße Grüße – „Wörter“")).replace("UTF-8", "UTF-16"), "utf-16"),
        (message(product(title="Süße Grüße – „Wörter“")).replace("UTF-8", "UTF-16"), "utf-16-le"),
    ],
)
def test_the_encoding_is_what_the_bytes_are(tmp_path, text, encoding):
    take_onix(tmp_path, raw=text.encode(encoding))

    assert titles() == {"Süße Grüße – „Wörter“"}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(NAMESPACE, "http://www.editeur.org/onix/3.0/reference"),
        lambda text: text.replace(f' xmlns="{NAMESPACE}"', ""),
        lambda text: text.replace(' release="3.1"', ""),
        lambda text: text.replace("\n", ""),
        lambda text: text.replace("<Product>", "<!-- <Product> --><Product>"),
        lambda text: text.replace("The Dispossessed", "<![CDATA[The Dispossessed</Product>]]>"),
        lambda text: text.replace("<Product>", '<Product datestamp="20260101"\n>'),
        lambda text: text.replace(f' xmlns="{NAMESPACE}"', f' xmlns:o="{NAMESPACE}"')
        .replace("</", "</o:").replace("</o:o:", "</o:").replace("<", "<o:").replace("<o:/o:", "</o:")
        .replace("<o:?", "<?"),
    ],
)  # fmt: skip
def test_messages_are_written_in_many_ways(tmp_path, change):
    report = take_onix(tmp_path, raw=change(message(product())).encode())

    assert counted(report) == {"rows": 1, "created": 1}
    assert Book.objects.get().title.startswith("The Dispossessed")


# ---- what is refused as a whole -----------------------------------------------------------------------------------

BOMB = """<?xml version="1.0"?><!DOCTYPE ONIXMessage [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><ONIXMessage release="3.0"><Product><RecordReference>&c;</RecordReference>
</Product></ONIXMessage>"""


@pytest.mark.parametrize(
    ("raw", "saying"),
    [
        (b"", "empty"),
        (b"isbn,title\n1,2\n", "no ONIX message"),
        (b"<html><body>Not found</body></html>", "begins with <html>"),
        (b'<ONIXMessage release="2.1"><Product/></ONIXMessage>', "ONIX 2.1"),
        (b"<ONIXMessage><Product><ISBN>1</ISBN></Product></ONIXMessage>", "ONIX 2.1"),
        (b'<!DOCTYPE ONIXMessage SYSTEM "http://www.editeur.org/onix/2.1/reference/onix-international.dtd">'
         b"<ONIXMessage><Product/></ONIXMessage>", "ONIX 2.1"),
        (b'<ONIXMessage release="4.0"><Product/></ONIXMessage>', "ONIX 4.0"),
        (BOMB.encode(), "document type"),
        (b'<!DOCTYPE ONIXMessage SYSTEM "file:///etc/passwd"><ONIXMessage release="3.0"/>', "document type"),
        (b"PK\x05\x06" + bytes(18), "no files"),
        (b"PK\x03\x04damaged", "damaged"),
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused_with_a_sentence(tmp_path, raw, saying):
    with pytest.raises(ImportRefused, match=saying):
        take_onix(tmp_path, raw=raw)

    assert not Book.objects.exists()
    assert not ImportRun.objects.exists()


def test_the_command_says_it_in_one_line(tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_onix", str(tmp_path / "none.xml"))
    with pytest.raises(CommandError, match="There is no seller nobody"):
        call_command("import_onix", str(tmp_path / "none.xml"), seller="nobody")


# ---- what costs only itself ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        "<Product><RecordReference>bad</RecordReference><Title></Product>",
        "<Product><RecordReference>bad</RecordReference>&undefined;</Product>",
        "<Product><RecordReference>bad</RecordReference>",
        "<Product><RecordReference>bad</RecordReference><NotificationType>03</NotificationType></Product>",
        "<Product></Product>",
        "<Product/ >",
        product("bad", isbn="", title=" "),
        product("bad", isbn="", title="x" * 3000),
    ],
)
def test_a_broken_record_costs_only_itself(tmp_path, broken):
    first, second = two()

    report = take_onix(tmp_path, first, broken, second)

    assert counted(report) == {"rows": 3, "created": 2, "rejected": 1}
    assert titles() == {"A", "B"}


def test_the_report_names_line_and_record(tmp_path):
    first, second = two(second=" ")
    take_onix(tmp_path, first, second)
    row = (tmp_path / "report.csv").read_text().splitlines()[1]
    line = message(first, second).splitlines().index("<Product><RecordReference>2</RecordReference>") + 1

    assert row.startswith(f"{line},TitleDetail,")
    assert row.endswith("row rejected,2")


def test_a_cut_off_file_keeps_what_stands_before(tmp_path):
    first, second = two()
    text = message(first, second)

    with pytest.raises(ImportRefused, match="cut off"):
        take_onix(tmp_path, raw=text[: text.index("B</TitleText>")].encode())

    assert titles() == {"A"}
    assert [outcome for *_, outcome in reported(tmp_path)] == ["row rejected"]
    assert ImportRun.objects.get().status == ImportRun.Status.FAILED


def test_a_cut_off_gzip_file_keeps_what_stands_before(tmp_path):
    products = [product(str(number), isbn="", title=f"Book {number:05}") for number in range(3000)]
    packed = gzip.compress(message(*products).encode())

    with pytest.raises(ImportRefused, match="cut off or damaged"):
        take_onix(tmp_path, raw=packed[: len(packed) // 2])

    assert 100 < Book.objects.count() < 3000


def test_a_gigantic_record_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "LONGEST_PRODUCT", 600_000)
    monkeypatch.setattr(runs, "READ_APART_FROM", 10_000_000)
    first, second = two()

    report = take_onix(tmp_path, first, product("huge", isbn="", title="x" * 2_000_000), second)

    assert counted(report) == {"rows": 3, "created": 2, "rejected": 1}
    assert "has more than 600,000 characters" in (tmp_path / "report.csv").read_text()


def test_what_is_certainly_meant_is_mended(tmp_path):
    report = take_onix(tmp_path, product(title="Salt &amp; Caf&eacute; &amp;c. Smith & Sons\x0b"))

    assert titles() == {"Salt & Café &c. Smith & Sons"}
    assert counted(report) == {"rows": 1, "created": 1, "repaired": 1}


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (lambda text: text.replace(ISBN, "9780306406158"), "ProductIdentifier"),
        (lambda text: text.replace("<ProductForm>BC", "<ProductForm>ZZ9"), ""),
        (lambda text: text.replace(">03<", ">77<"), "NotificationType"),
        (lambda text: text.replace("<PublishingDetail>", "<PublishingDetail><PublishingDate><PublishingDateRole>01"
                                   "</PublishingDateRole><Date>20260231</Date></PublishingDate>"), "PublishingDate"),
        (lambda text: text.replace("<ProductAvailability>20", "<ProductAvailability>2000"), "ProductAvailability"),
        (lambda text: text.replace("</DescriptiveDetail>", "<Extent><ExtentType>00</ExtentType><ExtentValue>many"
                                   "</ExtentValue></Extent></DescriptiveDetail>"), "ExtentValue"),
        (lambda text: text.replace("</DescriptiveDetail>", "<Language><LanguageRole>01</LanguageRole><LanguageCode>"
                                   "Klingonish</LanguageCode></Language></DescriptiveDetail>"), "LanguageCode"),
    ],
)  # fmt: skip
def test_a_bad_value_costs_only_itself(tmp_path, change, column):
    report = take_onix(tmp_path, raw=change(message(product())).encode())

    assert report.created == 1
    assert [row[1] for row in reported(tmp_path)] == ([column] if column else [])


def test_unknown_elements_are_kept(tmp_path):
    take_onix(tmp_path, raw=message(product(detail="<Future><Thing>1</Thing></Future>")).encode())

    facts = Edition.objects.get().product.facts
    assert facts["onix"]["DescriptiveDetail"]["Future"] == {"Thing": "1"}


def test_a_record_told_twice_counts_once(tmp_path):
    report = take_onix(tmp_path, product(), product(), product(title="Told differently"))

    assert counted(report) == {"rows": 3, "created": 1, "unchanged": 1, "rejected": 1}
    assert titles() == {"The Dispossessed"}


def test_an_import_reads_in_batches_with_few_statements(tmp_path):
    def statements(count):
        products = [product(str(number), isbn="", title=f"Book {number}") for number in range(count)]
        with connection.execute_wrapper(count_statement):
            seen.clear()
            take_onix(tmp_path, *products, name=f"{count}.xml", seller=seller)
        return len(seen)

    def count_statement(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    seen, seller = [], make_seller()
    few = statements(5)

    assert statements(200) <= few + 2


def test_an_interrupted_import_goes_on(tmp_path, monkeypatch):
    products = [product(str(number), isbn="", title=f"Book {number}") for number in range(700)]
    path = tmp_path / "m.xml"
    path.write_text(message(*products))

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_onix(str(path), report_to=tmp_path / "r.csv", progress=stop)
    half = Book.objects.count()

    [report] = import_onix(str(path), report_to=tmp_path / "r.csv", resume=True)

    assert (half, Book.objects.count(), report.rows) == (300, 700, 700)


@pytest.mark.parametrize(("grown", "times"), [(0, 3), (4, 0)])
def test_the_planner_is_told_only_where_the_shop_has_grown(tmp_path, monkeypatch, grown, times):
    monkeypatch.setattr("catalog.imports.runs.GROWN", grown)
    products = [product(str(number), isbn="", title=f"Book {number}") for number in range(700)]
    seen = []

    def note(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        take_onix(tmp_path, *products)

    assert sum(sql.startswith("ANALYZE") for sql in seen) == times


@pytest.mark.django_db(transaction=True)
def test_only_the_batches_do_not_wait_for_the_disk(tmp_path):
    """What they lose in a crash of the server is imported again, for the end of the run is waited for."""
    waits = []

    def note(execute, sql, params, many, context):
        if sql.startswith(('DELETE FROM "catalog_listprice"', 'UPDATE "catalog_importrun"')):
            execute("SHOW synchronous_commit", None, False, context)
            waits.append(context["cursor"].fetchone()[0])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        take_onix(tmp_path, product())

    assert waits == ["on", "off", "off", "on"]  # first notes, prices, how far it is, the end


def test_a_dry_run_changes_nothing(tmp_path):
    report = take_onix(tmp_path, product(supply=supplied("20", price())), dry_run=True, seller=make_seller())

    assert counted(report) == {"rows": 1, "created": 1}
    assert not Book.objects.exists()
    assert not Offer.objects.exists()


HUGE = "9" * 5000
EXTENT = "<Extent><ExtentType>{}</ExtentType><ExtentValue>{}</ExtentValue><ExtentUnit>{}</ExtentUnit></Extent>"
AGES = (
    "<AudienceRange><AudienceRangeQualifier>17</AudienceRangeQualifier><AudienceRangePrecision>03"
    "</AudienceRangePrecision><AudienceRangeValue>{}</AudienceRangeValue></AudienceRange>"
)


@pytest.mark.parametrize(
    "detail",
    [
        f"<Contributor><SequenceNumber>{HUGE}</SequenceNumber><PersonName>Ursula Le Guin</PersonName></Contributor>",
        EXTENT.format("09", HUGE, "05"),
        EXTENT.format("22", HUGE, "17"),
        EXTENT.format("22", "99999999999999999999", "17"),
        EXTENT.format("00", HUGE, "03"),
        AGES.format("NaN"),
        AGES.format("1E+999999999"),
        AGES.format(HUGE),
    ],
)
def test_numbers_beyond_all_measure_cost_no_record(tmp_path, detail):
    first, second = two()

    report = take_onix(tmp_path, first, product("huge", isbn="", title="Huge", detail=detail), second)

    assert (report.created, report.rejected) == (3, 0)
    assert titles() == {"A", "Huge", "B"}


@pytest.mark.parametrize("amount", [HUGE, "1E+999999999", "1E-999999999", "0E99999999", "NaN", "-12.90", "12.905"])
def test_prices_that_are_none_are_said_and_make_no_offer(tmp_path, amount):
    report = take_onix(tmp_path, product(supply=supplied("20", price(amount))), seller=make_seller())

    assert report.created == 1
    assert "PriceAmount" in [row[1] for row in reported(tmp_path)]
    assert not Offer.objects.exists()
