"""A seller's offers as ONIX: valid, complete, and read back without a difference."""

import gzip
import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from lxml import etree

from bookstore.testing import count_queries, shared_data
from catalog.exports import export_onix
from catalog.imports.onix.runs import import_onix
from catalog.models import Book, Contributor, Edition, Offer, ProductFacts, Series, SeriesEntry, Subject, SubjectLink
from catalog.partial_dates import PartialDate
from catalog.tests.factories import make_author, make_book, make_edition, make_offer, make_publisher, make_seller
from catalog.tests.imports import counted
from catalog.tests.onix import ISBN, price, product, supplied, take_onix
from catalog.tests.test_import_onix import COLLATERAL, DETAIL, PUBLISHING, samples

pytestmark = pytest.mark.django_db
NAMES = {"o": "http://ns.editeur.org/onix/3.1/reference"}


def exported(seller, folder=None):
    out = io.BytesIO()
    export_onix(out, seller)
    if folder:
        (folder / "export.xml").write_bytes(out.getvalue())
    return etree.fromstring(out.getvalue())


def offer_everything(seller):
    for edition in Edition.objects.all():
        Offer.objects.get_or_create(edition=edition, seller=seller, defaults={"price_minor": 1290, "on_hand": 2})


def awkward_books():
    """What does not come from ONIX: old dates, odd series, subjects of every scheme, titles of their own."""
    homer = Contributor.objects.create(name="Homer", sort_name="Homer", birth_year=-750)
    book = make_book("Odyssey", author=homer, first_published=PartialDate(-700), original_language="grc",
                     description="Tell me,\n\nMuse & co. <of> that man")  # fmt: skip
    SeriesEntry.objects.create(book=book, series=Series.objects.create(name="Epic"), label="II", position=2)
    SeriesEntry.objects.create(book=book, series=Series.objects.create(name="Cycle"), position=3)
    for scheme, code in [("thema", "DCA"), ("thema", "1QBAR"), ("bisac", "POE008000"), ("lcsh", "Epic poetry -- Greek"),
                         ("keyword", "whales"), ("onix-B4", "Odysseus")]:  # fmt: skip
        subject = Subject.objects.create(scheme=scheme, code=code, label=code)
        SubjectLink.objects.create(book=book, subject=subject)
    edition = make_edition(book, ISBN, title="Odyssee", language="de-1996", publisher=make_publisher(), pages=400)
    make_edition(book, format="ebook", rights_countries=[], availability_code="")
    make_edition(make_book("Plain", author=make_author("Ann Other")), language="pt-BR", rights_countries=["US"],
                 on_sale_from=date(2027, 3, 1))  # fmt: skip
    return edition


def test_our_own_export_changes_nothing(tmp_path):
    seller = make_seller()
    for path in samples():
        import_onix(str(path), seller=seller, report_to=tmp_path / "r.csv")
    awkward_books()
    offer_everything(seller)
    before = list(ProductFacts.objects.order_by("pk").values())
    count = len(exported(seller, tmp_path).findall("o:Product", NAMES))

    [report] = import_onix(str(tmp_path / "export.xml"), seller=seller, report_to=tmp_path / "r.csv")

    assert counted(report) == {"rows": count, "unchanged": count}
    assert count == Edition.objects.count()
    assert list(ProductFacts.objects.order_by("pk").values()) == before


def test_the_export_is_valid_by_the_schema(tmp_path):
    seller = make_seller()
    for path in samples():
        import_onix(str(path), seller=seller, report_to=tmp_path / "r.csv")
    awkward_books()
    offer_everything(seller)
    Offer.objects.filter(edition__isbn=ISBN).update(price_minor=0)
    folder = shared_data("onix") / "schemas" / "xsd3.1"
    schema = etree.XMLSchema(file=str(folder / "ONIX_BookProduct_3.1_reference.xsd"))

    schema.validate(exported(seller))

    assert [str(error) for error in schema.error_log] == []


def test_an_export_of_nothing_is_valid():
    folder = shared_data("onix") / "schemas" / "xsd3.1"
    schema = etree.XMLSchema(file=str(folder / "ONIX_BookProduct_3.1_reference.xsd"))

    assert schema.validate(exported(make_seller()))


def test_another_shop_learns_all_of_it(tmp_path, settings):
    seller = make_seller()
    publishing = PUBLISHING + "<SalesRights><SalesRightsType>02</SalesRightsType><Territory><RegionsIncluded>WORLD" \
        "</RegionsIncluded><CountriesExcluded>US</CountriesExcluded></Territory></SalesRights>"  # fmt: skip
    take_onix(
        tmp_path,
        product(detail=DETAIL, collateral=COLLATERAL, publishing=publishing, supply=supplied("22", price())),
        seller=seller,
    )
    said = state()
    exported(seller, tmp_path)
    Offer.objects.all().delete()
    Book.objects.all().delete()
    settings.SHOP_URL = "https://another.example"

    import_onix(str(tmp_path / "export.xml"), report_to=tmp_path / "r.csv")

    assert state() == said


def state():
    edition = Edition.objects.get()
    names = ("isbn", "format", "language", "published", "pages", "height_mm", "weight_g", "imprint",
             "availability_code", "rights_countries", "rights_all_but")  # fmt: skip
    people = edition.book.contributions.values_list("contributor__name", "contributor__sort_name", "role")
    texts = edition.product.facts["texts"]
    return (
        [getattr(edition, name) for name in names],
        [edition.book.title, edition.book.description, edition.book.original_language, str(edition.publisher)],
        list(people),
        sorted(edition.book.subjects.values_list("scheme", "code")),
        [(text["kind"], text["html"]) for text in texts],
        edition.product.facts["accessibility"],
        edition.product.facts["safety_contacts"],
        list(edition.list_prices.values_list("amount_minor", "currency")),
    )


def test_an_embargo_goes_out_without_a_publisher_too(tmp_path, settings):
    seller = make_seller()
    make_offer(make_edition(on_sale_from=date(2027, 3, 1)), seller=seller)
    exported(seller, tmp_path)
    Offer.objects.all().delete()
    Book.objects.all().delete()
    settings.SHOP_URL = "https://another.example"

    import_onix(str(tmp_path / "export.xml"), report_to=tmp_path / "r.csv")

    assert Edition.objects.get().on_sale_from == date(2027, 3, 1)


def test_only_open_offers_of_new_copies_go_out():
    seller = make_seller()
    make_offer(make_edition(isbn=ISBN), seller=seller)
    make_offer(make_edition(make_book("Used")), seller=seller, condition="good")
    make_offer(make_edition(make_book("Another's")), seller=make_seller("Other"))

    root = exported(seller)

    assert [each.text for each in root.findall(".//o:DescriptiveDetail//o:TitleText", NAMES)] == ["The Dispossessed"]
    assert root.findtext(".//o:PriceAmount", namespaces=NAMES) == "12.90"


def test_an_export_of_many_costs_few_queries():
    seller = make_seller()
    make_offer(make_edition(), seller=seller)
    few = count_queries(lambda: exported(seller))

    for number in range(20):
        make_offer(make_edition(make_book(f"Book {number}")), seller=seller)

    assert count_queries(lambda: exported(seller)) <= few


def test_the_command_writes_a_file_or_the_standard_output(tmp_path):
    make_offer(make_edition(isbn=ISBN), seller=make_seller())
    out = io.StringIO()

    call_command("export_onix", "-", seller="corner-bookshop", stdout=out)
    call_command("export_onix", str(tmp_path / "x.xml.gz"), seller="corner-bookshop", stdout=io.StringIO())

    assert ISBN in out.getvalue()
    assert ISBN in gzip.decompress((tmp_path / "x.xml.gz").read_bytes()).decode()
    with pytest.raises(CommandError, match="There is no seller nobody"):
        call_command("export_onix", "-", seller="nobody")
