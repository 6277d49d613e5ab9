"""The hot reads: rows already in the shape of the answer, one statement each; serializers.py says the shape."""

from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings

from bookstore import postgres
from bookstore.money import Money
from catalog import availability
from catalog.isbn import hyphenate, isbn10
from catalog.partial_dates import PartialDate
from catalog.reductions import REDUCTION, reduction
from catalog.services.cover_files import address, measures, smaller_names, thumbnail_name
from catalog.vocabularies import Availability, accessibility_name, role_name

# The best offer first: what can be had soonest, in the shop's currency, at the lowest price, in the best condition.
OFFERS = availability.spelled_out(f"""(
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'id', offers.id, 'seller', jsonb_build_object('id', seller.id, 'slug', seller.slug, 'name', seller.name),
               'condition', offers.condition, 'price_minor', offers.price_minor, 'currency', offers.currency,
               'quantity', offers.on_hand - offers.held, 'notes', offers.notes, 'availability', offers.availability,
               'reduction', {REDUCTION.format(offer="offers")})
           ORDER BY offers.availability, offers.currency <> %(currency)s, offers.currency, offers.price_minor,
                    array_position(%(conditions)s, offers.condition), offers.id), '[]')
    FROM (SELECT offer.*, {availability.OF_AN_OFFER} AS availability
          FROM catalog_offer offer WHERE offer.edition_id = edition.id AND offer.archived_at IS NULL) AS offers
    JOIN accounts_seller seller ON seller.id = offers.seller_id
    WHERE offers.availability < %(unavailable)s)""")

# What the publisher wants a reader of this shop to pay today.
LIST_PRICE = """(
    SELECT jsonb_build_object('minor', price.amount_minor, 'currency', price.currency)
    FROM catalog_listprice price
    WHERE price.edition_id = edition.id AND price.is_consumer AND price.currency = %(currency)s
      AND price.amount_minor > 0 AND (%(country)s = ANY(price.countries)) <> price.all_but
      AND coalesce(price.valid_from, %(today)s) <= %(today)s AND coalesce(price.valid_until, %(today)s) >= %(today)s
    ORDER BY price.rank, price.id LIMIT 1)"""

EDITION = f"""jsonb_build_object(
    'id', edition.id, 'isbn', edition.isbn, 'title', edition.title, 'edition_statement', edition.edition_statement,
    'format', edition.format, 'language', edition.language, 'imprint', edition.imprint,
    'publisher', (SELECT jsonb_build_object('id', publisher.id, 'name', publisher.name)
                  FROM catalog_publisher publisher WHERE publisher.id = edition.publisher_id),
    'published', edition.published, 'pages', edition.pages, 'height_mm', edition.height_mm,
    'width_mm', edition.width_mm, 'thickness_mm', edition.thickness_mm, 'weight_g', edition.weight_g,
    'availability_code', edition.availability_code, 'description', edition.description, 'cover', edition.cover,
    'rights_countries', edition.rights_countries, 'rights_all_but', edition.rights_all_but,
    'on_sale_from', edition.on_sale_from, 'preorder_from', edition.preorder_from,
    'product', (SELECT product.facts - 'onix' FROM catalog_productfacts product
                WHERE product.edition_id = edition.id),
    'list_price', {LIST_PRICE}, 'offers', {OFFERS})"""

BOOK = f"""
SELECT book.id, book.title, book.subtitle, book.description, book.original_language, book.rating_counts,
       listing.authors, listing.series, listing.cover, listing.formats, listing.price_minor, listing.currency,
       listing.availability, listing.rating_average, listing.rating_count, listing.published,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', person.id, 'name', person.name, 'role', part.role)
                                  ORDER BY part.position, part.id), '[]')
        FROM catalog_contribution part JOIN catalog_contributor person ON person.id = part.contributor_id
        WHERE part.book_id = book.id) AS contributors,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', series.id, 'name', series.name,
                                                     'position', entry.position, 'label', entry.label)
                                  ORDER BY entry.id), '[]')
        FROM catalog_seriesentry entry JOIN catalog_series series ON series.id = entry.series_id
        WHERE entry.book_id = book.id) AS all_series,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', subject.id, 'scheme', subject.scheme,
                                                     'code', subject.code, 'label', subject.label)
                                  ORDER BY link.position, link.id), '[]')
        FROM catalog_subjectlink link JOIN catalog_subject subject ON subject.id = link.subject_id
        WHERE link.book_id = book.id) AS subjects,
       (SELECT coalesce(jsonb_agg({EDITION} ORDER BY edition.published DESC NULLS LAST, edition.id), '[]')
        FROM catalog_edition edition WHERE edition.book_id = book.id AND edition.archived_at IS NULL) AS editions
FROM catalog_book book JOIN catalog_listing listing ON listing.book_id = book.id
WHERE book.id = %(book)s AND book.archived_at IS NULL"""

ONE_EDITION = f"""
SELECT {EDITION} AS edition,
       jsonb_build_object('id', book.id, 'title', book.title, 'subtitle', book.subtitle,
                          'authors', listing.authors, 'series', listing.series) AS book
FROM catalog_edition edition
JOIN catalog_book book ON book.id = edition.book_id
JOIN catalog_listing listing ON listing.book_id = book.id
WHERE (edition.isbn = %(isbn)s OR edition.id = %(edition)s)
      AND edition.archived_at IS NULL AND book.archived_at IS NULL"""

COLUMNS = """listing.book_id AS id, listing.title, listing.subtitle, listing.authors, listing.series, listing.cover,
    listing.formats, listing.price_minor, listing.currency, listing.availability, listing.rating_average,
    listing.rating_count, listing.published"""

BOOKS_OF_SERIES = f"""
SELECT {COLUMNS}, entry.position::float AS position, entry.label
FROM catalog_seriesentry entry JOIN catalog_listing listing ON listing.book_id = entry.book_id
WHERE entry.series_id = %(series)s
ORDER BY entry.position NULLS LAST, entry.id LIMIT 1000"""

CONTACT = ("name", "email", "phone", "address", "country")

Row = dict[str, Any]


def one_row(statement: str, **values: Any) -> Row | None:
    parameters = {
        **{name: availability.PARAMETERS[name] for name in availability.Parameters.MOVING},
        "currency": settings.SHOP_CURRENCY,
        **values,
    }
    found = postgres.rows(statement, parameters, planned_once=True)
    return found[0] if found else None


def book_page(book: UUID, base_url: str) -> Row | None:
    """A book's full record, or None. `base_url` is scheme and host, for the addresses in it."""
    row = one_row(BOOK, book=book)
    if row is None:
        return None
    counts = row["rating_counts"]
    page = {
        **in_list(row, base_url),
        "description": row["description"],
        "original_language": row["original_language"] or None,
        "contributors": [
            {**person, "role_name": role_name(person["role"])} for person in orjson.loads(row["contributors"])
        ],
        "all_series": orjson.Fragment(row["all_series"]),
        "subjects": orjson.Fragment(row["subjects"]),
        "editions": [edition(found, base_url) for found in orjson.loads(row["editions"])],
    }
    page["description"] = page["description"] or next(
        (found["description"] for found in page["editions"] if found["description"]), ""
    )
    page["rating"]["histogram"] = {str(stars): count for stars, count in enumerate(counts, start=1)}
    return page


def edition_page(base_url: str, *, isbn: str | None = None, edition_id: UUID | None = None) -> Row | None:
    """One edition with its offers and the book it is of, or None."""
    row = one_row(ONE_EDITION, isbn=isbn, edition=edition_id)
    if row is None:
        return None
    book = orjson.loads(row["book"])
    found = edition(orjson.loads(row["edition"]), base_url)
    return {**found, "title": found["title"] or book["title"], "book": {**book, "url": book_url(base_url, book["id"])}}


def in_list(row: Row, base_url: str) -> Row:
    """A row of the listing as the API shows a book in a list."""
    average = row["rating_average"]
    return {
        "id": row["id"],
        "title": row["title"],
        "subtitle": row["subtitle"],
        "authors": orjson.Fragment(row["authors"]),
        "series": orjson.Fragment(row["series"]) if row["series"] else None,
        "cover": cover(row["cover"], base_url),
        "rating": {"average": None if average is None else float(average), "count": row["rating_count"]},
        "formats": row["formats"],
        "price_from": money(row["price_minor"], row["currency"]),
        "availability": Availability(row["availability"]).word,
        "published": date(row["published"]),
        "url": book_url(base_url, row["id"]),
    }


def edition(found: Row, base_url: str) -> Row:
    isbn = found["isbn"]
    rights, all_but = found.pop("rights_countries"), found.pop("rights_all_but")
    list_price = found["list_price"]
    offers = [offer(one) for one in found["offers"]]
    best = min((one["availability"] for one in found["offers"]), default=Availability.UNAVAILABLE.value)
    return {
        **found,
        "isbn_hyphenated": hyphenate(isbn) if isbn else None,
        "isbn10": isbn10(isbn) if isbn else None,
        "language": found["language"] or None,
        "published": date(found["published"]),
        "cover": cover(found["cover"], base_url),
        "availability": Availability(best).word,
        "for_sale_here": rights is None or (settings.SHOP_COUNTRY in rights) != all_but,
        "list_price": money(list_price["minor"], list_price["currency"]) if list_price else None,
        "product": product(found["product"]) if found["product"] else None,
        "offers": offers,
    }


def product(facts: Row) -> Row:
    """An edition's product facts as the API shows them: every name is there, in words where the shop has some."""
    texts = [{**dict.fromkeys(("author", "source", "date"), ""), **text} for text in facts.get("texts", [])]
    contacts = [{**dict.fromkeys(CONTACT, ""), **contact} for contact in facts.get("safety_contacts", [])]
    accessibility = [{**each, "name": accessibility_name(each["code"])} for each in facts.get("accessibility", [])]
    return {
        **{name: facts.get(name, []) for name in ("form_details", "protection", "features", "audience", "resources")},
        **{name: facts.get(name) for name in ("age_from", "age_to", "duration_seconds", "file_size_bytes")},
        **{name: facts.get(name, "") for name in ("form", "country_of_manufacture", "expected")},
        "texts": texts,
        "accessibility": accessibility,
        "safety_contacts": contacts,
    }


def offer(found: Row) -> Row:
    price = money(found["price_minor"], found["currency"])
    kept = ("id", "seller", "condition", "quantity", "notes")
    return {
        **{name: found[name] for name in kept},
        "price": price,
        "reduction": reduction(found["reduction"], found["currency"]),
        "availability": Availability(found["availability"]).word,
        "photos": [],
    }


def money(minor: int | None, currency: str) -> dict[str, str] | None:
    return None if minor is None else Money(minor, currency).as_json()


@lru_cache(maxsize=20_000)
def date(number: int | None) -> str | None:
    return None if number is None else str(PartialDate.from_number(number))


def cover(name: str, base_url: str) -> Row | None:
    """A cover's addresses, the smallest picture first among its widths; none of these where its size is not known."""
    if not name:
        return None
    url, size = address(name, base_url), measures(name)
    widths = {width: address(smaller, base_url) for width, smaller in smaller_names(name).items()}
    if size:
        widths[size[0]] = url
    return {
        "url": url,
        "thumbnail": address(thumbnail_name(name), base_url),
        "width": size and size[0],
        "height": size and size[1],
        "widths": [{"width": width, "url": place} for width, place in widths.items()],
    }


def book_url(base_url: str, book: UUID | str) -> str:
    return f"{base_url}/api/v1/books/{book}/"


def books_of_series(series: UUID, base_url: str) -> list[Row]:
    """The books of a series in its order, each as in a list with its place."""
    found = postgres.rows(BOOKS_OF_SERIES, {"series": series}, planned_once=True)
    return [{**in_list(row, base_url), "position": row["position"], "label": row["label"]} for row in found]
