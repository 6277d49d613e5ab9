"""Books to measure with: imported from files, or made up from a small vocabulary."""

from pathlib import Path
from uuid import UUID

from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import Seller
from catalog.models import Book, Offer
from catalog.services import refresh_listings

CHUNK = 5_000

# Titles of two to five words whose frequencies fall off as words' do; one author for five books, one to two editions
# a book, an offer for two thirds of them.
VOCABULARY = """CREATE TEMPORARY TABLE word AS
    SELECT n, translate(left(md5(n::text), 4 + n % 6), '0123456789', 'aeioulnrst') AS word
    FROM generate_series(0, 20000) n"""
DRAW = """CREATE FUNCTION pg_temp.draw(number bigint, about int, low int, high int) RETURNS int
    LANGUAGE sql IMMUTABLE AS
    $$ SELECT low + (abs(hashint8(number * 1000 + about)::bigint) % (high - low + 1))::int $$"""
ISBN = """CREATE FUNCTION pg_temp.isbn(number bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT digits || (10 - (SELECT sum(substr(digits, place, 1)::int * (3 - 2 * (place % 2)))
                            FROM generate_series(1, 12) place) % 10) % 10
    FROM (SELECT '978' || lpad(number::text, 9, '0') AS digits) AS made $$"""
AUTHORS = """INSERT INTO catalog_contributor (id, created_at, updated_at, name, sort_name, aliases, biography)
    SELECT gen_random_uuid(), now(), now(), initcap(first.word || ' ' || last.word),
           initcap(last.word || ', ' || first.word), '[]', ''
    FROM generate_series(1, %(authors)s) AS author (number)
    JOIN word first ON first.n = (number::bigint * 7919) %% 20001
    JOIN word last ON last.n = (number::bigint * 104729) %% 20001"""
BOOKS = """WITH made AS (
        SELECT book.n, (SELECT string_agg(word.word, ' ' ORDER BY place)
                        FROM generate_series(1, 2 + book.n %% 4) place
                        JOIN word ON word.n = floor(20000 * power(
                            hashint8(book.n * 31 + place)::float8 / 4294967296 + 0.5, 4))::int) AS title
        FROM generate_series(%(first)s, %(last)s) AS book (n))
    INSERT INTO catalog_book (id, created_at, updated_at, title, subtitle, description, original_language,
                              first_published, popularity, rating_counts)
    SELECT gen_random_uuid(), now(), now(), initcap(title), '', '', 'en', (1900 + n %% 125) * 10000,
           1000000 / (1 + n), ARRAY[0, 0, n %% 3, n %% 7, n %% 11]
    FROM made RETURNING id"""
REST = """
    WITH numbered AS (SELECT id, row_number() OVER () AS n FROM unnest(%(books)s::uuid[]) AS id),
    author AS (SELECT id, row_number() OVER () AS n FROM catalog_contributor LIMIT 20000),
    parts AS (INSERT INTO catalog_contribution (id, book_id, contributor_id, role, position)
              SELECT gen_random_uuid(), numbered.id, author.id, 'A01', 1
              FROM numbered JOIN author ON author.n = 1 + (numbered.n * 17 + %(first)s) %% %(authors)s),
    editions AS (INSERT INTO catalog_edition (id, created_at, updated_at, book_id, isbn, title, edition_statement,
                     format, language, imprint, published, availability_code, description, cover)
                 SELECT gen_random_uuid(), now(), now(), numbered.id,
                        CASE WHEN copy = 0 THEN pg_temp.isbn(%(first)s + numbered.n) END, '', '',
                        (ARRAY['paperback', 'hardback', 'ebook'])[pg_temp.draw(%(first)s + n, 1 + copy, 1, 3)],
                        'en', '',
                        19900000 + (numbered.n %% 30) * 10000, '', '', ''
                 FROM numbered, generate_series(0, 1) copy WHERE copy = 0 OR numbered.n %% 3 = 0
                 RETURNING id)
    SELECT count(*) FROM editions"""
OFFERS = """INSERT INTO catalog_offer (id, created_at, updated_at, edition_id, seller_id, condition, price_minor,
                                       currency, on_hand, notes)
    SELECT gen_random_uuid(), now(), now(), edition.id, %(seller)s, 'new', pg_temp.draw(number, 3, 300, 4300), 'EUR',
           pg_temp.draw(number, 4, 0, 4), ''
    FROM catalog_edition edition CROSS JOIN LATERAL (SELECT hashtext(edition.id::text)::bigint AS number) AS chance
    WHERE edition.book_id = ANY(%(books)s) AND pg_temp.draw(number, 5, 0, 2) > 0"""


def prepare(count: int, files: list[str]) -> int:
    """Load the books where the shop has not the same number already, and say how many there are."""
    call_command("migrate", verbosity=0)
    if files:
        for spelled in files:
            book_format, _, path = spelled.partition("=")
            call_command("import_books", Path(path), format=book_format)
        offer_some()
    elif Book.objects.count() != count:
        make_up(count)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Book.objects.count()


def make_up(count: int) -> None:
    call_command("flush", interactive=False, verbosity=0)
    authors = max(1, min(count // 5, 20_000))
    with connection.cursor() as cursor:
        cursor.execute(VOCABULARY)
        cursor.execute(DRAW)
        cursor.execute(ISBN)
        seller = the_seller()
        cursor.execute(AUTHORS, {"authors": authors})
        for first in range(1, count + 1, CHUNK):
            with transaction.atomic():
                cursor.execute(BOOKS, {"first": first, "last": min(first + CHUNK - 1, count)})
                books = [row[0] for row in cursor.fetchall()]
                cursor.execute(REST, {"books": books, "first": first, "authors": authors})
                cursor.execute(OFFERS, {"books": books, "seller": seller})
                refresh_listings(books)
            print(f"\r{first + len(books) - 1:,} of {count:,} books", end="", flush=True)
    print()


def offer_some() -> None:
    """Offers for two thirds of the imported editions, once."""
    if Offer.objects.exists():
        return
    seller, books = the_seller(), list(Book.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(DRAW)
        for first in range(0, len(books), CHUNK):
            with transaction.atomic():
                cursor.execute(OFFERS, {"books": books[first : first + CHUNK], "seller": seller})
                refresh_listings(books[first : first + CHUNK])


def the_seller() -> UUID:
    return Seller.objects.get_or_create(slug="benchmark", defaults={"name": "Benchmark"})[0].pk
