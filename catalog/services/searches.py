"""Remember what readers look for in vain, so that sellers know what to get."""

import re

from uuid6 import uuid7

from bookstore.postgres import rows
from catalog.isbn import InvalidISBN, parse_isbn
from catalog.models.searches import LONGEST_KEPT

PERSONAL = re.compile(r"@|(?:\d[\s().+/-]*){7}")  # an address, a telephone or card number; nobody's business

# No reader waits until a count is on the disk; the last ones may be lost with the machine's power.
COUNT = """INSERT INTO catalog_missedsearch AS missed (id, words, meant, count, first_at, last_at)
    SELECT %(id)s::uuid, %(words)s, %(meant)s, 1, now(), now()
    FROM (SELECT set_config('synchronous_commit', 'off', true)) AS unhurried
    ON CONFLICT (words) DO UPDATE SET count = missed.count + 1, meant = excluded.meant, last_at = excluded.last_at
    RETURNING id"""


def note_missed_search(words: str, meant: str = "") -> None:
    """Count a search that found nothing as it was typed. What may name a person, or is no search, is not kept."""
    try:
        looked_for = parse_isbn(words)
    except InvalidISBN:
        looked_for = " ".join(words.lower().split())
        if len(looked_for) > LONGEST_KEPT or PERSONAL.search(looked_for):
            return
    rows(COUNT, {"id": uuid7(), "words": looked_for, "meant": meant[:LONGEST_KEPT]}, planned_once=True)
