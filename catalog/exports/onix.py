"""What a seller offers new, as an ONIX 3.1 message with reference names, one product at a time."""

from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone
from lxml import etree

from accounts.models import Seller
from catalog.exports.product import product_tree
from catalog.imports.onix.elements import children
from catalog.imports.onix.messages import NOT_XML
from catalog.imports.onix.runs import OWN_SENDER_TYPE
from catalog.imports.onix.trees import ATTRIBUTES, Tree, many
from catalog.models import Contribution, Edition, Offer, SeriesEntry, SubjectLink
from catalog.vocabularies import Condition

NAMESPACE = "http://ns.editeur.org/onix/3.1/reference"
BATCH = 500
IN_PAIRS = {"AudienceRange": ("AudienceRangePrecision", "AudienceRangeValue")}


def export_onix(out: IO[bytes], seller: Seller) -> int:
    """Write the message, and return how many products it has."""
    count = 0
    with etree.xmlfile(out, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element(f"{{{NAMESPACE}}}ONIXMessage", {"release": "3.1"}, nsmap={None: NAMESPACE}):
            xml.write("\n", element("Header", header()), "\n")
            for offer in offers(seller):
                xml.write(element("Product", product_tree(offer)), "\n")
                count += 1
            if not count:
                xml.write(element("NoProduct", True), "\n")
    return count


def header() -> Tree:
    return {
        "Sender": {
            "SenderIdentifier": {
                "SenderIDType": OWN_SENDER_TYPE, "IDTypeName": "Bookstore", "IDValue": settings.SHOP_URL,
            },
            "SenderName": settings.SHOP_NAME,
        },
        "SentDateTime": timezone.now().strftime("%Y%m%dT%H%M%SZ"),
    }  # fmt: skip


def offers(seller: Seller) -> Iterator[Offer]:
    """The seller's open offers of new copies with all that a record says of them."""
    rows = Offer.objects.filter(seller=seller, archived_at=None, condition=Condition.NEW).order_by("pk")
    editions = Edition.objects.select_related("book", "publisher", "product").prefetch_related(
        Prefetch("book__contributions", Contribution.objects.select_related("contributor")),
        "book__contributions__contributor__identifiers",
        Prefetch("book__series_entries", SeriesEntry.objects.select_related("series").order_by("id")),
        Prefetch("book__subject_links", SubjectLink.objects.select_related("subject")),
    )
    rows = rows.select_related("seller").prefetch_related(Prefetch("edition", editions))
    last: UUID | None = None
    while batch := list(rows.filter(pk__gt=last)[:BATCH] if last else rows[:BATCH]):
        yield from batch
        last = batch[-1].pk


def element(name: str, value: Any) -> etree._Element:
    """A value as the element of this name, its children in the order of the schema."""
    made = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={None: NAMESPACE})
    fill(made, name, value)
    return made


def fill(made: etree._Element, name: str, value: Any) -> None:
    if isinstance(value, dict) and "text" in value:
        for attribute in ATTRIBUTES:
            if attribute in value:
                made.set(attribute, NOT_XML.sub("", value[attribute]))
        value = value["text"]
    if isinstance(value, dict):
        for child, each in in_order(name, value):
            if each not in (None, "", {}, False):
                fill(etree.SubElement(made, f"{{{NAMESPACE}}}{child}"), child, each)
    elif value is not True:
        made.text = NOT_XML.sub("", str(value))


def in_order(name: str, value: Tree) -> list[tuple[str, Any]]:
    """The children as the schema wants them, one after the other, or in pairs."""
    found = [(child, each) for child in children(name) for each in many(value, child)]
    if name in IN_PAIRS:
        found.sort(key=lambda each: each[0] in IN_PAIRS[name])
        first = len([each for each in found if each[0] not in IN_PAIRS[name]])
        precisions, values = ([each for each in found[first:] if each[0] == kind] for kind in IN_PAIRS[name])
        return found[:first] + [each for pair in zip(precisions, values, strict=False) for each in pair]
    return found
