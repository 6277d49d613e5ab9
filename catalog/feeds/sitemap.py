"""The sitemap: cut into parts beforehand, so that the last is read as fast as the first."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from catalog.feeds.addresses import book_address
from catalog.models import SitemapPart

BOOKS_IN_A_PART = 5_000  # as planned; what is added between two plans comes on top
MOST_IN_A_PART = 50_000  # by the protocol
LOWEST, HIGHEST = UUID(int=0), UUID(int=2**128 - 1)
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

FIRSTS = """
SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM catalog_book
                WHERE archived_at IS NULL) AS numbered
WHERE (place - 1) %% %(size)s = 0 ORDER BY id"""

# What a reader of a book's page sees changes with its book, its editions and their offers.
CHANGED = """
SELECT width_bucket(book.id, %(firsts)s::uuid[]) AS part,
       max(greatest(book.updated_at, edition.updated_at, offer.updated_at))
FROM catalog_book book
LEFT JOIN catalog_edition edition ON edition.book_id = book.id
LEFT JOIN catalog_offer offer ON offer.edition_id = edition.id
WHERE book.archived_at IS NULL
GROUP BY 1 ORDER BY 1"""

BOOKS = """
SELECT book.id, book.title,
       greatest(book.updated_at, (SELECT max(greatest(edition.updated_at,
                                                      (SELECT max(offer.updated_at) FROM catalog_offer offer
                                                       WHERE offer.edition_id = edition.id)))
                                  FROM catalog_edition edition WHERE edition.book_id = book.id))
FROM catalog_book book WHERE book.id >= %(first)s AND book.id < %(beyond)s AND book.archived_at IS NULL
ORDER BY book.id LIMIT %(most)s"""


@transaction.atomic
def plan_sitemap() -> int:
    """Cut the books into parts anew, and note when each changed last; how many parts there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sitemap'))")
        cursor.execute(FIRSTS, {"size": BOOKS_IN_A_PART})
        firsts = [row[0] for row in cursor.fetchall()]
        changed: dict[int, datetime] = {}
        if firsts:
            cursor.execute(CHANGED, {"firsts": firsts})
            changed = dict(cursor.fetchall())
    parts = [
        SitemapPart(
            number=number, first=first if number > 1 else LOWEST, changed_at=changed.get(number) or timezone.now()
        )
        for number, first in enumerate(firsts, start=1)
    ]
    SitemapPart.objects.bulk_create(
        parts, update_conflicts=True, unique_fields=["number"], update_fields=["first", "changed_at"]
    )
    SitemapPart.objects.filter(number__gt=len(parts)).delete()
    return len(parts)


def planned() -> list[tuple[int, datetime | None]]:
    """The parts by number and last change; one part of all books where nothing is planned yet."""
    parts: list[tuple[int, datetime | None]] = list(SitemapPart.objects.values_list("number", "changed_at"))
    return parts or [(1, None)]


def books_of(number: int) -> list[tuple[UUID, str, datetime]] | None:
    """The books of a part, or None where there is no such part. The last part takes what was added since."""
    here = SitemapPart.objects.filter(number__in=(number, number + 1)).values_list("number", "first")
    firsts: dict[int, UUID] = dict(here)
    if number not in firsts:
        if number != 1 or firsts:
            return None
        firsts = {1: LOWEST}
    values: dict[str, Any] = {
        "first": firsts[number],
        "beyond": firsts.get(number + 1, HIGHEST),
        "most": MOST_IN_A_PART,
    }
    with connection.cursor() as cursor:
        cursor.execute(BOOKS, values)
        return cursor.fetchall()


def index_xml() -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{NAMESPACE}">\n'
    for number, changed in planned():
        when = f"<lastmod>{moment(changed)}</lastmod>" if changed else ""
        yield f"<sitemap><loc>{settings.SHOP_URL}/sitemap-books-{number}.xml</loc>{when}</sitemap>\n"
    yield "</sitemapindex>\n"


def part_xml(books: list[tuple[UUID, str, datetime]]) -> Iterator[str]:
    """Addresses are ASCII without anything that XML would read; see `addresses`."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}">\n'
    for book, title, changed in books:
        yield f"<url><loc>{book_address(book, title)}</loc><lastmod>{moment(changed)}</lastmod></url>\n"
    yield "</urlset>\n"


def moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
