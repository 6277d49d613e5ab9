"""The catalogue as rows of the shop's own CSV format (docs/import-export.md), a batch of books at a time."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Prefetch, Q

from accounts.models import Seller
from catalog.imports import lists
from catalog.imports.formats.bookstore import Bookstore
from catalog.imports.matching import told_person, told_series, told_subject
from catalog.models import Book, Edition, Offer, SeriesEntry

BATCH = 500
FIRST = ("book", "edition", "isbn", "title")
COLUMNS = (*FIRST, *(name for name in Bookstore.columns() if name not in {*FIRST, "quantity"}))  # on_hand says it all

Line = dict[str, object]


def export_rows(seller: Seller | None = None) -> Iterator[list[str]]:
    """The header, then a row for each edition and offer; of one seller, only what they offer."""
    yield list(COLUMNS)
    for book in books(seller):
        for line in book_lines(book):
            yield ["" if line.get(name) is None else str(line[name]) for name in COLUMNS]


def books(seller: Seller | None) -> Iterator[Book]:
    """Every book in the order of its making, with all that its rows show."""
    offers = Offer.objects.filter(archived_at=None).select_related("seller").order_by("id")
    editions = Edition.objects.filter(archived_at=None).select_related("publisher").order_by("id")
    rows = Book.objects.filter(archived_at=None).order_by("id")
    if seller is not None:
        offers = offers.filter(seller=seller)
        offered = Q(offers__seller=seller, offers__archived_at=None)
        editions = editions.filter(offered).distinct()
        rows = rows.filter(pk__in=Edition.objects.filter(offered).values("book"))
    rows = rows.prefetch_related(
        "contributions__contributor",
        Prefetch("series_entries", SeriesEntry.objects.select_related("series").order_by("id")),
        "subject_links__subject",
        Prefetch("editions", editions),
        Prefetch("editions__offers", offers),
    )
    last: UUID | None = None
    while batch := list(rows.filter(pk__gt=last)[:BATCH] if last else rows[:BATCH]):
        yield from batch
        last = batch[-1].pk


def book_lines(book: Book) -> Iterator[Line]:
    about = book_columns(book)
    editions = list(book.editions.all())
    for edition in editions:
        columns = about | edition_columns(edition)
        offers = list(edition.offers.all())
        yield from (columns | offer_columns(offer) for offer in offers)
        if not offers:
            yield columns
    if not editions:
        yield about


def book_columns(book: Book) -> Line:
    return {
        "book": book.pk,
        "title": book.title,
        "subtitle": book.subtitle,
        "contributors": lists.join(lists.write_person(told_person(part)) for part in book.contributions.all()),
        "series": lists.join(lists.write_series(told_series(entry)) for entry in book.series_entries.all()),
        "subjects": lists.join(lists.write_subject(told_subject(link)) for link in book.subject_links.all()),
        "description": book.description,
        "original_language": book.original_language,
        "first_published": book.first_published,
        "popularity": book.popularity or "",
    }


def edition_columns(edition: Edition) -> Line:
    alike = ("isbn", "edition_statement", "format", "language", "imprint", "published", "pages", "height_mm",
             "width_mm", "thickness_mm", "weight_g", "availability_code")  # fmt: skip
    return {name: getattr(edition, name) for name in alike} | {
        "edition": edition.pk,
        "edition_title": edition.title,
        "publisher": edition.publisher.name if edition.publisher else "",
        "edition_description": edition.description,
    }


def offer_columns(offer: Offer) -> Line:
    return {
        "offer": offer.pk,
        "seller": offer.seller.slug,
        "condition": offer.condition,
        "price": offer.price.amount,
        "currency": offer.currency,
        "on_hand": offer.on_hand,
        "notes": offer.notes,
    }
