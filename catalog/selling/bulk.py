"""Many offers changed at once: good rows land, bad ones do not, at the cost of a few statements however many there are.

What a row changes is compared with the offer in memory, under locks taken in the order of their keys, as buyers take
them; what is different is written in one statement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from bookstore.deadlocks import again_after_deadlock
from bookstore.errors import BookstoreError, FieldError, Invalid, NotFound
from bookstore.money import Money
from catalog.errors import AlreadyOffered, AmbiguousOffer, BelowHeld, NotInCatalogue, RowRepeated
from catalog.models import Edition, Offer, StockReason
from catalog.models.offers import LARGEST_STOCK, OfferQuerySet
from catalog.services import because, refresh_books
from catalog.vocabularies import Condition

MOST_TRIES = 3

WRITE = """
UPDATE catalog_offer AS offer
SET price_minor = new.price_minor, currency = new.currency, on_hand = new.on_hand, notes = new.notes,
    archived_at = new.archived_at, updated_at = %(now)s
FROM unnest(%(id)s::uuid[], %(price_minor)s::bigint[], %(currency)s::text[], %(on_hand)s::int[], %(notes)s::text[],
            %(archived_at)s::timestamptz[]) AS new (id, price_minor, currency, on_hand, notes, archived_at)
WHERE offer.id = new.id
"""
COLUMNS = ("price_minor", "currency", "on_hand", "notes", "archived_at")


@dataclass(slots=True)
class Change:
    """What one row says of one offer, which it names by id, or by ISBN and condition. None leaves as it is.

    `quantity` is how many copies can be bought, those held for purchases on top; `on_hand` is how many were counted.
    """

    row: int
    offer: UUID | None = None
    isbn: str | None = None
    condition: str | None = None
    amount: str | None = None
    currency: str | None = None
    quantity: int | None = None
    on_hand: int | None = None
    notes: str | None = None
    withdrawn: bool | None = None


@dataclass(slots=True)
class Outcome:
    """What became of one row: its offer and whether anything changed, or what was in the way."""

    row: int
    offer: Offer | None = None
    changed: bool = False
    refusal: BookstoreError | None = None


@again_after_deadlock
def change_offers(
    changes: Sequence[Change],
    offers: OfferQuerySet,
    *,
    by: User | None = None,
    reason: StockReason = StockReason.COUNT,
    seen: dict[UUID, int] | None = None,
) -> list[Outcome]:
    """Change those of these offers that the rows name; what is not among them is not there.

    `seen` remembers which row named which offer first, where several calls make one list.
    """
    for attempt in range(1, MOST_TRIES + 1):
        so_far = dict(seen or {})
        try:
            outcomes = Changes(changes, offers, so_far).make(by, reason)
        except IntegrityError:  # used copies that became new ones at this moment: look again
            if attempt == MOST_TRIES:
                raise
        else:
            if seen is not None:
                seen.update(so_far)
            return outcomes
    raise AssertionError("The last attempt answers or raises.")


@dataclass(slots=True)
class Changes:
    """One list of changes being made."""

    changes: Sequence[Change]
    offers: OfferQuerySet
    seen: dict[UUID, int]
    by_id: dict[UUID, Offer] = field(default_factory=dict)
    by_isbn: dict[str, list[Offer]] = field(default_factory=lambda: defaultdict(list))
    live: set[UUID] = field(default_factory=set)
    new_copies: dict[tuple[UUID, UUID], list[Offer]] = field(default_factory=lambda: defaultdict(list))

    @transaction.atomic
    def make(self, by: User | None, reason: StockReason) -> list[Outcome]:
        self.lock()
        outcomes = [self.outcome(change) for change in self.changes]
        changed = [outcome.offer for outcome in outcomes if outcome.changed and outcome.offer]
        if changed:
            with because(reason, by=by):
                write([offer for offer in changed if offer.is_withdrawn])  # first: others may take their places
                write([offer for offer in changed if not offer.is_withdrawn])
            refresh_books(offer.edition.book_id for offer in changed)
        return outcomes

    def lock(self) -> None:
        """Offers in the order of their keys, then the editions of those that are to be opened again."""
        ids = {change.offer for change in self.changes if change.offer}
        isbns = {change.isbn for change in self.changes if change.isbn and not change.offer}
        if isbns:
            ids |= set(self.offers.filter(edition__isbn__in=isbns).values_list("pk", flat=True))
        for offer in self.offers.filter(pk__in=ids).select_related("edition__book").lock() if ids else ():
            self.by_id[offer.pk] = offer
            if offer.edition.isbn:
                self.by_isbn[offer.edition.isbn].append(offer)
        reopened = {
            offer.edition_id for change in self.changes if change.withdrawn is False for offer in self.meant(change)
            if offer.is_withdrawn
        }  # fmt: skip
        if reopened:
            rows = Edition.objects.filter(pk__in=reopened).order_by("pk").select_for_update(no_key=True)
            self.live = {edition.pk for edition in rows if not edition.is_archived}
            self.find_rivals(reopened)

    def find_rivals(self, editions: Iterable[UUID]) -> None:
        """The new copies of editions whose withdrawn ones are to be opened again."""
        others = Offer.objects.filter(edition__in=editions, condition=Condition.NEW, archived_at=None)
        for offer in [*self.by_id.values(), *others.exclude(pk__in=self.by_id)]:
            self.new_copies[offer.seller_id, offer.edition_id].append(offer)

    def meant(self, change: Change) -> list[Offer]:
        """The offers that a row may mean; open ones before withdrawn ones."""
        if change.offer:
            return [self.by_id[change.offer]] if change.offer in self.by_id else []
        condition = change.condition or Condition.NEW
        alike = [offer for offer in self.by_isbn.get(change.isbn or "", ()) if offer.condition == condition]
        return [offer for offer in alike if not offer.is_withdrawn] or alike[-1:]

    def outcome(self, change: Change) -> Outcome:
        try:
            offer = self.find(change)
            news = self.news(change, offer)
        except BookstoreError as refusal:
            return Outcome(change.row, refusal=refusal)
        changed = {name: value for name, value in news.items() if getattr(offer, name) != value}
        for name, value in changed.items():
            setattr(offer, name, value)
        return Outcome(change.row, offer, bool(changed))

    def find(self, change: Change) -> Offer:
        """Raises NotFound, AmbiguousOffer, RowRepeated."""
        meant = self.meant(change)
        if not meant:
            raise NotFound
        if len(meant) > 1:
            raise AmbiguousOffer(offers=[str(offer.pk) for offer in meant])
        [offer] = meant
        if change.offer and change.condition not in {None, offer.condition}:
            raise invalid("condition", _("This offer is of copies in another condition."))
        first = self.seen.setdefault(offer.pk, change.row)
        if first != change.row:
            raise RowRepeated(row=first)
        return offer

    def news(self, change: Change, offer: Offer) -> dict[str, Any]:
        """What the row says, by the model's names. Raises Invalid, BelowHeld, NotInCatalogue, AlreadyOffered."""
        news: dict[str, Any] = {}
        if change.amount is not None:
            price = price_of(change.amount, change.currency or offer.currency)
            news |= {"price_minor": price.minor, "currency": price.currency}
        if change.quantity is not None:
            news["on_hand"] = min(change.quantity + offer.held, LARGEST_STOCK)
        if change.on_hand is not None:
            if change.on_hand < offer.held:
                raise BelowHeld(held=offer.held, wanted=change.on_hand, errors=[below_held(offer.held)])
            news["on_hand"] = change.on_hand
        if change.notes is not None:
            news["notes"] = change.notes
        if change.withdrawn is not None:
            news["archived_at"] = self.archived_at(offer, change.withdrawn)
        return news

    def archived_at(self, offer: Offer, withdrawn: bool) -> Any:
        if withdrawn or not offer.is_withdrawn:
            return (offer.archived_at or timezone.now()) if withdrawn else None
        if offer.edition_id not in self.live:
            raise NotInCatalogue(isbn=offer.edition.isbn)
        alike = self.new_copies.get((offer.seller_id, offer.edition_id), ())
        rival = next((other for other in alike if are_rivals(offer, other)), None)
        if rival:
            raise AlreadyOffered(offer=str(rival.pk))
        return None


def are_rivals(offer: Offer, other: Offer) -> bool:
    """Whether both cannot be open, being of the same edition and seller: both are of new copies."""
    return not other.is_withdrawn and offer.condition == other.condition == Condition.NEW and offer.pk != other.pk


def price_of(amount: str, currency: str) -> Money:
    try:
        price = Money.of(amount, currency)
    except ValueError as error:
        raise invalid("price.amount", str(error)) from error
    if price.minor < 0:
        raise invalid("price.amount", _("A price is not negative."))
    return price


def invalid(name: str, message: str) -> Invalid:
    return Invalid(errors=[FieldError("invalid", message, name)])


def below_held(held: int) -> FieldError:
    return FieldError("min_value", _("At least the {held} that are held.").format(held=held), "on_hand")


def write(offers: Sequence[Offer]) -> None:
    """Save what may have changed of these offers, whose locks the caller holds, in one statement."""
    if not offers:
        return
    now = timezone.now()
    for offer in offers:
        offer.updated_at = now
    columns: Mapping[str, list[Any]] = {name: [getattr(offer, name) for offer in offers] for name in COLUMNS}
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"id": [offer.pk for offer in offers], "now": now, **columns})
