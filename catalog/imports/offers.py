"""The offers in a batch: new, changed, or as the shop has them."""

from collections import defaultdict
from dataclasses import replace
from uuid import UUID

from django.utils import timezone

from accounts.models import Seller
from catalog.imports import among, bulk
from catalog.imports.placing import CREATED, UNCHANGED, UPDATED
from catalog.imports.record import LEFT_OUT, Note, OfferLine
from catalog.models import Edition, Offer, StockReason
from catalog.models.offers import LARGEST_STOCK
from catalog.services import because
from catalog.vocabularies import Condition

Wanted = tuple[int, OfferLine, UUID]  # line of the file, offer, edition
ANOTHER = "It is another seller's, of another edition, or withdrawn."
ARCHIVED = "The edition is out of the catalogue."
HELD = "{held} copies are held for purchases that are being paid; there cannot be fewer."
FIELDS = ("price_minor", "currency", "on_hand", "condition", "notes")


class Offers:
    """The sellers' copies of the editions in one batch, locked while they are compared."""

    def __init__(self, wanted: list[Wanted]) -> None:
        self.wanted = wanted
        self.notes: list[Note] = []
        self.new: list[Offer] = []
        self.ids = bulk.new_keys()
        self.changed: dict[Offer, None] = {}
        slugs = {offer.seller for _, offer, _ in wanted}
        self.sellers = {seller.slug: seller for seller in Seller.objects.filter(slug__in=slugs)} if slugs else {}
        self.known: dict[tuple[UUID, UUID], list[Offer]] = defaultdict(list)
        self.by_id: dict[UUID, Offer] = {}
        self.archived: set[UUID] = set()
        self.withdrawn: set[tuple[UUID, UUID]] = set()
        if wanted:
            self._load()

    def _load(self) -> None:
        ids = {offer.offer_id for _, offer, _ in self.wanted if offer.offer_id}
        editions = {edition for _, _, edition in self.wanted}
        archived = Edition.objects.filter(among.keys("pk", editions)).exclude(archived_at=None)
        self.archived = set(archived.values_list("pk", flat=True))
        rows = Offer.objects.select_for_update(no_key=True).order_by("pk")
        for offer in rows.filter(among.keys("edition", editions)):
            if offer.archived_at is None:
                self.known[offer.seller_id, offer.edition_id].append(offer)
            elif offer.condition == Condition.NEW:
                self.withdrawn.add((offer.seller_id, offer.edition_id))
        self.by_id = {offer.pk: offer for offer in Offer.objects.filter(pk__in=ids)} if ids else {}
        here = {offer.pk: offer for offers in self.known.values() for offer in offers}
        self.by_id |= {pk: here[pk] for pk in ids & here.keys()}

    def place(self) -> dict[int, str]:
        """What became of the offer of each line."""
        return {line: self._place(line, offer, edition) for line, offer, edition in self.wanted}

    def _place(self, line: int, wanted: OfferLine, edition: UUID) -> str:
        seller = self.sellers.get(wanted.seller)
        if seller is None:
            return self._leave_out(line, "seller", wanted.seller, "The shop has no seller of this name.")
        if edition in self.archived:
            return self._leave_out(line, "offer", "", ARCHIVED)
        named = self.by_id.get(wanted.offer_id) if wanted.offer_id else None
        if named and (named.edition_id, named.seller_id, named.archived_at) != (edition, seller.pk, None):
            return self._leave_out(line, "offer", str(named.pk), ANOTHER)
        known = named or self._like(wanted, self.known[seller.pk, edition])
        if known is None and not wanted.reopens and (seller.pk, edition) in self.withdrawn:
            return UNCHANGED
        if known is None:
            self._add(wanted, seller, edition)
            return CREATED
        if wanted.quantity is not None and wanted.held_on_top:
            wanted = replace(wanted, quantity=min(wanted.quantity + known.held, LARGEST_STOCK))
        if wanted.quantity is not None and wanted.quantity < known.held:
            self._leave_out(line, "on_hand", str(wanted.quantity), HELD.format(held=known.held))
            wanted = replace(wanted, quantity=None)
        return self._change(known, wanted)

    def _leave_out(self, line: int, column: str, value: str, reason: str) -> str:
        self.notes.append(Note(line, column, value, reason, LEFT_OUT))
        return UNCHANGED

    def _like(self, wanted: OfferLine, offers: list[Offer]) -> Offer | None:
        """The offer of new copies, or the used ones of that description, best at that price; an id is that of one."""
        if wanted.condition == Condition.NEW:
            return next((offer for offer in offers if offer.condition == Condition.NEW), None)
        if wanted.offer_id:
            return None
        alike = [offer for offer in offers if (offer.condition, offer.notes) == (wanted.condition, wanted.notes)]
        same_price = [offer for offer in alike if offer.price == wanted.price]
        return next(iter(same_price or alike), None)

    def _add(self, wanted: OfferLine, seller: Seller, edition: UUID) -> None:
        offer = bulk.fresh(Offer)
        offer.id, offer.edition_id, offer.seller = wanted.offer_id or next(self.ids), edition, seller
        for name, value in values(wanted).items():
            setattr(offer, name, value)
        self.new.append(offer)
        self.known[seller.pk, edition].append(offer)
        self.by_id[offer.pk] = offer

    def _change(self, offer: Offer, wanted: OfferLine) -> str:
        news = {name: value for name, value in values(wanted).items() if getattr(offer, name) != value}
        for name, value in news.items():
            setattr(offer, name, value)
        if not news:
            return UNCHANGED
        if not offer._state.adding:
            self.changed[offer] = None
        return UPDATED

    def write(self) -> None:
        for offer in self.changed:
            offer.updated_at = timezone.now()
        with because(StockReason.IMPORT):
            bulk.insert(self.new)
            bulk.update(self.changed, [*FIELDS, "updated_at"])


def values(wanted: OfferLine) -> dict[str, object]:
    """The fields that the row states; what it says nothing of stays as it is."""
    stated: dict[str, object] = {
        "condition": wanted.condition,
        "price_minor": wanted.price.minor,
        "currency": wanted.price.currency,
    }
    more = {"notes": wanted.notes, "on_hand": wanted.quantity}
    return stated | {name: value for name, value in more.items() if value is not None}
