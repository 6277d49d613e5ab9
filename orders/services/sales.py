"""What orders say of books, counted for the catalogue: what sells this month, and what is bought together.

Nothing that is kept tells who bought: pairs of books count from two different buyers on, and only their number stays.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from bookstore import versions
from catalog.models import Progress
from catalog.models.related import FEWEST_BUYERS
from orders.models import BOUGHT, PaymentEvent

A_MONTH = timedelta(days=30)
LATE = timedelta(hours=1)  # a fact may be committed so long after it says it happened
AT_ONCE = 200  # books counted in one transaction
BUYERS = 5_000  # of a book, the latest, are asked what else they bought
BOOKS_OF_A_BUYER = 200  # the latest; a library's purchases say little of one book
KEPT = 40  # pairs of a book

# An order counts while it is bought and not all of its money went back.
COUNTS = """bought.status = ANY(%(bought)s) AND (bought.total_minor = 0 OR bought.total_minor > (
    SELECT coalesce(sum(amount_minor), 0) FROM orders_paymentevent back
    WHERE back.order_id = bought.id AND back.kind = %(refunded)s))"""

RECENT_SALES = f"""
WITH sold AS MATERIALIZED (
    SELECT edition.book_id, count(DISTINCT bought.id) AS orders
    FROM orders_order bought
    JOIN orders_orderline line ON line.order_id = bought.id
    JOIN catalog_edition edition ON edition.id = line.edition_id
    WHERE bought.paid_at > %(since)s AND {COUNTS}
    GROUP BY edition.book_id
),
ended AS (DELETE FROM catalog_recentsales WHERE book_id NOT IN (SELECT book_id FROM sold) RETURNING 1),
written AS (
    INSERT INTO catalog_recentsales AS recent (book_id, orders) SELECT book_id, orders FROM sold
    ON CONFLICT (book_id) DO UPDATE SET orders = excluded.orders WHERE recent.orders <> excluded.orders RETURNING 1
)
SELECT (SELECT count(*) FROM ended) + (SELECT count(*) FROM written)"""

# Books of orders to which something happened, and in a first round all that were ever ordered.
CHANGED_BOOKS = """
SELECT DISTINCT edition.book_id FROM (
    SELECT order_id FROM orders_orderevent WHERE created_at > %(since)s
    UNION SELECT order_id FROM orders_paymentevent WHERE created_at > %(since)s AND kind = %(refunded)s) AS changed
JOIN orders_orderline line ON line.order_id = changed.order_id
JOIN catalog_edition edition ON edition.id = line.edition_id
WHERE edition.book_id > %(position)s ORDER BY edition.book_id LIMIT %(at_once)s"""
ALL_BOOKS = """
SELECT DISTINCT edition.book_id FROM catalog_edition edition
WHERE edition.book_id > %(position)s
    AND (EXISTS (SELECT 1 FROM orders_orderline line WHERE line.edition_id = edition.id)
         OR EXISTS (SELECT 1 FROM catalog_boughttogether pair WHERE pair.book_id = edition.book_id))
ORDER BY edition.book_id LIMIT %(at_once)s"""

FORGET_PAIRS = "DELETE FROM catalog_boughttogether WHERE book_id = ANY(%(books)s) OR other_id = ANY(%(books)s)"

# A guest is known by the address of the mail, and as the user who has it; a guest's books are those of one purchase.
COUNT_PAIRS = f"""
WITH taken AS MATERIALIZED (
    SELECT DISTINCT wanted.id AS book_id, latest.reader, latest.buyer_id, latest.purchase_id
    FROM unnest(%(books)s::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
        SELECT purchase.buyer_id, CASE WHEN purchase.buyer_id IS NULL THEN purchase.id END AS purchase_id,
               coalesce(purchase.buyer_id::text,
                        (SELECT id::text FROM accounts_user WHERE email = lower(purchase.email)),
                        lower(purchase.email)) AS reader
        FROM catalog_edition edition
        JOIN orders_orderline line ON line.edition_id = edition.id
        JOIN orders_order bought ON bought.id = line.order_id
        JOIN orders_purchase purchase ON purchase.id = bought.purchase_id
        WHERE edition.book_id = wanted.id AND {COUNTS}
        ORDER BY line.id DESC LIMIT {BUYERS}) AS latest
),
beside AS (
    SELECT DISTINCT taken.book_id, other.book_id AS other_id, taken.reader
    FROM taken CROSS JOIN LATERAL (
        SELECT edition.book_id
        FROM orders_purchase purchase
        JOIN orders_order bought ON bought.purchase_id = purchase.id
        JOIN orders_orderline line ON line.order_id = bought.id
        JOIN catalog_edition edition ON edition.id = line.edition_id
        WHERE (purchase.buyer_id = taken.buyer_id OR purchase.id = taken.purchase_id) AND {COUNTS}
        ORDER BY line.id DESC LIMIT {BOOKS_OF_A_BUYER}) AS other
    WHERE other.book_id <> taken.book_id
),
pairs AS (
    SELECT book_id, other_id, count(*) AS buyers,
           row_number() OVER (PARTITION BY book_id ORDER BY count(*) DESC, other_id) AS place
    FROM beside GROUP BY book_id, other_id HAVING count(*) >= {FEWEST_BUYERS}
)
INSERT INTO catalog_boughttogether (book_id, other_id, buyers)
SELECT one, two, max(buyers) FROM pairs, LATERAL (VALUES (book_id, other_id), (other_id, book_id)) AS pair (one, two)
WHERE place <= {KEPT} GROUP BY one, two"""


@transaction.atomic
def count_recent_sales(now: datetime | None = None) -> int:
    """Count anew in how many orders of the last month each book is, and say how many books' numbers changed."""
    locked_progress("recent sales")
    since = (now or timezone.now()) - A_MONTH
    [(changed,)] = ask(RECENT_SALES, since=since)
    if changed:
        transaction.on_commit(bump)
    return int(changed)


def pair_books(*, afresh: bool = False) -> int:
    """Count the pairs of all books whose orders changed since the last round; go on where one was interrupted."""
    if afresh:
        Progress.objects.filter(name="bought together").delete()
    done = 0
    while some := pair_some_books():
        done += some
    if done:
        bump()
    return done


@transaction.atomic
def pair_some_books(at_once: int = AT_ONCE) -> int:
    """Count the next books of the round, and begin one where none is under way; 0 when it is at its end."""
    progress = locked_progress("bought together")
    progress.goal = progress.goal or timezone.now()
    books = next_books(progress, at_once)
    if books:
        ask(FORGET_PAIRS, books=books)
        ask(COUNT_PAIRS, books=books)
        progress.position = books[-1]
    else:
        progress.until, progress.goal, progress.position = progress.goal, None, None
    progress.save()
    return len(books)


def next_books(progress: Progress, at_once: int) -> list[UUID]:
    values: dict[str, Any] = {"position": progress.position or UUID(int=0), "at_once": at_once}
    if progress.until is None:
        return [book for (book,) in ask(ALL_BOOKS, **values)]
    return [book for (book,) in ask(CHANGED_BOOKS, since=progress.until - LATE, **values)]


def locked_progress(name: str) -> Progress:
    """How far the job is, held by whoever works on it until that is committed."""
    Progress.objects.get_or_create(name=name)
    return Progress.objects.select_for_update().get(name=name)


def ask(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    parameters = {"bought": [status.value for status in BOUGHT], "refunded": PaymentEvent.Kind.REFUNDED.value, **values}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def bump() -> None:
    versions.bump("catalog")
