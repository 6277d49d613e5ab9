"""The SQL that limits are measured with, and what to ask for."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.search import BookQuery, search

SAME_ROWS = """
SELECT book.id, book.title, book.subtitle, book.rating_counts, book.first_published,
       (SELECT jsonb_agg(jsonb_build_object('id', person.id, 'name', person.name) ORDER BY part.position)
        FROM catalog_contribution part JOIN catalog_contributor person ON person.id = part.contributor_id
        WHERE part.book_id = book.id AND part.role = 'A01') AS authors,
       (SELECT array_agg(DISTINCT edition.format) FROM catalog_edition edition
        WHERE edition.book_id = book.id) AS formats,
       (SELECT min(offer.price_minor) FROM catalog_offer offer
        JOIN catalog_edition edition ON edition.id = offer.edition_id
        WHERE edition.book_id = book.id AND offer.on_hand > offer.held) AS price
FROM (SELECT book_id FROM catalog_listing ORDER BY popularity DESC, book_id DESC LIMIT 20) AS page
JOIN catalog_book book ON book.id = page.book_id
"""


def list_statement() -> str:
    """The statement that the list's first page runs."""
    with CaptureQueriesContext(connection) as queries:
        search(BookQuery())
    return next(query["sql"] for query in queries if "OFFSET" in query["sql"])


def same_rows_joined() -> str:
    return SAME_ROWS


def sample() -> tuple[str, str, str, str]:
    """A popular book, its author, an ISBN and a word of a title."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT listing.book_id, listing.contributors[1], edition.isbn, split_part(listing.title_key, ' ', 1)
               FROM catalog_listing listing JOIN catalog_edition edition ON edition.book_id = listing.book_id
               WHERE edition.isbn IS NOT NULL AND cardinality(listing.contributors) > 0
                     AND length(split_part(listing.title_key, ' ', 1)) > 4
               ORDER BY listing.popularity DESC LIMIT 1"""
        )
        return tuple(str(value) for value in cursor.fetchone())
