"""What the demo's sellers have, and at what price. Everything is drawn from the editions themselves."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from catalog.demo.chance import between, choose, draw
from catalog.demo.people import Sellers
from catalog.models import Edition, Offer
from catalog.partial_dates import PartialDate
from catalog.vocabularies import Condition, Format

PRICES = {  # from and to, in whole units of the currency
    Format.HARDBACK: (18, 32),
    Format.LEATHER_BOUND: (29, 59),
    Format.BOX_SET: (29, 59),
    Format.EBOOK: (3, 12),
    Format.AUDIOBOOK: (9, 19),
    Format.AUDIO_CD: (12, 22),
}
PAPERBACK_PRICE = (8, 16)
ENDINGS = (99, 99, 90, 90, 50)
FILES = {Format.EBOOK, Format.AUDIOBOOK}
ENOUGH_FILES = 100_000
TO_ORDER, NOT_YET_PUBLISHED = "22", "10"

USED = {  # condition: its share of the price when new, and what is said of such copies
    Condition.AS_NEW: (
        0.75,
        ["Unread. A gift that its owner already had.", "Bought twice, read once – this is not the one."],
    ),
    Condition.FINE: (
        0.65,
        ["Crisp pages, tight binding. Name in pencil on the flyleaf.", "A fine copy; dust jacket without tears."],
    ),
    Condition.VERY_GOOD: (0.55, ["Slight sunning to the spine, otherwise very good.", "Read once with clean hands."]),
    Condition.GOOD: (
        0.45,
        [
            "Corners a little bumped, a few pencil marks in the margins.",
            "Spine creased, pages clean; a good reading copy.",
        ],
    ),
    Condition.FAIR: (0.3, ["Former library copy with stamps and label.", "Some pages loose, all present."]),
    Condition.POOR: (
        0.2,
        [
            "Coffee on the first chapter; the story has not suffered.",
            "Binding broken. For readers, not for collectors.",
        ],
    ),
}


@transaction.atomic
def make_offers(editions: QuerySet[Edition], sellers: Sellers) -> int:
    """Offer what is not offered yet; stock, prices and withdrawals of offers that are there stay as they are."""
    taken = set(Offer.objects.values_list("seller_id", "edition_id", "condition"))
    rows = editions.select_related("book").order_by("pk")
    wanted = [offer for edition in rows for offer in offers_of(edition, sellers)]
    missing = [offer for offer in wanted if (offer.seller_id, offer.edition_id, offer.condition) not in taken]
    return len(Offer.objects.bulk_create(missing))


@transaction.atomic
def make_availabilities(editions: QuerySet[Edition]) -> int:
    """Have the publisher say of some editions that they are still to come, or come to order."""
    changed = []
    for edition in editions.filter(availability_code="").select_related("book"):
        code = availability_code(edition)
        if code == NOT_YET_PUBLISHED:
            edition.published = a_day_to_come(edition)
        if code:
            edition.availability_code = code
            changed.append(edition)
    return Edition.objects.bulk_update(changed, ["availability_code", "published"])


def availability_code(edition: Edition) -> str:
    if edition.format in FILES:
        return ""
    share = draw("availability", name_of(edition))
    return NOT_YET_PUBLISHED if share < 0.04 else TO_ORDER if share < 0.16 else ""


def a_day_to_come(edition: Edition) -> PartialDate:
    day = timezone.localdate() + timedelta(days=between(40, 200, "day", name_of(edition)))
    return PartialDate(day.year, day.month, day.day)


def offers_of(edition: Edition, sellers: Sellers) -> Iterator[Offer]:
    name = name_of(edition)
    price = new_price(edition)
    if edition.format in FILES:
        yield Offer(edition=edition, seller=sellers.e_books, price_minor=price, on_hand=ENOUGH_FILES)
        return
    if draw("new", name) < 0.9:
        yield Offer(edition=edition, seller=sellers.bookshop, price_minor=price, on_hand=stock(edition))
    if edition.availability_code == NOT_YET_PUBLISHED:
        return
    if draw("remaindered", name) < 0.12:
        stack = between(1, 9, "stack", name)
        yield Offer(edition=edition, seller=sellers.used_books, price_minor=round_down(price * 0.6), on_hand=stack)
    if draw("used", name) < 0.5:
        first, second = (choose(list(USED), "condition", number, name) for number in (1, 2))
        yield used_copy(edition, sellers, first)
        if second != first and draw("another", name) < 0.4:
            yield used_copy(edition, sellers, second)


def used_copy(edition: Edition, sellers: Sellers, condition: Condition) -> Offer:
    share, remarks = USED[condition]
    notes = choose(remarks, "notes", condition, name_of(edition))
    price = round_down(new_price(edition) * share)
    return Offer(
        edition=edition, seller=sellers.used_books, condition=condition, price_minor=price, on_hand=1, notes=notes
    )


def new_price(edition: Edition) -> int:
    name = name_of(edition)
    low, high = PRICES.get(Format(edition.format), PAPERBACK_PRICE)
    return between(low, high - 1, "price", name) * 100 + choose(ENDINGS, "ending", name)


def round_down(price: float) -> int:
    return max(int(price) // 50 * 50, 100)


def stock(edition: Edition) -> int:
    if edition.availability_code:
        return 0
    share = draw("stock", name_of(edition))
    return 0 if share < 0.12 else 1 if share < 0.24 else between(2, 24, "copies", name_of(edition))


def name_of(edition: Edition) -> str:
    """What an edition is called whenever the demo is loaded."""
    return edition.isbn or f"{edition.book.title}, {edition.format}, {edition.language}"
