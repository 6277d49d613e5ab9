"""Keep the index equal to the shop window: build it, and read on from where it was.

A listing carries the number of the transaction that wrote it. All that was written by transactions below `since` has
been read; of those at or above, `seen` have. The next `since` is the oldest transaction that was still open when the
reading began, so one that commits late is not missed, and what is read twice changes nothing. A kill at any point
leaves the last state written, which is never ahead of the files.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import Any
from uuid import UUID

import tantivy
from django.db import connection, transaction

from bookstore import versions
from catalog.models import IndexedShop, Listing
from catalog.search.index import store
from catalog.search.index.fields import COLUMNS, TIERS, VERSION, document, schema
from catalog.search.index.store import State
from catalog.services.changes import refresh_books

MEMORY = 256_000_000  # bytes that the writer fills before it writes a segment
OF_A_SEGMENT = 70_000  # books that fit in there, if they have a few hundred words each
JOINED = 8  # segments of about the same size, which tantivy then joins to one
CHUNK = 2_000
NOW = "coalesce(pg_current_xact_id_if_assigned(), pg_snapshot_xmax(pg_current_snapshot()))::text::bigint"
CHANGED = f"changed_in >= %(since)s AND changed_in <> ALL(%(seen)s) AND changed_in <= {NOW}"
# The one row is inserted anew by whoever restores a backup: the number of that transaction tells the databases apart.
SHOP = "SELECT id::text || ':' || xmin::text FROM catalog_indexedshop ORDER BY id LIMIT 1"
IS_BEHIND = f"""SELECT ({SHOP}),
    EXISTS (SELECT 1 FROM catalog_listing WHERE {CHANGED}) OR EXISTS (SELECT 1 FROM catalog_unlisted WHERE {CHANGED})"""


def is_behind(state: State) -> bool | None:
    """Whether something has been committed that the index has not read; None if it was made from another database."""
    with connection.cursor() as cursor:
        cursor.execute(IS_BEHIND, {"since": state.since, "seen": state.seen})
        shop, behind = cursor.fetchone()
    return bool(behind) if shop == state.shop else None


class Follower:
    """The one process that writes the index (`store.writing`), with its writer open: that also joins small segments."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._writer: tantivy.IndexWriter | None = None

    def keep_up(self) -> int:
        """Read what is new, or build the index if there is none of this shop and version; counts the books read."""
        try:
            state = usable_state()
            behind = state and is_behind(state)
            if state is None or behind is None:
                return self.build()
            return self.catch_up(state) if behind else 0
        except BaseException:
            self._writer = None  # with what it had not committed
            raise

    def build(self) -> int:
        """Make the index from all listings, beside the one in use, and then use it.

        The most popular come first: those of one tier then lie together, and are looked through many times as fast.
        """
        shop = this_shop()
        refresh_old_listings()
        folder = store.new_folder()
        self._writer = None  # it may be of a folder of this name that somebody has deleted
        writer = self.writer(folder)
        levels, read = [popularity_of_place(place) for place in TIERS.values()], 0
        with one_moment():
            since = oldest_open_transaction()
            size = books_of_a_segment(Listing.objects.count())
            for row in rows("true ORDER BY popularity DESC, book_id DESC", {}):
                writer.add_document(document(row, levels))
                read += 1
                if read % size == 0:
                    writer.commit()
        writer.commit()
        writer.wait_merging_threads()
        self._writer = None
        State(shop, since, levels=levels, books=read).write(folder)
        store.use(folder)
        versions.bump("catalog")
        return read

    def catch_up(self, state: State) -> int:
        """Read what was committed since; nobody sees any of it before all of it is there.

        What has gone comes first: a book that went and came back is there. Both as of one moment, or what a
        transaction did to two books might be read of one only.
        """
        folder = store.in_use()
        if folder is None:
            return self.build()
        writer, values = self.writer(folder), {"since": state.since, "seen": state.seen}
        seen, read = set(state.seen), 0
        with one_moment():
            since = oldest_open_transaction()
            for book, changed_in in gone(values):
                writer.delete_documents_by_term("book", str(book))
                seen.add(changed_in)
                read += 1
            for row in rows(CHANGED, values):
                writer.delete_documents_by_term("book", str(row["book_id"]))
                writer.add_document(document(row, state.levels))
                seen.add(row["changed_in"])
                read += 1
        writer.commit()
        read_by_now = sorted(number for number in seen if number >= since)
        replace(state, since=since, seen=read_by_now).write(folder)
        versions.bump("catalog")
        return read

    def writer(self, folder: Path) -> tantivy.IndexWriter:
        if self._writer is None or folder != self._folder:
            self._writer, self._folder = tantivy.Index(schema(), path=str(folder)).writer(MEMORY, 1), folder
        return self._writer


def books_of_a_segment(books: int) -> int:
    """So many that all segments, once joined, are as few as possible: each is looked through for every question."""
    if books <= OF_A_SEGMENT:
        return max(1, books)
    return ceil(books / JOINED / ceil(books / JOINED / OF_A_SEGMENT))


def usable_state() -> State | None:
    """The state of the index in use, unless it is of another version, or the shop has far outgrown it."""
    folder = store.in_use()
    try:
        state = State.read(folder) if folder else None
    except (OSError, ValueError, TypeError):
        return None
    if state is None or state.version != VERSION:
        return None
    snapshot = store.reader.snapshot()
    outgrown = snapshot is None or snapshot.searcher.num_docs > 2 * max(state.books, TIERS["known"])
    return None if outgrown else state


def this_shop() -> str:
    """What tells this database from others and from what it was before a backup was restored."""
    if not IndexedShop.objects.exists():
        IndexedShop.objects.create()
    with connection.cursor() as cursor:
        cursor.execute(SHOP)
        return str(cursor.fetchone()[0])


@contextlib.contextmanager
def one_moment() -> Iterator[None]:
    """Whatever is read inside is read as of the same moment."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def gone(values: dict[str, Any]) -> list[tuple[UUID, int]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT book_id, changed_in FROM catalog_unlisted WHERE {CHANGED}", values)
        return list(cursor.fetchall())


def oldest_open_transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def popularity_of_place(place: int) -> int:
    """The popularity that so many books have at least; 1 where there are not so many that anybody has asked for."""
    ranked = Listing.objects.order_by("-popularity").values_list("popularity", flat=True)
    return max([1, *ranked[place : place + 1]])


def rows(condition: str, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Listings by COLUMNS, some thousand in memory at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.itersize = CHUNK
        cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM catalog_listing WHERE {condition}", values)
        while found := cursor.fetchmany(CHUNK):
            for row in found:
                yield dict(zip(COLUMNS, row, strict=True))


def refresh_old_listings() -> None:
    """Derive anew the listings from before there was an index; they have no words yet."""
    old = Listing.objects.filter(titles=[]).order_by("pk").values_list("pk", flat=True)
    books = list(old[:CHUNK])
    while books:
        refresh_books(books)
        books = list(old.filter(pk__gt=books[-1])[:CHUNK])
