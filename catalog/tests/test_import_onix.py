"""ONIX messages become books: the samples of others, and what each part of a record does."""

import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from bookstore.testing import shared_data
from catalog.imports.onix.descriptive import read_duration
from catalog.imports.onix.runs import import_onix
from catalog.imports.onix.trees import sanitised
from catalog.models import (
    Book,
    Contributor,
    Edition,
    ListPrice,
    NameIdentifier,
    Offer,
    ProductFacts,
    SourceRecord,
    Subject,
)
from catalog.tests.factories import make_edition, make_offer, make_seller
from catalog.tests.imports import counted, reported, take
from catalog.tests.onix import ISBN, dated, message, period, price, product, supplied, take_onix
from catalog.vocabularies import Availability

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def day(offset: int) -> str:
    return str(timezone.localdate() + offset * DAY)


# ---- the samples of others ----------------------------------------------------------------------------------------


def samples():
    return sorted(path for path in shared_data("onix").glob("samples/*/*.xml") if "onix2" not in path.name)


def test_every_sample_lands_and_changes_nothing_the_second_time(tmp_path):
    for path in samples():
        [first] = import_onix(str(path), report_to=tmp_path / "1.csv")
        [second] = import_onix(str(path), report_to=tmp_path / "2.csv")

        assert first.rejected == 0
        assert counted(second) == {"rows": first.rows, "unchanged": first.rows}

    assert Edition.objects.count() == 1 + 20 + 17  # one book in five files, twenty, and e-books
    assert ProductFacts.objects.count() == Edition.objects.count()


def rows():
    """All that an import wrote, without keys and times."""
    edition = Edition.objects.select_related("book", "publisher").get()
    names = ("title", "isbn", "format", "language", "imprint", "pages", "height_mm", "weight_g", "published",
             "rights_countries", "rights_all_but", "availability_code")  # fmt: skip
    facts = json.loads(json.dumps(edition.product.facts))
    facts["onix"]["ProductSupply"]["SupplyDetail"].pop("PackQuantity")  # the two samples differ in these two values
    for subject in facts["onix"]["DescriptiveDetail"]["Subject"]:
        subject.pop("SubjectSchemeVersion", None)
    return (
        [getattr(edition, name) for name in names],
        [edition.book.title, edition.book.description, edition.publisher.name],
        list(edition.book.contributions.values_list("contributor__name", "contributor__sort_name", "role")),
        list(edition.book.subjects.values_list("scheme", "code")),
        list(edition.book.series.values_list("name")),
        list(edition.list_prices.values_list("amount_minor", "currency", "price_type", "countries")),
        facts,
    )


@pytest.mark.parametrize(
    "pair",
    [("Onix3.1-single-ref.xml", "Onix3.1-single-short.xml"), ("single-book-onix3.xml", "single-book-onix3-short.xml")],
)
def test_long_and_short_names_say_the_same(tmp_path, pair):
    told = []
    for name in pair:
        Book.objects.all().delete()
        import_onix(str(shared_data("onix") / "samples" / "jonix" / name), report_to=tmp_path / "r.csv")
        told.append(rows())

    assert told[0] == told[1]


def test_a_sample_says_what_others_read_in_it(tmp_path):
    folder = shared_data("onix") / "samples" / "jonix"
    expected = json.loads((folder / "expected-json" / "single-book-onix3.json").read_text("utf-8").splitlines()[0])
    detail = expected["descriptiveDetail"]
    import_onix(str(folder / "single-book-onix3.xml"), report_to=tmp_path / "r.csv")

    edition = Edition.objects.get()
    people = edition.book.contributions.all()

    assert [part.contributor.sort_name.split(",")[0] for part in people] == [
        each["keyNames"]["value"] for each in detail["contributors"]
    ]
    assert edition.height_mm == detail["measures"][0]["measurement"]["value"]
    assert edition.pages == detail["extents"][0]["extentValue"]["value"]
    assert edition.imprint == expected["publishingDetail"]["imprints"][0]["imprintName"]["value"]
    assert edition.publisher.name == expected["publishingDetail"]["publishers"][0]["publisherNames"][0]["value"]
    assert {number.value for number in NameIdentifier.objects.filter(scheme="16")} == {
        number["idValue"]["value"]
        for each in detail["contributors"]
        for number in each["nameIdentifiers"]
        if number["nameIDType"]["value"] == "ISNI"
    }
    supply = expected["productSupplys"][0]["supplyDetails"][0]
    assert edition.list_prices.first().amount_minor == round(100 * supply["prices"][0]["priceAmount"]["value"])


# ---- what a record says -------------------------------------------------------------------------------------------


DETAIL = """
<ProductFormFeature><ProductFormFeatureType>09</ProductFormFeatureType>
  <ProductFormFeatureValue>36</ProductFormFeatureValue></ProductFormFeature>
<ProductFormFeature><ProductFormFeatureType>Q7</ProductFormFeatureType>
  <ProductFormFeatureValue>new</ProductFormFeatureValue></ProductFormFeature>
<Measure><MeasureType>01</MeasureType><Measurement>8</Measurement><MeasureUnitCode>in</MeasureUnitCode></Measure>
<Measure><MeasureType>08</MeasureType><Measurement>1.5</Measurement><MeasureUnitCode>lb</MeasureUnitCode></Measure>
<Collection><CollectionType>10</CollectionType><TitleDetail><TitleType>01</TitleType>
  <TitleElement><TitleElementLevel>02</TitleElementLevel><TitlePrefix>The</TitlePrefix>
    <TitleWithoutPrefix>Hainish Cycle</TitleWithoutPrefix></TitleElement>
  <TitleElement><TitleElementLevel>01</TitleElementLevel><PartNumber>6</PartNumber></TitleElement>
</TitleDetail></Collection>
<Contributor><SequenceNumber>2</SequenceNumber><ContributorRole>B06</ContributorRole>
  <PersonName>Karen Nölle</PersonName></Contributor>
<Contributor><SequenceNumber>1</SequenceNumber><ContributorRole>A01</ContributorRole><ContributorRole>A24</ContributorRole>
  <NameIdentifier><NameIDType>16</NameIDType><IDValue>0000 0001 2147 9135</IDValue></NameIdentifier>
  <NamesBeforeKey>Ursula K.</NamesBeforeKey><KeyNames>Le Guin</KeyNames>
  <BiographicalNote textformat="05"><p>She <em>wrote</em>.</p></BiographicalNote></Contributor>
<Language><LanguageRole>01</LanguageRole><LanguageCode>ger</LanguageCode><CountryCode>AT</CountryCode></Language>
<Language><LanguageRole>02</LanguageRole><LanguageCode>eng</LanguageCode></Language>
<Extent><ExtentType>00</ExtentType><ExtentValue>341</ExtentValue><ExtentUnit>03</ExtentUnit></Extent>
<Subject><MainSubject/><SubjectSchemeIdentifier>93</SubjectSchemeIdentifier><SubjectCode>FL</SubjectCode></Subject>
<Subject><SubjectSchemeIdentifier>29</SubjectSchemeIdentifier><SubjectCode>3455</SubjectCode></Subject>
<Subject><SubjectSchemeIdentifier>20</SubjectSchemeIdentifier>
  <SubjectHeadingText>anarchism; twin worlds</SubjectHeadingText></Subject>
<Subject><SubjectSchemeIdentifier>B4</SubjectSchemeIdentifier><SubjectHeadingText>Shevek</SubjectHeadingText></Subject>
<AudienceRange><AudienceRangeQualifier>17</AudienceRangeQualifier><AudienceRangePrecision>03</AudienceRangePrecision>
  <AudienceRangeValue>14</AudienceRangeValue></AudienceRange>
"""
COLLATERAL = """
<TextContent><TextType>03</TextType><ContentAudience>00</ContentAudience><Text textformat="05"><p>One
  <strong>wall</strong>.</p><p>Two worlds.<script>alert(1)</script></p></Text></TextContent>
<TextContent><TextType>04</TextType><ContentAudience>00</ContentAudience>
  <Text textformat="02">&lt;ul onclick="x()"&gt;&lt;li&gt;Anarres&lt;/ul&gt;</Text></TextContent>
<TextContent><TextType>03</TextType><ContentAudience>02</ContentAudience><Text>For the trade only.</Text></TextContent>
<SupportingResource><ResourceContentType>01</ResourceContentType><ContentAudience>00</ContentAudience>
  <ResourceMode>03</ResourceMode><ResourceVersion><ResourceForm>02</ResourceForm>
  <ResourceLink>https://covers.example/d.jpg</ResourceLink></ResourceVersion></SupportingResource>
"""
PUBLISHING = f"""
<Imprint><ImprintName>SF Masterworks</ImprintName></Imprint>
<Publisher><PublishingRole>01</PublishingRole><PublisherName>Gollancz &amp; Sons</PublisherName></Publisher>
<ProductContact><ProductContactRole>10</ProductContactRole><ProductContactName>Safety Ltd</ProductContactName>
  <EmailAddress>safe@example.com</EmailAddress></ProductContact>
{dated("01", "1999-08-12")}{dated("20", "1974-05-01")}
"""


def test_what_a_record_says_stands_in_the_catalogue(tmp_path):
    take_onix(tmp_path, product(detail=DETAIL, collateral=COLLATERAL, publishing=PUBLISHING))
    edition = Edition.objects.get()
    book = edition.book

    assert (edition.height_mm, edition.weight_g, edition.pages) == (203, 680, 341)
    assert (edition.format, edition.language, book.original_language) == ("paperback", "de-AT", "en")
    assert (edition.imprint, edition.publisher.name) == ("SF Masterworks", "Gollancz & Sons")
    assert (str(edition.published), str(book.first_published)) == ("1999-08-12", "1974-05-01")
    assert book.description == "One wall.\n\nTwo worlds."
    assert [(part.contributor.sort_name, part.role) for part in book.contributions.all()] == [
        ("Le Guin, Ursula K.", "A01"), ("Le Guin, Ursula K.", "A24"), ("Nölle, Karen", "B06"),
    ]  # fmt: skip
    assert book.series_entries.get().series.name == "The Hainish Cycle"
    assert book.series_entries.get().position == 6
    assert set(book.subjects.values_list("scheme", "code")) == {
        ("thema", "FL"), ("clil", "3455"), ("keyword", "anarchism"), ("keyword", "twin worlds"), ("onix-B4", "Shevek"),
    }  # fmt: skip
    who = Contributor.objects.get(name="Ursula K. Le Guin")
    assert (who.biography, who.identifiers.get().value) == ("She wrote.", "0000000121479135")


def test_the_book_page_shows_what_readers_need(tmp_path, client):
    take_onix(
        tmp_path, product(detail=DETAIL, collateral=COLLATERAL, publishing=PUBLISHING, supply=supplied("20", price()))
    )
    shown = client.get(f"/api/v1/editions/{ISBN}/").json()

    texts = {text["kind"]: text["html"] for text in shown["product"]["texts"]}
    assert texts["table_of_contents"] == "<ul><li>Anarres</li></ul>"
    assert "<strong>wall</strong>" in texts["description"]
    assert "alert" not in texts["description"]
    assert len(shown["product"]["texts"]) == 2
    assert shown["product"]["accessibility"] == [{"code": "36", "name": "Text can be resized and restyled", "note": ""}]
    assert shown["product"]["features"] == [{"type": "Q7", "value": "new", "note": ""}]
    assert (shown["product"]["age_from"], shown["product"]["age_to"]) == (14, None)
    assert shown["product"]["safety_contacts"][0]["email"] == "safe@example.com"
    assert shown["list_price"] == {"amount": "12.90", "currency": "EUR"}
    assert shown["for_sale_here"] is True
    assert "onix" not in shown["product"]


@pytest.mark.parametrize(
    "markup",
    ["<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>x</a>", "<svg><script>alert(1)</script></svg>",
     "<p style='background:url(javascript:alert(1))'>x</p>", "<iframe src='https://evil.example'></iframe>"],
)  # fmt: skip
def test_no_markup_runs(markup):
    cleaned = sanitised(markup)

    assert "alert" not in cleaned
    assert "evil" not in cleaned


def test_relations_are_told_and_kept(tmp_path):
    related = """<RelatedWork><WorkRelationCode>01</WorkRelationCode><WorkIdentifier><WorkIDType>11</WorkIDType>
      <IDValue>A0220090000154FA</IDValue></WorkIdentifier></RelatedWork>
      <RelatedProduct><ProductRelationCode>06</ProductRelationCode><ProductIdentifier><ProductIDType>15</ProductIDType>
      <IDValue>9780804429573</IDValue></ProductIdentifier></RelatedProduct>
      <RelatedProduct><ProductRelationCode>23</ProductRelationCode><ProductIdentifier><ProductIDType>15</ProductIDType>
      <IDValue>9783161484100</IDValue></ProductIdentifier></RelatedProduct>"""
    take_onix(tmp_path, product(related=related))
    facts = ProductFacts.objects.get().facts

    assert [each["relations"] for each in facts["related"]] == [["06"], ["23"]]
    assert facts["onix"]["RelatedMaterial"]["RelatedWork"]["WorkIdentifier"]["WorkIDType"] == "11"


@pytest.mark.parametrize(
    ("unit", "value", "seconds"),
    [("05", "90", 5400), ("16", "0013005", 5405), ("15", "00130", 5400), ("06", "12.4", 12), ("99", "1", None)],
)
def test_durations(unit, value, seconds):
    extent = {"Extent": {"ExtentType": "09", "ExtentValue": value, "ExtentUnit": unit}}

    assert read_duration(extent) == seconds


# ---- updates ------------------------------------------------------------------------------------------------------


def test_a_record_is_known_by_its_sender_and_reference(tmp_path):
    take_onix(tmp_path, product(isbn=""))
    take_onix(tmp_path, product(isbn="", title="The Word for World Is Forest"))
    take_onix(tmp_path, raw=message(product(isbn="", title="Another"), sender="Other House").encode())

    assert set(Book.objects.values_list("title", flat=True)) == {"The Word for World Is Forest", "Another"}
    assert SourceRecord.objects.filter(reference="quay house/quay.1").count() == 1


def test_a_partial_update_changes_only_its_blocks(tmp_path):
    take_onix(tmp_path, product(detail=DETAIL, collateral=COLLATERAL, supply=supplied("20", price("12.90"))))
    given = f"""<Product><RecordReference>quay.1</RecordReference><NotificationType>04</NotificationType>
      {supplied("31", price("14.90"))}</Product>"""

    report = take_onix(tmp_path, given)
    again = take_onix(tmp_path, given)

    edition = Edition.objects.get()
    assert (counted(report), counted(again)) == ({"rows": 1, "updated": 1}, {"rows": 1, "unchanged": 1})
    assert (edition.isbn, edition.pages, edition.availability_code) == (ISBN, 341, "31")
    assert edition.list_prices.get().amount_minor == 1490
    assert {text["kind"] for text in edition.product.facts["texts"]} == {"description", "table_of_contents"}


def test_a_partial_update_of_nothing_is_rejected(tmp_path):
    given = (
        f"<Product><RecordReference>x</RecordReference><NotificationType>04</NotificationType>{supplied()}</Product>"
    )

    report = take_onix(tmp_path, given)

    assert counted(report) == {"rows": 1, "rejected": 1}
    assert not Book.objects.exists()


def test_a_deleted_record_takes_its_edition_from_sale(tmp_path):
    take_onix(tmp_path, product())
    offer = make_offer(Edition.objects.get(), on_hand=2)
    gone = "<Product><RecordReference>quay.1</RecordReference><NotificationType>05</NotificationType></Product>"

    report = take_onix(tmp_path, gone)
    again = take_onix(tmp_path, gone)

    offer = Offer.objects.get(pk=offer.pk)
    assert (counted(report), counted(again)) == ({"rows": 1, "updated": 1}, {"rows": 1, "unchanged": 1})
    assert (offer.availability, offer.on_hand) == (Availability.UNAVAILABLE, 2)
    assert Book.objects.get().listing.availability == Availability.UNAVAILABLE


def test_another_senders_deletion_changes_nothing(tmp_path):
    take_onix(tmp_path, product())
    gone = "<Product><RecordReference>quay.1</RecordReference><NotificationType>05</NotificationType></Product>"

    report = take_onix(tmp_path, raw=message(gone, sender="Other House").encode())

    assert counted(report) == {"rows": 1, "rejected": 1}
    assert Edition.objects.get().availability_code == "20"


@pytest.mark.parametrize("code", ["88", "89"])
def test_a_test_record_is_never_written(tmp_path, code):
    report = take_onix(tmp_path, product(notification=code))

    assert counted(report) == {"rows": 1, "rejected": 1}
    assert not Book.objects.exists()


def test_an_edition_known_from_a_table_is_enriched_not_doubled(tmp_path):
    take(tmp_path, "bookstore", "title,isbn,contributors,pages", f"Mine,{ISBN},Ursula K. Le Guin,300")

    take_onix(tmp_path, product(detail=DETAIL, supply=supplied("23", price())))
    take(tmp_path, "bookstore", "title,isbn,contributors,pages", f"Mine,{ISBN},Ursula K. Le Guin,300")

    edition = Edition.objects.get()
    assert (edition.book.title, edition.pages, edition.height_mm) == ("Mine", 300, 203)
    assert edition.availability_code == "23"  # what may be sold is the trade's word
    assert Contributor.objects.get(name="Ursula K. Le Guin").identifiers.get().value == "0000000121479135"


def test_people_are_known_by_their_isni_before_their_name(tmp_path):
    number = "<NameIdentifier><NameIDType>16</NameIDType><IDValue>{}</IDValue></NameIdentifier>"
    part = "<Contributor><ContributorRole>A01</ContributorRole>{}<PersonName>{}</PersonName></Contributor>"
    first, second = number.format("0000000121479135"), number.format("0000000121222604")

    take_onix(
        tmp_path,
        product("1", isbn="", title="A", detail=part.format(first, "Maj Sjöwall")),
        product("2", isbn="", title="B", detail=part.format(first, "M. Sjöwall")),
        product("3", isbn="", title="C", detail=part.format(second, "Maj Sjöwall")),
    )

    assert Contributor.objects.count() == 2
    assert Book.objects.get(title="A").contributors.get() == Book.objects.get(title="B").contributors.get()


# ---- what may be sold ---------------------------------------------------------------------------------------------


def rights(kind, countries, rest=""):
    row = f"<ROWSalesRightsType>{rest}</ROWSalesRightsType>" if rest else ""
    return (f"<Imprint><ImprintName>I</ImprintName></Imprint><SalesRights><SalesRightsType>{kind}</SalesRightsType>"
            f"<Territory>{countries}</Territory></SalesRights>{row}")  # fmt: skip


INCLUDED, WORLD = "<CountriesIncluded>{}</CountriesIncluded>", "<RegionsIncluded>WORLD</RegionsIncluded>"


@pytest.mark.parametrize(
    ("publishing", "is_sold"),
    [
        ("", True),
        (rights("01", WORLD), True),
        (rights("01", INCLUDED.format("DE AT CH")), True),
        (rights("01", INCLUDED.format("US CA")), False),
        (rights("01", INCLUDED.format("US CA"), "02"), True),
        (rights("01", INCLUDED.format("US CA"), "00"), False),
        (rights("03", INCLUDED.format("DE")), False),
        (rights("06", INCLUDED.format("US")), True),
        (rights("02", WORLD + "<CountriesExcluded>DE FR</CountriesExcluded>"), False),
        (rights("02", "<RegionsIncluded>ECZ</RegionsIncluded>"), True),
        (rights("00", WORLD), True),
        (rights("X9", INCLUDED.format("DE")), True),
    ],
)
def test_sales_rights_decide_whether_new_copies_are_sold_here(tmp_path, publishing, is_sold, settings):
    settings.SHOP_COUNTRY = "DE"
    take_onix(tmp_path, product(publishing=publishing))
    edition = Edition.objects.get()
    new, used = make_offer(edition), make_offer(edition, condition="good")

    assert edition.is_sold_here is is_sold
    assert Offer.objects.get(pk=new.pk).availability == (Availability.IN_STOCK if is_sold else Availability.UNAVAILABLE)
    assert Offer.objects.get(pk=used.pk).availability == Availability.IN_STOCK


@pytest.mark.parametrize("code", ["", "20", "10", "31", "46"])
@pytest.mark.parametrize("countries", [None, ["DE"], ["US"]])
@pytest.mark.parametrize("opens", [(None, None), (1, None), (1, 1), (1, -1), (-1, -1), (0, 0)])
def test_the_rule_in_sql_is_the_rule_in_python(client, code, countries, opens):
    on_sale, preorder = (None if offset is None else timezone.localdate() + offset * DAY for offset in opens)
    edition = make_edition(
        isbn=ISBN, availability_code=code, rights_countries=countries, on_sale_from=on_sale, preorder_from=preorder
    )
    offers = [
        make_offer(edition, seller=make_seller(f"Seller {number}"), condition=condition, on_hand=on_hand)
        for number, (condition, on_hand) in enumerate([("new", 2), ("new", 0), ("good", 1)])
    ]
    in_python = {str(offer.pk): Offer.objects.get(pk=offer.pk).availability.word for offer in offers}

    shown = client.get(f"/api/v1/editions/{ISBN}/").json()["offers"]

    in_sql = dict.fromkeys(in_python, "unavailable") | {offer["id"]: offer["availability"] for offer in shown}
    assert in_sql == in_python
    best = min(Offer.objects.get(pk=offer.pk).availability for offer in offers)
    assert edition.book.listing.availability == best


def test_an_embargo_ends_by_itself(tmp_path):
    take_onix(tmp_path, product(publishing=f"<Imprint><ImprintName>I</ImprintName></Imprint>{dated('02', day(1))}"))
    offer = make_offer(Edition.objects.get())
    before = Book.objects.get().listing.availability

    Edition.objects.update(on_sale_from=timezone.localdate())  # the night passes
    call_command("refresh_due_listings")

    assert before == Availability.PREORDER
    assert Offer.objects.get(pk=offer.pk).availability == Availability.IN_STOCK
    assert Book.objects.get().listing.availability == Availability.IN_STOCK


def test_what_is_under_embargo_cannot_be_bought(tmp_path, client):
    take_onix(tmp_path, product(publishing=f"<Imprint><ImprintName>I</ImprintName></Imprint>{dated('02', day(3))}"))
    offer = make_offer(Edition.objects.get())

    answer = client.post(
        "/api/v1/cart/items/", {"offer": str(offer.pk), "quantity": 1}, content_type="application/json"
    )

    assert answer.status_code == 409
    assert Offer.objects.get(pk=offer.pk).held == 0


MARKET = "<Market><Territory><CountriesIncluded>{}</CountriesIncluded></Territory></Market>"


def test_the_market_of_the_shop_counts(tmp_path):
    elsewhere, here = supplied("46", market=MARKET.format("US")), supplied("22", market=MARKET.format("DE AT"))

    take_onix(tmp_path, product(supply=elsewhere + here))

    assert Edition.objects.get().availability_code == "22"


@pytest.mark.parametrize(
    ("status", "code", "outcome"), [("15", "20", "49"), ("04", "21", "21"), ("02", "", "10"), ("07", "", "51")]
)
def test_the_publishers_status_is_heard(tmp_path, status, code, outcome):
    publishing = f"<Imprint><ImprintName>I</ImprintName></Imprint><PublishingStatus>{status}</PublishingStatus>"

    take_onix(tmp_path, product(publishing=publishing, supply=supplied(code) if code else ""))

    assert Edition.objects.get().availability_code == outcome


def test_a_recall_ends_when_the_record_says_so(tmp_path):
    publishing = f"<Imprint><ImprintName>I</ImprintName></Imprint>{dated('02', '2999-01-01')}"
    take_onix(tmp_path, product(publishing=publishing, supply=supplied("49")))

    take_onix(tmp_path, product(supply=supplied("20")))

    edition = Edition.objects.get()
    assert (edition.availability_code, edition.on_sale_from) == ("20", None)


# ---- prices and offers --------------------------------------------------------------------------------------------


def test_the_sellers_offer_has_the_price_for_readers_here_today(tmp_path):
    seller = make_seller()
    prices = (
        price("9.10", kind="05")
        + price("11.00", kind="01")
        + price("8.00", before="<PriceQualifier>06</PriceQualifier>")
        + price("12.90")
        + price("9.90", more=period(day(-3), day(3)))
        + price("1.90", more=period(day(3)))
        + price("10.90", "GBP")
        + price("7.77", more="<Territory><CountriesIncluded>AT</CountriesIncluded></Territory>")
    )

    report = take_onix(tmp_path, product(supply=supplied("20", prices)), seller=seller)

    offer = Offer.objects.get()
    assert (offer.price_minor, offer.currency, offer.on_hand, offer.seller) == (990, "EUR", 0, seller)
    assert offer.availability == Availability.TO_ORDER
    assert ListPrice.objects.count() == 8
    assert report.left_out == 0


def test_copies_on_hand_notes_and_withdrawn_offers_stay(tmp_path):
    seller = make_seller()
    edition = make_edition(isbn=ISBN)
    offer = make_offer(edition, seller=seller, on_hand=7, notes="signed", price_minor=100)
    stock = "<Stock><OnHand>500</OnHand></Stock>"

    take_onix(tmp_path, product(supply=supplied("20", price(), details=stock)), seller=seller)
    first = Offer.objects.get()
    Offer.objects.update(archived_at=timezone.now())
    take_onix(tmp_path, product(supply=supplied("20", price("15.00"))), seller=seller)

    assert (first.pk, first.price_minor, first.on_hand, first.notes) == (offer.pk, 1290, 7, "signed")
    assert Offer.objects.get().price_minor == 1290


def test_without_a_seller_there_are_no_offers(tmp_path):
    take_onix(tmp_path, product(supply=supplied("20", price())))

    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    ("prices", "notes"),
    [
        ("", 1),
        (price("0.00"), 1),
        ("<UnpricedItemType>02</UnpricedItemType>", 1),
        (price("12.90", "USD"), 1),
        (price("12.90", "EUR", "01"), 1),
        (price("12.905"), 2),
        (price("-1"), 2),
        (price("1e99"), 2),
        (price("cheap"), 2),
        (price("12.90", "ZZZ"), 2),
        (price(more=period("20261231", "20260101")), 2),
        (price(more=period("20260231")), 2),
        (price(before="<MinimumOrderQuantity>10</MinimumOrderQuantity>"), 1),
    ],
)
def test_a_price_that_nobody_can_pay_makes_no_offer(tmp_path, prices, notes):
    report = take_onix(tmp_path, product(supply=supplied("20", prices)), seller=make_seller())

    assert not Offer.objects.exists()
    assert counted(report) == {"rows": 1, "created": 1, "left_out": notes}


def test_two_prices_for_one_market_are_told_apart_in_the_report(tmp_path):
    report = take_onix(tmp_path, product(supply=supplied("20", price("12.90") + price("13.90"))), seller=make_seller())

    assert Offer.objects.get().price_minor == 1290
    assert counted(report) == {"rows": 1, "created": 1, "left_out": 1}
    assert reported(tmp_path)[0][1] == "Price"


# ---- Thema --------------------------------------------------------------------------------------------------------


def test_thema_subjects_hang_on_the_tree(tmp_path):
    tree = shared_data("thema") / "20230707_Thema_v1.5_en.json"
    take_onix(tmp_path, product(detail=DETAIL))
    call_command("load_thema", tree)
    count = Subject.objects.filter(scheme="thema").count()

    call_command("load_thema", tree)

    subject = Book.objects.get().subjects.get(scheme="thema")
    assert (subject.label, [each.code for each in subject.ancestors]) == ("Science fiction", ["F"])
    assert Subject.objects.filter(scheme="thema").count() == count == 8645
    assert subject.parent_id in Book.objects.get().listing.subjects


def test_dates_without_days_bind_until_their_end(tmp_path):
    publishing = """<Imprint><ImprintName>I</ImprintName></Imprint><PublishingDate>
      <PublishingDateRole>02</PublishingDateRole><Date dateformat="01">299902</Date></PublishingDate>"""

    take_onix(tmp_path, product(publishing=publishing))

    assert Edition.objects.get().on_sale_from == date(2999, 2, 28)
