"""A product of a message as a record in the shop's words."""

import hashlib
from typing import Any
from uuid import UUID

from bookstore.money import Money
from catalog.imports.cells import given
from catalog.imports.onix.codes import DELETED, FULL, PARTIAL, TESTS, WITHDRAWN
from catalog.imports.onix.descriptive import (
    isbn_candidates,
    read_format,
    read_language,
    read_measures,
    read_pages,
    read_series,
    read_subjects,
    read_title,
    title_text,
)
from catalog.imports.onix.facts import ALWAYS, BLOCKS, cover_url, description, product_facts
from catalog.imports.onix.messages import Product
from catalog.imports.onix.people import read_people
from catalog.imports.onix.prices import own_stock, price_today, read_prices
from catalog.imports.onix.publishing import (
    here,
    imprint_name,
    published,
    publisher_name,
    same_work,
    trade_facts,
    work_ids,
)
from catalog.imports.onix.reading import Circumstances, Reading
from catalog.imports.onix.trees import Tree, line, part, parts, words
from catalog.imports.record import OfferLine, ProductLine, Record, RowRejected
from catalog.imports.rows import BadRow
from catalog.isbn import MUSIC_PREFIX, PREFIXES, InvalidISBN, parse_isbn
from catalog.vocabularies import NEVER_SOLD, Condition

LONGEST_REFERENCE = 390
BOOK_TITLE = "00"  # list 15, undefined: in our own exports the book's title, where the edition has another one
OWN_EDITION = "urn:uuid:"  # how our own exports name a record

TEST = "A test record (NotificationType {code}) is never written."
NOT_KNOWN = "The shop does not have this record{why}."
NOTHING_GIVEN = "A book needs a title."


def needs_the_shop(product: Product) -> bool:
    """Whether the record can only be read beside what the shop has of it."""
    return words(product.tree, "NotificationType") in (*PARTIAL, DELETED)


def read_product(product: Product, about: Circumstances) -> Record | BadRow:
    """The record, or why there is none."""
    name = product.reference or line(product.tree, "RecordReference")
    if product.problem:
        return BadRow(product.number, name, product.problem, at=product.line, name=name[:500])
    reading = Reading(product.number, about)
    if product.repair:
        reading.repaired("", name, product.repair)
    try:
        record = read_tree(reading, product.tree, name)
    except RowRejected as rejected:
        return BadRow(
            product.number, rejected.value, rejected.reason, rejected.column, at=product.line, name=name[:500]
        )
    record.notes, record.at, record.name = reading.notes, product.line, name[:500]
    record.is_trusted = about.is_trusted
    record.digest  # noqa: B018 - made here, where there may be a core for it
    return record


def read_tree(reading: Reading, tree: Tree, name: str) -> Record:
    """Raises RowRejected."""
    code = words(tree, "NotificationType")
    if code in TESTS:
        raise RowRejected("NotificationType", code, TEST.format(code=code))
    isbn = read_isbn(reading, tree)
    reference = reference_of(reading, name, isbn)
    known = reading.about.blocks_of(reference) if code in (*PARTIAL, DELETED) else None
    if code == DELETED:
        return withdrawal(reading, reference, known)
    if code in PARTIAL:
        tree = brought_up_to_date(tree, known)
        isbn = isbn or read_isbn(reading, tree)
    elif code not in FULL:
        reading.repaired("NotificationType", code, "It is no code of ONIX list 1; the record was taken as complete.")
    return whole_record(reading, tree, reference, isbn)


def brought_up_to_date(tree: Tree, known: Tree | None) -> Tree:
    """What the shop has of the record, with the blocks that are given in the place of the old ones."""
    if known is None and not part(tree, "DescriptiveDetail"):
        raise RowRejected("NotificationType", words(tree, "NotificationType"), NOT_KNOWN.format(why=" to update"))
    return (known or {}) | {name: value for name, value in tree.items() if name in (*ALWAYS, *BLOCKS)}


def withdrawal(reading: Reading, reference: str, known: Tree | None) -> Record:
    """A deleted record takes its edition from sale; what was sold of it stays in the books."""
    if known is None:
        raise RowRejected("NotificationType", DELETED, NOT_KNOWN.format(why=", or has newer facts from another one"))
    return Record(reading.number, reference, {}, {}, trade={"availability_code": WITHDRAWN})


def whole_record(reading: Reading, tree: Tree, reference: str, isbn: str | None) -> Record:
    detail, publishing = part(tree, "DescriptiveDetail"), part(tree, "PublishingDetail")
    supplies, related = parts(tree, "ProductSupply"), part(tree, "RelatedMaterial")
    collateral = part(tree, "CollateralDetail")
    title, subtitle = read_title(reading, detail)
    relevant = here(reading, supplies)
    days = published(reading, publishing, relevant)
    edition = given(
        format=read_format(detail),
        language=read_language(reading, detail, "01")
        or read_language(reading, detail, "08")
        or default_language(reading),
        imprint=imprint_name(reading, publishing),
        published=days["published"],
        pages=read_pages(reading, detail),
        edition_statement=reading.short("EditionStatement", line(detail, "EditionStatement")),
        **read_measures(reading, detail),
    )
    record = Record(
        reading.number,
        reference,
        given(
            title=title,
            subtitle=subtitle,
            description=description(collateral),
            original_language=read_language(reading, detail, "02"),
            first_published=days["first_published"],
        ),
        edition,
        isbn=isbn,
        publisher=publisher_name(reading, publishing),
        people=read_people(reading, detail),
        series=read_series(reading, detail),
        subjects=read_subjects(reading, detail),
        work_ids=work_ids(related),
        same_work=same_work(reading, related, isbn),
        cover_url=cover_url(reading, collateral),
    )
    add_trade(reading, record, tree, relevant)
    return record


def add_trade(reading: Reading, record: Record, tree: Tree, relevant: list[Tree]) -> None:
    """Whether, when and for how much it may be sold. Our own export only carries what the shop's columns say."""
    publishing, supplies = part(tree, "PublishingDetail"), parts(tree, "ProductSupply")
    prices = read_prices(reading, supplies)
    record.trade = trade_facts(reading, publishing, supplies, relevant)
    record.product = ProductLine.of(reading.about.sender_name, product_facts(reading, tree, relevant), prices)
    if reading.about.is_own and (edition := own_edition(record.reference)):
        own_words(record, edition, tree)
    if reading.about.seller:
        record.offer = offer_line(reading, prices, supplies, record.trade.get("availability_code", ""))


def own_words(record: Record, edition: UUID, tree: Tree) -> None:
    """Our own export names its editions, and tells apart what the edition and what the book is called."""
    record.edition_id, record.cover_url = edition, ""
    titles = parts(part(tree, "DescriptiveDetail"), "TitleDetail")
    of_book = next((each for each in titles if words(each, "TitleType") == BOOK_TITLE), None)
    if of_book is not None:
        record.edition["title"], record.book["title"] = record.book["title"], title_text(part(of_book, "TitleElement"))


def offer_line(reading: Reading, prices: Any, supplies: list[Tree], code: str) -> OfferLine | None:
    """The seller's new copies at the price for a reader here; none of what is never sold."""
    if code in NEVER_SOLD:
        return None
    price = price_today(reading, prices)
    if price is None:
        return None
    stock = own_stock(supplies, reading.about.seller) if reading.about.is_own else None
    amount = Money(price.amount_minor or 0, price.currency)
    return OfferLine(reading.about.seller, Condition.NEW, amount, stock, None, reopens=False)


# ---- what a record is known by ---------------------------------------------------------------------------------


def read_isbn(reading: Reading, tree: Tree) -> str | None:
    for kind, value in isbn_candidates(tree):
        if kind == "03" and (not value.startswith(PREFIXES) or value.startswith(MUSIC_PREFIX)):
            continue  # a calendar's or a score's number, and no ISBN at all
        try:
            return parse_isbn(value)
        except InvalidISBN as error:
            reading.leave_out("ProductIdentifier", value, str(error))
    return None


def reference_of(reading: Reading, name: str, isbn: str | None) -> str:
    """Sender and RecordReference, or the ISBN where the sender gives none. Raises RowRejected."""
    if not name and not isbn:
        raise RowRejected("RecordReference", "", "The record has neither a RecordReference nor an ISBN.")
    if reading.about.is_own and own_edition(name):
        return f"edition:{own_edition(name)}"
    key = f"{reading.about.sender}/{name or isbn}"
    return key if len(key) <= LONGEST_REFERENCE else f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def own_edition(name: str) -> UUID | None:
    text = name.removeprefix("edition:").removeprefix(OWN_EDITION)
    try:
        return UUID(text) if text != name else None
    except ValueError:
        return None


def default_language(reading: Reading) -> str:
    if not reading.about.default_language:
        return ""
    language = {"Language": {"LanguageRole": "01", "LanguageCode": reading.about.default_language}}
    return read_language(reading, language, "01")
