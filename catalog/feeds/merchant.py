"""The product feed in Google's format: the best offer of each edition, new and used, in one currency.

Read in pieces by the editions' keys, so that a million need no more memory than a thousand.
"""

from collections.abc import Generator, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bookstore.money import Money
from catalog import availability
from catalog.feeds.addresses import book_address
from catalog.feeds.text import in_short, xml_text
from catalog.partial_dates import PartialDate
from catalog.services.cover_files import address
from catalog.vocabularies import Availability, Condition

AT_ONCE = 500
LONGEST = {"id": 50, "title": 150, "description": 5_000, "brand": 70}
NAMESPACE = "http://base.google.com/ns/1.0"
NOT_KNOWN = date.max

# As on the page: what can be had soonest, at the lowest price, in the best condition.
OFFERS = f"""
SELECT edition.id, edition.isbn, edition.title, edition.description, edition.cover, edition.published,
       edition.on_sale_from, best.is_new, best.condition, best.price_minor, best.currency, best.availability,
       book.id AS book, book.title AS book_title, book.description AS book_description, publisher.name AS publisher,
       listing.authors, listing.cover AS book_cover
FROM (SELECT * FROM catalog_edition WHERE id > %(after)s ORDER BY id LIMIT %(most)s) AS edition
JOIN catalog_book book ON book.id = edition.book_id
JOIN catalog_listing listing ON listing.book_id = book.id
LEFT JOIN catalog_publisher publisher ON publisher.id = edition.publisher_id
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (is_new) offers.*
    FROM (SELECT offer.*, offer.condition = %(new)s AS is_new, {availability.OF_AN_OFFER} AS availability
          FROM catalog_offer offer
          WHERE offer.edition_id = edition.id AND offer.archived_at IS NULL AND offer.currency = %(currency)s) AS offers
    WHERE offers.availability < %(unavailable)s
    ORDER BY is_new, offers.availability, offers.price_minor, array_position(%(conditions)s, offers.condition),
             offers.id
) AS best
ORDER BY edition.id, best.is_new DESC"""  # noqa: S608 - put together from constants; values are parameters

LAST = "SELECT id FROM (SELECT id FROM catalog_edition WHERE id > %(after)s ORDER BY id LIMIT %(most)s) AS here " \
       "ORDER BY id DESC LIMIT 1"  # fmt: skip

Row = dict[str, Any]


def feed(currency: str) -> Generator[str, None, None]:
    """The whole feed, piece by piece."""
    shop, link = xml_text(settings.SHOP_NAME), xml_text(settings.SHOP_URL)
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="{NAMESPACE}">\n<channel>\n'
        f"<title>{shop}</title>\n<link>{link}</link>\n<description>{shop}, {currency}</description>\n"
    )
    for rows in pieces(currency):
        yield "".join(item(row) for row in rows)
    yield "</channel>\n</rss>\n"


def pieces(currency: str) -> Iterator[list[Row]]:
    """The rows of some hundred editions at a time; each piece is a statement of its own."""
    after: UUID | None = UUID(int=0)
    while after is not None:
        rows, after = piece(currency, after)
        if rows:
            yield rows


def piece(currency: str, after: UUID) -> tuple[list[Row], UUID | None]:
    values = {
        **availability.PARAMETERS,
        "conditions": [condition.value for condition in Condition],
        "currency": currency,
        "after": after,
        "most": AT_ONCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(LAST, values)
        last = cursor.fetchone()
        if last is None:
            return [], None
        cursor.execute(OFFERS, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()], last[0]


def item(row: Row) -> str:
    title = row["title"] or row["book_title"]
    names = facts(row, title)
    lines = "".join(f"<g:{name}>{xml_text(value)}</g:{name}>\n" for name, value in names.items() if value)
    return f"<item>\n{lines}</item>\n"


def facts(row: Row, title: str) -> dict[str, str]:
    state, when = state_of(row)
    cover = row["cover"] or row["book_cover"]
    description = row["description"] or row["book_description"] or title
    return {
        "id": f"{row['id']}-{'new' if row['is_new'] else 'used'}",
        "title": short(title_with_authors(title, row), "title"),
        "description": in_short(description, LONGEST["description"]),
        "link": f"{book_address(row['book'], row['book_title'])}#edition-{row['id']}",
        "image_link": address(cover, settings.SHOP_URL) if cover else "",
        "availability": state,
        "availability_date": f"{when.isoformat()}T00:00Z" if when else "",
        "price": str(Money(row["price_minor"], row["currency"])),
        "condition": "new" if row["is_new"] else "used",
        "gtin": row["isbn"] or "",
        "identifier_exists": "" if row["isbn"] else "no",
        "brand": short(row["publisher"] or "", "brand"),
        "item_group_id": str(row["book"]),
        "google_product_category": settings.GOOGLE_PRODUCT_CATEGORY,
    }


def title_with_authors(title: str, row: Row) -> str:
    names = ", ".join(author["name"] for author in orjson.loads(row["authors"])[:2])
    return f"{title} – {names}" if names else title


def short(text: str, name: str) -> str:
    longest = LONGEST[name]
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def state_of(row: Row) -> tuple[str, date | None]:
    """Google's word for when a copy can be had, and from which day on, which it asks of two of them."""
    today = timezone.localdate()
    if row["availability"] == Availability.IN_STOCK:
        return "in_stock", None
    if row["availability"] == Availability.TO_ORDER:
        return "backorder", today + timedelta(days=settings.FEED_TO_ORDER_DAYS)
    if row["availability"] == Availability.PREORDER and today < (day := first_day(row, today)) < NOT_KNOWN:
        return "preorder", day
    return "out_of_stock", None


def first_day(row: Row, today: date) -> date:
    """The day that the publisher's embargo ends on, where there is one still; else that of publication."""
    on_sale_from: date | None = row["on_sale_from"]
    return on_sale_from if on_sale_from and on_sale_from > today else day_of(row["published"])


def day_of(number: int | None) -> date:
    """The day of publication, where one is known; a month or a year is none."""
    published = PartialDate.from_number(number) if number is not None else None
    if published is None or published.year < 1 or not published.day:
        return NOT_KNOWN
    return date(published.year, published.month, published.day)
