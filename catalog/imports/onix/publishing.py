"""Blocks 4 to 6: publisher, dates, sales rights, related products, and what suppliers say of this market."""

from collections.abc import Iterable
from datetime import date
from operator import itemgetter
from typing import Any

from catalog.imports.onix.codes import (
    AVAILABLE_BY_STATUS,
    BEST_AVAILABILITY,
    FOR_SALE,
    MANIFESTATION,
    NOT_FOR_SALE,
    SAME_WORK,
    WITHDRAWN_BY_STATUS,
)
from catalog.imports.onix.dates import last_day
from catalog.imports.onix.reading import Reading
from catalog.imports.onix.territories import EVERYWHERE, NOWHERE, Countries, union
from catalog.imports.onix.trees import Tree, all_words, line, many, part, parts, words
from catalog.isbn import InvalidISBN, parse_isbn
from catalog.partial_dates import PartialDate

PUBLISHED, EMBARGO, FIRST, FIRST_IN_ORIGINAL, PREORDER = "01", "02", "11", "20", "27"  # list 163
PUBLISHER = "01"  # list 45
EXPECTED = "08"  # list 166
LONGEST_CODE = 2


# ---- the publisher ---------------------------------------------------------------------------------------------


def publisher_name(reading: Reading, publishing: Tree) -> str:
    publishers = parts(publishing, "Publisher")
    ranked = sorted(publishers, key=lambda each: words(each, "PublishingRole") != PUBLISHER)
    return next((name for each in ranked if (name := reading.short("Publisher", line(each, "PublisherName")))), "")


def imprint_name(reading: Reading, publishing: Tree) -> str:
    return reading.short("Imprint", line(part(publishing, "Imprint"), "ImprintName"))


# ---- dates -----------------------------------------------------------------------------------------------------


def dates(reading: Reading, tree: Tree, name: str) -> dict[str, PartialDate]:
    """The dates of these composites by their roles; the first of each role counts."""
    found: dict[str, PartialDate] = {}
    for each in parts(tree, name):
        role = words(each, f"{name}Role")
        day = reading.date(name, dated(each))
        if day and role not in found:
            found[role] = day
    return found


def dated(tree: Tree) -> Any:
    """The date, with its format beside it where the sender wrote that as older versions did."""
    value = next(iter(many(tree, "Date")), "")
    form = words(tree, "DateFormat")
    return {"text": value, "dateformat": form} if form and isinstance(value, str) else value


def embargo(role: str, market: dict[str, PartialDate], world: dict[str, PartialDate]) -> date | None:
    """The market's word before the world's."""
    day = market.get(role) or world.get(role)
    return last_day(day) if day else None


# ---- sales rights ----------------------------------------------------------------------------------------------


def sales_rights(publishing: Tree) -> Countries | None:
    """Where it may be sold; None where nothing is said. Where some countries are named, the others need a word too."""
    for_sale, not_for_sale, undecided = NOWHERE, NOWHERE, NOWHERE
    for each in parts(publishing, "SalesRights"):
        kind, where = words(each, "SalesRightsType"), union(parts(each, "Territory"))
        if kind in FOR_SALE:
            for_sale |= where
        elif kind in NOT_FOR_SALE:
            not_for_sale |= where
        else:
            undecided |= where
    rest, others = words(publishing, "ROWSalesRightsType"), ~(for_sale | not_for_sale | undecided)
    if rest in FOR_SALE:
        for_sale |= others
    elif rest in NOT_FOR_SALE:
        not_for_sale |= others
    if for_sale:
        return for_sale - not_for_sale
    return ~not_for_sale if not_for_sale else None


# ---- what suppliers say ----------------------------------------------------------------------------------------


def market_of(supply: Tree) -> Countries:
    """The countries that a ProductSupply speaks of; all, where it names none."""
    named = [each for market in parts(supply, "Market") for each in parts(market, "Territory")]
    return union(named) if named else EVERYWHERE


def here(reading: Reading, supplies: Iterable[Tree]) -> list[Tree]:
    """What is said of the shop's own market; those that name it before those for all the world."""
    markets = [(market_of(each), each) for each in supplies]
    fitting = [(market.all_but, each) for market, each in markets if reading.about.country in market]
    return [each for _, each in sorted(fitting, key=itemgetter(0))]


def availability(reading: Reading, supplies: list[Tree], publishing: Tree) -> str:
    """The code of list 65 for this market: the best that a supplier says, unless the publisher withdrew it."""
    status = words(publishing, "PublishingStatus")
    markets = [words(part(each, "MarketPublishingDetail"), "MarketPublishingStatus") for each in supplies]
    stated = next((each for each in markets if each not in ("", "00", "09")), status)  # list 68 begins as list 64 does
    if stated in WITHDRAWN_BY_STATUS:
        return WITHDRAWN_BY_STATUS[stated]
    details = [detail for each in supplies for detail in parts(each, "SupplyDetail")]
    codes = [code for detail in details if (code := availability_code(reading, detail))]
    known = [code for code in BEST_AVAILABILITY if code in codes]
    return next(iter([*known, *codes]), "") or AVAILABLE_BY_STATUS.get(stated, "")


def availability_code(reading: Reading, detail: Tree) -> str:
    code = words(detail, "ProductAvailability")
    if len(code) > LONGEST_CODE:
        reading.leave_out("ProductAvailability", code, "It is no code of ONIX list 65.")
        return ""
    return code


def trade_facts(reading: Reading, publishing: Tree, supplies: list[Tree], relevant: list[Tree]) -> dict[str, Any]:
    """The columns of an edition that decide whether it may be sold here, and when."""
    market: dict[str, PartialDate] = {}
    for supply in reversed(relevant):
        market |= dates(reading, part(supply, "MarketPublishingDetail"), "MarketDate")
    world = dates(reading, publishing, "PublishingDate")
    rights = sales_rights(publishing)
    facts: dict[str, Any] = {
        "rights_countries": None if rights is None else sorted(rights.codes),
        "rights_all_but": bool(rights and rights.all_but),
        "on_sale_from": latest([embargo(EMBARGO, market, world), *supply_embargoes(reading, relevant)]),
        "preorder_from": embargo(PREORDER, market, world),
    }
    if supplies or words(publishing, "PublishingStatus"):
        facts["availability_code"] = availability(reading, relevant, publishing)
    return facts


def supply_embargoes(reading: Reading, supplies: list[Tree]) -> list[date | None]:
    """When each supplier's embargo ends; who may sell from one supplier may sell."""
    details = [detail for each in supplies for detail in parts(each, "SupplyDetail")]
    days = [dates(reading, detail, "SupplyDate").get(EMBARGO) for detail in details]
    ends = [last_day(day) for day in days if day]
    return [min(ends)] if ends and len(ends) == len(details) else []


def latest(days: list[date | None]) -> date | None:
    return max((day for day in days if day), default=None)


def published(reading: Reading, publishing: Tree, relevant: list[Tree]) -> dict[str, PartialDate | None]:
    """When the edition came out, and the work for the first time."""
    world = dates(reading, publishing, "PublishingDate")
    markets = [dates(reading, part(each, "MarketPublishingDetail"), "MarketDate") for each in relevant]
    local = next((each[PUBLISHED] for each in markets if PUBLISHED in each), None)
    return {
        "published": world.get(PUBLISHED) or local or world.get("16"),
        "first_published": world.get(FIRST_IN_ORIGINAL) or world.get(FIRST),
    }


def expected(reading: Reading, relevant: list[Tree]) -> str:
    """When suppliers expect it, as text."""
    details = [detail for each in relevant for detail in parts(each, "SupplyDetail")]
    days = [day for each in details if (day := dates(reading, each, "SupplyDate").get(EXPECTED))]
    return str(min(days)) if days else ""


# ---- what belongs together -------------------------------------------------------------------------------------


def work_ids(related: Tree) -> tuple[tuple[str, str], ...]:
    """The identifiers (list 16) of the work that this is an edition of."""
    found: dict[tuple[str, str], None] = {}
    for work in parts(related, "RelatedWork"):
        if words(work, "WorkRelationCode") not in MANIFESTATION:
            continue
        for each in parts(work, "WorkIdentifier"):
            scheme, value = words(each, "WorkIDType"), line(each, "IDValue")
            owner = line(each, "IDTypeName") if scheme == "01" else ""
            if scheme and value:
                found[scheme, f"{owner}: {value}" if owner else value] = None
    return tuple(found)


def same_work(reading: Reading, related: Tree, own: str | None) -> tuple[str, ...]:
    """The ISBNs of other forms of the same work."""
    found: dict[str, None] = {}
    for product in parts(related, "RelatedProduct"):
        if not set(all_words(product, "ProductRelationCode")) & set(SAME_WORK):
            continue
        for each in parts(product, "ProductIdentifier"):
            kind, value = words(each, "ProductIDType"), words(each, "IDValue")
            try:
                isbn = parse_isbn(value) if kind in ("02", "03", "15") else None
            except InvalidISBN as error:
                isbn = None
                if kind == "15":
                    reading.leave_out("RelatedProduct", value, str(error))
            if isbn and isbn != own:
                found[isbn] = None
    return tuple(found)
