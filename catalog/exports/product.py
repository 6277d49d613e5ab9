"""One offer's edition as the tree of an ONIX product: the shop's own columns, and facts that came with its record."""

from typing import Any

from langcodes import Language

from catalog.imports.matching import told_series
from catalog.imports.onix.codes import FORMATS
from catalog.imports.onix.facts import LONG, description
from catalog.imports.onix.prices import OWN_SUPPLIERS
from catalog.imports.onix.product import BOOK_TITLE, OWN_EDITION
from catalog.imports.onix.trees import Tree, as_markup, many, part, parts, words
from catalog.imports.titles import plain_number
from catalog.models import Contribution, Edition, Offer, SeriesEntry, Subject
from catalog.partial_dates import PartialDate
from catalog.vocabularies import Format, language_tag

FORMS = {
    Format.HARDBACK: "BB", Format.PAPERBACK: "BC", Format.BOARD_BOOK: "BH", Format.SPIRAL_BOUND: "BE",
    Format.LEATHER_BOUND: "BG", Format.EBOOK: "ED", Format.AUDIOBOOK: "AJ", Format.AUDIO_CD: "AC", Format.MAP: "CZ",
    Format.CALENDAR: "PC", Format.BOX_SET: "SA", Format.OTHER: "ZZ", Format.UNKNOWN: "00",
}  # fmt: skip
SCHEMES = {"thema": "93", "bisac": "10", "bic": "12", "wgs": "26", "clil": "29", "nur": "32", "lcsh": "04", "lcc": "03",
           "keyword": "20"}  # fmt: skip
QUALIFIERS = {"thema": dict(zip("123456", ("94", "95", "96", "97", "98", "99"), strict=True)),
              "bic": dict(zip("12345", ("13", "14", "15", "16", "17"), strict=True))}  # fmt: skip
RETAILER = "08"  # list 93
IN_STOCK, OUT_OF_STOCK = "21", "31"  # list 65
RRP_WITH_TAX = "02"  # list 58
FREE = "01"  # list 57
SALES_EMBARGO = "02"  # list 166
FROM_ITS_RECORD = ("ProductFormDetail", "ProductFormFeature", "EpubTechnicalProtection", "Audience", "AudienceRange")
MARKUP = "02"  # list 34: HTML, its tags escaped


def product_tree(offer: Offer) -> Tree:
    edition = offer.edition
    blocks: Tree = edition.product.facts.get("onix", {}) if hasattr(edition, "product") else {}
    numbers: list[Tree] = [
        {"ProductIDType": "01", "IDTypeName": "Bookstore edition", "IDValue": str(edition.pk)},
    ]
    if edition.isbn:
        numbers += [{"ProductIDType": kind, "IDValue": edition.isbn} for kind in ("03", "15")]
    return {
        "RecordReference": f"{OWN_EDITION}{edition.pk}",
        "NotificationType": "03",
        "ProductIdentifier": numbers,
        "DescriptiveDetail": descriptive(edition, part(blocks, "DescriptiveDetail")),
        "CollateralDetail": collateral(edition, part(blocks, "CollateralDetail")),
        "PublishingDetail": publishing(edition, part(blocks, "PublishingDetail")),
        "RelatedMaterial": part(blocks, "RelatedMaterial"),
        "ProductSupply": supply(offer),
    }


# ---- block 1 ---------------------------------------------------------------------------------------------------


def descriptive(edition: Edition, came: Tree) -> Tree:
    form = words(came, "ProductForm")
    if form not in FORMATS or FORMATS[form] != edition.format:
        form = FORMS[Format(edition.format)]
    people = list(edition.book.contributions.all())
    return {
        **{name: came[name] for name in FROM_ITS_RECORD if name in came},
        "ProductComposition": "10" if edition.format == Format.BOX_SET else "00",
        "ProductForm": form,
        "Measure": measures(edition),
        "TitleDetail": titles(edition),
        "Collection": [collection(entry) for entry in edition.book.series_entries.all()],
        "Contributor": [contributor(place, each) for place, each in enumerate(people, start=1)],
        "NoContributor": not people,
        "EditionStatement": edition.edition_statement,
        "NoEdition": not edition.edition_statement,
        "Language": [*language("01", edition.language), *language("02", edition.book.original_language)],
        "Extent": {"ExtentType": "00", "ExtentValue": str(edition.pages), "ExtentUnit": "03"} if edition.pages else {},
        "Subject": [subject(link.subject) for link in edition.book.subject_links.all()],
    }


def measures(edition: Edition) -> list[Tree]:
    sizes = (("01", edition.height_mm, "mm"), ("02", edition.width_mm, "mm"), ("03", edition.thickness_mm, "mm"),
             ("08", edition.weight_g, "gr"))  # fmt: skip
    return [
        {"MeasureType": kind, "Measurement": str(size), "MeasureUnitCode": unit} for kind, size, unit in sizes if size
    ]


def titles(edition: Edition) -> list[Tree]:
    book = edition.book
    own = {"TitleElementLevel": "01", "TitleText": edition.title or book.title, "Subtitle": book.subtitle}
    found: list[Tree] = [{"TitleType": "01", "TitleElement": own}]
    if edition.title and edition.title != book.title:
        work = {"TitleElementLevel": "01", "TitleText": book.title}
        found.append({"TitleType": BOOK_TITLE, "TitleElement": work})
    return found


def collection(entry: SeriesEntry) -> Tree:
    place = told_series(entry)
    elements: list[Tree] = [{"TitleElementLevel": "02", "TitleText": place.name}]
    if place.label:
        elements.append({"TitleElementLevel": "01", "PartNumber": place.label})
    number = plain_number(place.position)
    sequence = {"CollectionSequenceType": "02", "CollectionSequenceNumber": number}
    return {
        "CollectionType": "10",
        "CollectionSequence": sequence if number else {},
        "TitleDetail": {"TitleType": "01", "TitleElement": elements},
    }


def contributor(place: int, part: Contribution) -> Tree:
    who = part.contributor
    years = (("50", who.birth_year), ("51", who.death_year))
    return {
        "SequenceNumber": str(place),
        "ContributorRole": part.role,
        "NameIdentifier": [
            {"NameIDType": each.scheme, "IDTypeName": each.scheme_name, "IDValue": each.value}
            for each in who.identifiers.all()
        ],
        "PersonName": who.name,
        "PersonNameInverted": who.sort_name,
        "ContributorDate": [
            {"ContributorDateRole": role, "Date": written(PartialDate(year))}
            for role, year in years
            if year and year > 0
        ],
        "BiographicalNote": who.biography,
    }


def language(role: str, tag: str) -> list[Tree]:
    """The language in ISO 639-2/B with its script and country; nothing where that would say something else."""
    found = Language.get(tag) if tag else None
    if found is None:
        return []
    try:
        code = found.to_alpha3(variant="B")
    except LookupError:
        return []
    parts_of_it = [code, found.script or "", found.territory or ""]
    if language_tag("-".join(filter(None, parts_of_it))) != tag:
        return []
    return [
        {"LanguageRole": role, "LanguageCode": code, "CountryCode": parts_of_it[2], "ScriptCode": parts_of_it[1]},
    ]


def subject(heading: Subject) -> Tree:
    number = QUALIFIERS.get(heading.scheme, {}).get(heading.code[:1]) or SCHEMES.get(heading.scheme)
    if heading.scheme == Subject.Scheme.KEYWORD:
        return {"SubjectSchemeIdentifier": "20", "SubjectHeadingText": heading.code}
    return {
        "SubjectSchemeIdentifier": number or heading.scheme.removeprefix("onix-"),
        "SubjectCode": heading.code,
        "SubjectHeadingText": heading.label if heading.label != heading.code else "",
    }


# ---- the other blocks ------------------------------------------------------------------------------------------


def collateral(edition: Edition, came: Tree) -> Tree:
    """The description as the shop has it, in the sender's markup where that is the same, and all other texts."""
    ours = edition.book.description
    texts = [content for content in parts(came, "TextContent") if words(content, "TextType") != LONG]
    long = [content for content in parts(came, "TextContent") if words(content, "TextType") == LONG]
    is_theirs = bool(long) and " ".join(description({"TextContent": long}).split()) == " ".join(ours.split())
    if not is_theirs:
        long = [{"TextType": LONG, "ContentAudience": "00", "Text": ours}] if ours else []
    return {"TextContent": [escaped(content) for content in [*long, *texts]]}


def escaped(content: Tree) -> Tree:
    """With its markup as text, for HTML's tags are not all ONIX's."""
    return {**content, "Text": [{"text": as_markup(text), "textformat": MARKUP} if is_markup(text) else text
                                for text in many(content, "Text")]}  # fmt: skip


def is_markup(text: Any) -> bool:
    return isinstance(text, dict) and text.get("textformat") == "05"


def publishing(edition: Edition, came: Tree) -> Tree:
    if not (edition.imprint or edition.publisher):
        return {}
    name = edition.publisher.name if edition.publisher else ""
    days = (("01", edition.published), ("20", edition.book.first_published),
            ("02", edition.on_sale_from), ("27", edition.preorder_from))  # fmt: skip
    rights = sales_rights(edition)
    return {
        "Imprint": {"ImprintName": edition.imprint} if edition.imprint else {},
        "Publisher": {"PublishingRole": "01", "PublisherName": name} if name else {},
        "ProductContact": came.get("ProductContact"),
        "PublishingDate": [
            {"PublishingDateRole": role, "Date": written(day)}
            for role, day in days if day is not None and day.year > 0
        ],
        "SalesRights": rights,
        "ROWSalesRightsType": "03" if rights else "",
    }  # fmt: skip


def sales_rights(edition: Edition) -> Tree:
    if edition.rights_countries is None:
        return {}
    codes, world = " ".join(edition.rights_countries), "WORLD"
    if edition.rights_all_but:
        return {"SalesRightsType": "02", "Territory": {"RegionsIncluded": world, "CountriesExcluded": codes}}
    if not codes:
        return {"SalesRightsType": "03", "Territory": {"RegionsIncluded": world}}
    return {"SalesRightsType": "02", "Territory": {"CountriesIncluded": codes}}


def written(day: Any) -> Tree:
    """A date with the precision that it has (list 55)."""
    text = str(day).replace("-", "")
    return {"text": text, "dateformat": {8: "00", 6: "01", 4: "05"}[len(text)]}


def embargo(edition: Edition) -> Tree:
    """Also where the publisher's block is missing, for want of a publisher."""
    day = edition.on_sale_from
    return {"SupplyDateRole": SALES_EMBARGO, "Date": written(day)} if day else {}


def supply(offer: Offer) -> Tree:
    code = offer.edition.availability_code or (IN_STOCK if offer.left else OUT_OF_STOCK)
    price: Tree = {"UnpricedItemType": FREE}
    if offer.price_minor:
        price = {
            "PriceType": RRP_WITH_TAX, "PriceAmount": str(offer.price.amount), "CurrencyCode": offer.currency,
        }  # fmt: skip
    return {
        "Market": {"Territory": {"RegionsIncluded": "WORLD"}},
        "SupplyDetail": {
            "Supplier": {
                "SupplierRole": RETAILER,
                "SupplierIdentifier": {
                    "SupplierIDType": "01", "IDTypeName": OWN_SUPPLIERS, "IDValue": offer.seller.slug,
                },
                "SupplierName": offer.seller.name,
            },
            "ProductAvailability": code,
            "SupplyDate": embargo(offer.edition),
            "Stock": {"OnHand": str(offer.on_hand)},
            "Price": price,
        },
    }  # fmt: skip
