"""Product facts out of a record's blocks: what readers need under the shop's names, and the blocks as they came."""

from typing import Any

from catalog.imports.onix.descriptive import age_range, features, read_duration, read_file_size
from catalog.imports.onix.publishing import expected
from catalog.imports.onix.reading import Reading
from catalog.imports.onix.trees import (
    Tree,
    all_words,
    as_markup,
    line,
    many,
    part,
    parts,
    plain_text,
    words,
)

BLOCKS = ("DescriptiveDetail", "CollateralDetail", "PromotionDetail", "ContentDetail", "PublishingDetail",
          "RelatedMaterial", "ProductionDetail", "ProductSupply")  # fmt: skip
ALWAYS = ("ProductIdentifier", "Barcode", "RecordSourceType", "RecordSourceIdentifier", "RecordSourceName")
ACCESSIBILITY = "09"  # list 79
SAFETY = "10"  # list 198
SAFETY_DOCUMENTS = "53"  # list 158
FOR_READERS = ("00", "03", "")  # list 154
COVER, IMAGE = "01", "03"  # lists 158 and 159
SHORT, LONG = "02", "03"  # list 153
TEXT_KINDS = {
    "02": "short_description", "03": "description", "04": "table_of_contents", "06": "review_quote",
    "07": "review_quote", "08": "review_quote", "10": "headline", "11": "feature", "12": "biography",
    "14": "excerpt", "17": "flap", "18": "back_cover", "20": "publisher_notice", "27": "excerpt", "33": "open_access",
}  # fmt: skip
LONGEST_URL = 2000

Facts = dict[str, Any]


def product_facts(reading: Reading, product: Tree, relevant: list[Tree]) -> Facts:
    """The one JSON of an edition's product facts; names without a value are left out."""
    detail, collateral = part(product, "DescriptiveDetail"), part(product, "CollateralDetail")
    publishing = part(product, "PublishingDetail")
    said = features(detail)
    youngest, oldest = age_range(detail)
    facts: Facts = {
        "texts": texts(collateral),
        "accessibility": [{"code": each["value"], "note": each["note"]} for each in said
                          if each["type"] == ACCESSIBILITY],
        "features": [each for each in said if each["type"] != ACCESSIBILITY],
        "form": words(detail, "ProductForm"),
        "form_details": all_words(detail, "ProductFormDetail"),
        "protection": all_words(detail, "EpubTechnicalProtection"),
        "duration_seconds": read_duration(detail),
        "file_size_bytes": read_file_size(detail),
        "audience": [{"scheme": words(each, "AudienceCodeType"), "code": words(each, "AudienceCodeValue")}
                     for each in parts(detail, "Audience")],
        "age_from": youngest,
        "age_to": oldest,
        "identifiers": [{"type": words(each, "ProductIDType"), "name": line(each, "IDTypeName"),
                         "value": line(each, "IDValue")} for each in parts(product, "ProductIdentifier")],
        "country_of_manufacture": words(detail, "CountryOfManufacture"),
        "safety_contacts": [contact(each) for each in parts(publishing, "ProductContact")
                            if words(each, "ProductContactRole") == SAFETY],
        "resources": resources(collateral),
        "expected": expected(reading, relevant),
        "related": related(part(product, "RelatedMaterial")),
        "onix": {name: product[name] for name in (*ALWAYS, *BLOCKS) if name in product},
    }  # fmt: skip
    return {name: value for name, value in facts.items() if value not in (None, "", [], {})}


# ---- texts and resources ---------------------------------------------------------------------------------------


def texts(collateral: Tree) -> list[Facts]:
    """What may be shown to readers, each with its kind, as safe HTML."""
    found = []
    for content in parts(collateral, "TextContent"):
        kind = words(content, "TextType")
        if not is_for_readers(content):
            continue
        for text in many(content, "Text")[:1]:
            found.append(without_blanks({
                "kind": TEXT_KINDS.get(kind, "other"),
                "type": kind,
                "html": as_markup(text),
                "author": line(content, "TextAuthor"),
                "source": line(content, "SourceTitle"),
                "date": line(part(content, "ContentDate"), "Date"),
            }))  # fmt: skip
    return [each for each in found if each.get("html")]


def is_for_readers(content: Tree) -> bool:
    audiences = all_words(content, "ContentAudience")
    return not audiences or any(code in FOR_READERS for code in audiences)


def description(collateral: Tree) -> str:
    """The long description, or else the short one, as plain text."""
    found: dict[str, Any] = {}
    for content in parts(collateral, "TextContent"):
        if is_for_readers(content):
            found.setdefault(words(content, "TextType"), next(iter(many(content, "Text")), ""))
    return plain_text(found.get(LONG)) or plain_text(found.get(SHORT))


def resources(collateral: Tree) -> list[Facts]:
    """Links to pictures, samples, safety documents, as far as they are for readers."""
    found = []
    for resource in parts(collateral, "SupportingResource"):
        if not is_for_readers(resource):
            continue
        for version in parts(resource, "ResourceVersion"):
            for url in all_words(version, "ResourceLink"):
                if is_web_address(url):
                    found.append({
                        "content": words(resource, "ResourceContentType"), "mode": words(resource, "ResourceMode"),
                        "form": words(version, "ResourceForm"), "url": url,
                    })  # fmt: skip
    return found


def cover_url(reading: Reading, collateral: Tree) -> str:
    """Where the largest front cover lies."""
    found: list[tuple[float, str]] = []
    for resource in parts(collateral, "SupportingResource"):
        if (words(resource, "ResourceContentType"), words(resource, "ResourceMode")) != (COVER, IMAGE):
            continue
        for version in parts(resource, "ResourceVersion"):
            for url in all_words(version, "ResourceLink"):
                if is_web_address(url):
                    found.append((pixels(version), url))
                else:
                    reading.leave_out("ResourceLink", url, "It is no address on the web.")
    return max(found, key=lambda each: each[0])[1] if found else ""


def is_web_address(url: str) -> bool:
    return url.startswith(("http://", "https://")) and len(url) <= LONGEST_URL and not any(map(str.isspace, url))


def pixels(version: Tree) -> float:
    for feature in parts(version, "ResourceVersionFeature"):
        value = words(feature, "FeatureValue")
        if words(feature, "ResourceVersionFeatureType") in ("02", "03") and value.isdecimal():  # list 162
            return float(value[:9])
    return 0.0


# ---- the rest --------------------------------------------------------------------------------------------------


def contact(tree: Tree) -> Facts:
    """Whom to ask about the safety of the product (GPSR)."""
    street = [line(tree, "StreetAddress"), line(tree, "PostalCode"), line(tree, "LocationName")]
    return without_blanks({
        "name": line(tree, "ProductContactName") or line(tree, "ContactName"),
        "email": line(tree, "EmailAddress"),
        "phone": line(tree, "TelephoneNumber"),
        "address": ", ".join(filter(None, street)),
        "country": words(tree, "CountryCode"),
    })  # fmt: skip


def related(material: Tree) -> list[Facts]:
    """Related products with the codes of their relation (list 51) and their identifiers."""
    return [
        {
            "relations": all_words(product, "ProductRelationCode"),
            "identifiers": [
                {"type": words(each, "ProductIDType"), "value": line(each, "IDValue")}
                for each in parts(product, "ProductIdentifier")
            ],
        }
        for product in parts(material, "RelatedProduct")
    ]


def without_blanks(facts: Facts) -> Facts:
    return {name: value for name, value in facts.items() if value not in (None, "")}
