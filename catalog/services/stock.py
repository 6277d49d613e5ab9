"""Copies on the shelf: held while a purchase is being paid, then sold or let go.

Whatever runs at once, nobody is promised a copy that is not there: rows are locked in the order of their keys, offers
before books, and the database checks `held <= on_hand`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from bookstore.errors import FieldError
from bookstore.money import Money
from catalog import availability
from catalog.errors import NotForSale, OutOfStock, PriceChanged
from catalog.models import Offer, StockReason
from catalog.models.offers import LARGEST_STOCK
from catalog.services.changes import refresh_books
from catalog.services.listings import bump

HOLD = f"""
UPDATE catalog_offer AS offer SET held = offer.held + %(copies)s
FROM catalog_edition AS edition
WHERE offer.id = %(offer)s AND edition.id = offer.edition_id AND offer.archived_at IS NULL
      AND (%(price)s::bigint IS NULL OR offer.price_minor = %(price)s AND offer.currency = %(currency)s)
      AND offer.on_hand - offer.held >= %(copies)s AND {availability.OF_AN_OFFER} = %(in_stock)s
RETURNING edition.book_id, offer.on_hand - offer.held
"""  # noqa: S608 - put together from constants; values are parameters

MOVE = """
WITH locked AS (
    SELECT offer.id, wanted.copies, offer.on_hand - offer.held AS available
    FROM unnest(%(offers)s::uuid[], %(copies)s::int[]) AS wanted (offer, copies)
    JOIN catalog_offer AS offer ON offer.id = wanted.offer
    ORDER BY offer.id FOR NO KEY UPDATE OF offer)
UPDATE catalog_offer AS offer SET {change}
FROM locked, catalog_edition AS edition
WHERE offer.id = locked.id AND edition.id = offer.edition_id AND {where}
RETURNING edition.book_id, locked.available, offer.on_hand - offer.held
"""
RELEASE = MOVE.format(change="held = offer.held - locked.copies", where="offer.held >= locked.copies")
SELL = MOVE.format(
    change="on_hand = offer.on_hand - locked.copies, held = offer.held - locked.copies",
    where="offer.held >= locked.copies",
)
# A file of which there are "a million copies" may come back, too.
RETURN = MOVE.format(change=f"on_hand = least(offer.on_hand + locked.copies, {LARGEST_STOCK})", where="true")

BECAUSE = """SELECT set_config('bookstore.stock_reason', %s, true), set_config('bookstore.stock_reference', %s, true),
    set_config('bookstore.stock_by', %s, true)"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Copies that somebody is about to buy, at the price that they were shown; None asks at no price."""

    offer: UUID
    quantity: int
    price: Money | None = None


@contextmanager
def because(reason: StockReason, *, reference: UUID | None = None, by: User | None = None) -> Iterator[None]:
    """Say why stock changes inside: the ledger, which the database writes, will know. Not to be nested.

    A transaction of its own, so that what was said ends with it also where it fails.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BECAUSE, [reason.value, str(reference or ""), str(by.pk) if by else ""])
        yield
        cursor.execute(BECAUSE, ["", "", ""])


@transaction.atomic
def hold_copies(wanted: Sequence[Wanted]) -> None:
    """Keep all these copies for one purchase, or none. Raises OutOfStock, PriceChanged, NotForSale."""
    if any(line.quantity < 1 for line in wanted):
        raise ValueError(f"Not numbers of copies: {wanted}.")
    places: dict[UUID, list[int]] = defaultdict(list)
    for place, line in enumerate(wanted):
        places[line.offer].append(place)
    now_gone = set()
    for offer in sorted(places):
        book, left = hold(offer, {place: wanted[place] for place in places[offer]})
        if left == 0:
            now_gone.add(book)
    show(now_gone)


def release_copies(quantities: Mapping[UUID, int]) -> None:
    """Let go of held copies: their purchase was not paid."""
    move(RELEASE, quantities)


def sell_copies(quantities: Mapping[UUID, int], *, reference: UUID) -> None:
    """Held copies leave the shelf for good; the reference is the order they leave for."""
    with because(StockReason.SALE, reference=reference):
        move(SELL, quantities)


def return_copies(quantities: Mapping[UUID, int], *, reference: UUID, reason: StockReason = StockReason.RETURN) -> None:
    """Sold copies are on the shelf again, because an order was cancelled or a reader sent them back."""
    with because(reason, reference=reference):
        move(RETURN, quantities)


def hold(offer: UUID, lines: Mapping[int, Wanted]) -> tuple[UUID, int]:
    """Hold one offer's copies; its book, and how many copies are left."""
    for rows in (Offer.objects.all(), Offer.objects.lock()):
        held = take(offer, lines.values())
        if held is not None:
            return held
        # A copy may come back between the two looks; then nobody else gets in between the next two.
        refuse(rows.select_related("edition__book").filter(pk=offer).first(), lines)
    held = take(offer, lines.values())
    if held is None:
        raise NotForSale(_("This offer has just changed. Look again."))
    return held


def take(offer: UUID, lines: Iterable[Wanted]) -> tuple[UUID, int] | None:
    """Hold the copies if, at this moment, they are there at that price."""
    prices = {line.price for line in lines}
    if len(prices) > 1:
        return None
    [price] = prices
    values: dict[str, Any] = {
        **availability.PARAMETERS,
        "offer": offer,
        "copies": sum(line.quantity for line in lines),
        "price": price and price.minor,
        "currency": price and price.currency,
    }
    with connection.cursor() as cursor:
        cursor.execute(HOLD, values)
        row: tuple[UUID, int] | None = cursor.fetchone()
        return row


def refuse(offer: Offer | None, lines: Mapping[int, Wanted]) -> None:
    """Raise what stands in the way of these lines, if something does."""
    first, last = min(lines), max(lines)
    if offer is None:
        raise NotForSale(_("This offer is not there any more."), errors=[gone(first)])
    if not offer.is_for_sale:
        raise NotForSale(title=offer.title, errors=[gone(first)])
    for place, line in lines.items():
        if line.price not in {None, offer.price}:
            raise price_changed(offer, line.price, place)
    copies = sum(line.quantity for line in lines.values())
    if copies > offer.available:
        error = too_many(last, offer.available)
        raise OutOfStock(title=offer.title, available=offer.available, wanted=copies, errors=[error])


def gone(place: int) -> FieldError:
    return FieldError("not_for_sale", _("Not for sale now."), f"items.{place}.offer")


def price_changed(offer: Offer, was: Money, place: int) -> PriceChanged:
    """The refusal of an offer, at that place among several, whose price is not the one that was shown."""
    message = _("It costs {price} now.").format(price=offer.price)
    error = FieldError("price_changed", message, f"items.{place}.price")
    return PriceChanged(title=offer.title, was=was.as_json(), now=offer.price.as_json(), errors=[error])


def too_many(place: int, available: int) -> FieldError:
    message = _("Only {available} left.").format(available=available)
    return FieldError("max_value", message, f"items.{place}.quantity")


@transaction.atomic
def move(statement: str, quantities: Mapping[UUID, int]) -> None:
    """Move copies of all these offers, or of none. Moving more than there are is a mistake of ours."""
    if any(copies < 1 for copies in quantities.values()):
        raise ValueError(f"Not numbers of copies: {dict(quantities)}.")
    with connection.cursor() as cursor:
        cursor.execute(statement, {"offers": list(quantities), "copies": list(quantities.values())})
        moved: list[tuple[UUID, int, int]] = cursor.fetchall()
    if len(moved) < len(quantities):
        raise RuntimeError(f"Not all of these copies are there: {dict(quantities)}.")
    if any(before != left for _book, before, left in moved):
        show({book for book, before, left in moved if bool(before) != bool(left)})


def show(books: set[UUID]) -> None:
    """What readers see changes with the commit: quantities, and for these books whether they can be had."""
    if books:
        refresh_books(books)
    transaction.on_commit(bump)
