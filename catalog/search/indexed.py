"""The search over the index: what `statements` answers in SQL, with typos forgiven and words reduced to their stems."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection
from tantivy import Occur, Order, Query, Searcher

from bookstore.errors import InvalidCursor
from bookstore.pagination import REACH, PageRequest, Total, read_cursor, write_cursor
from bookstore.postgres import rows
from catalog.reads import COLUMNS
from catalog.search import facets, statements
from catalog.search.conditions import Conditions, every_word
from catalog.search.index import asking, counting
from catalog.search.index.asking import Meaning, Words
from catalog.search.index.fields import SAMPLES, TIERS
from catalog.search.index.spelling import better_spelling, without_some

ORDERS = {
    "popular": ("by_popularity", Order.Desc),
    "newest": ("by_date", Order.Desc),
    "price": ("by_price", Order.Asc),
    "-price": ("by_price_down", Order.Desc),
    "rating": ("by_rating", Order.Desc),
}
FEW = 10  # books found, below which a better spelling is looked for
DEEPEST = 100_000  # as far as endless scrolling by relevance goes
MOST_RANKED = 3_000  # books that are all ranked at once; of more, those that many know come first
MOST_TOGETHER = 40_000  # books found, up to which the popular and the less popular of them are ranked together
MOST_SCORED = 150_000  # books that are ranked by more than their popularity, once no popular one is left
ENOUGH = 2_000  # books of a sample that say how many there are
MOST_LOOKED_AT = 3_000  # books that PostgreSQL sorts by title for the index, or counts the copies of
LONGEST_LOOK = 2_000  # books whose copies are looked at by one statement
MOST_PASSED = 20_000  # books whose copies are looked at for a page

LISTINGS = f"SELECT {COLUMNS} FROM catalog_listing listing WHERE book_id = ANY(%(books)s)"
NOTHING = Meaning(Query.empty_query(), Query.empty_query())
EVERYTHING = Meaning(Query.all_query(), Query.all_query())

Row = dict[str, Any]
Page = tuple[list[Row], str | None]
Ranked = tuple[UUID, int | float]


class Question:
    """What a reader asks of one state of the index, with the spelling mended where next to nothing is found."""

    def __init__(self, searcher: Searcher, conditions: Conditions) -> None:
        self.searcher, self.conditions = searcher, conditions
        self.did_you_mean: str | None = None
        self.is_missed = False
        self.counts: dict[Query, int] = {}
        self.words = Words.of(conditions.folded)
        self.text = self.spelled(self.words) if "q" in conditions.values else EVERYTHING
        self.plain, self.scored = (self.filtered(text, conditions) for text in (self.text.plain, self.text.scored))
        self.copies_decide = asking.copies_decide(conditions)

    def spelled(self, words: Words) -> Meaning:
        """The words as they are; if they find little, also as they may be meant, which then counts for less.

        If nothing is found either way, the words are fewer.
        """
        if not words.words:
            self.is_missed = True
            return NOTHING
        literal = asking.matching(self.searcher, words)
        found = self.up_to_few(literal.plain)
        if found < FEW and not asking.may_be_cut(self.searcher, words):
            literal = asking.matching(self.searcher, words, cut=True)
            found = self.up_to_few(literal.plain)
        self.is_missed = not found
        if found >= FEW:
            return literal
        if (better := better_spelling(self.searcher, words)) is None:
            return literal if found else self.shortened(words)
        meant = asking.matching(self.searcher, better)
        if found and self.count(meant.plain) < 10 * found:
            return literal
        self.did_you_mean = better.whole
        if found:
            return literal.or_else(meant)
        self.words = better
        return meant

    def shortened(self, words: Words) -> Meaning:
        """What has all but those words that nothing is found for, rather than nothing."""
        for fewer in without_some(self.searcher, words):
            meant = asking.matching(self.searcher, fewer)
            if self.count(meant.plain):
                self.did_you_mean, self.words = fewer.whole, fewer
                return meant
        return NOTHING

    def up_to_few(self, query: Query) -> int:
        """How many books there are, at least up to FEW: of very many, the popular ones are looked at first."""
        if self.is_large:
            found = len(self.searcher.search(asking.both(query, asking.popular()), FEW, count=False).hits)
            if found == FEW:
                return found
        return self.count(query)

    def filtered(self, text: Query, conditions: Conditions) -> Query:
        filters = asking.filtering(conditions)
        return Query.boolean_query([(Occur.Must, part) for part in (text, *filters)]) if filters else text

    @property
    def is_large(self) -> bool:
        """Whether so many books may match that not all of them are looked at to rank or count them."""
        return "q" not in self.conditions.values or asking.size_of(self.searcher, self.words) > asking.LARGE

    @cached_property
    def about(self) -> int:
        """How many books were found, estimated by a sample where it is large; else 0."""
        if not self.is_large:
            return 0
        few = self.count(asking.in_sample(self.plain, SAMPLES[-1]))
        return SAMPLES[-1] * few if few > ENOUGH else SAMPLES[0] * self.count(asking.in_sample(self.plain, SAMPLES[0]))

    def count(self, query: Query) -> int:
        if query not in self.counts:
            self.counts[query] = int(self.searcher.search(query, 1).count)
        return self.counts[query]

    def total(self) -> Total:
        """Exact up to REACH, except where the copies of very many books would have to be looked at."""
        if self.plain not in self.counts and self.about > 2 * REACH:
            return Total(self.about, is_exact=False)
        found = self.count(self.plain)
        if not self.copies_decide:
            return Total(found, is_exact=True)
        if found > MOST_LOOKED_AT:
            return Total(found, is_exact=False)
        books = [book for book, _ in self.hits(self.plain, "popular", 0, MOST_LOOKED_AT)]
        return Total(len(suiting_books(books, self.conditions)), is_exact=True)

    def page(self, page: PageRequest, sort: str) -> Page:
        """One page in that order; by title PostgreSQL cuts it."""
        if sort == "title":
            return self.page_by_title(page)
        if self.copies_decide:
            return self.page_of_copies(page, sort)
        start, last_key = page.offset, None
        if page.cursor:
            last_key, start = read_cursor(page.cursor, f"index {sort}")
        found = self.ranked(sort, start, page.size + 1, last_key)
        shown = found[: page.size]
        listed = rows_of([book for book, _ in shown])
        if len(found) <= page.size:
            return listed, None
        return listed, write_cursor(f"index {sort}", mark_behind(shown, sort, last_key, start))

    def page_by_title(self, page: PageRequest) -> Page:
        """Of few books those that were found; of many, what has the words as they are."""
        if self.count(self.plain) > MOST_LOOKED_AT:
            return self.page_by_postgres(page, "title")
        books = [book for book, _ in self.hits(self.plain, "popular", 0, MOST_LOOKED_AT)]
        suiting = suiting_books(books, self.conditions) if self.copies_decide else books
        return statements.page_of(page, self.conditions, "title", among=list(suiting))

    def page_of_copies(self, page: PageRequest, sort: str) -> Page:
        """Where copies decide, the books that may suit are looked at in their order until the page is full.

        Where next to none of very many suit, PostgreSQL looks for those; while scrolling, pages are then shorter.
        """
        try:
            last_key, start = read_cursor(page.cursor, f"looked at {sort}") if page.cursor else (None, 0)
        except InvalidCursor:  # PostgreSQL has begun this list, or nobody
            return self.page_by_postgres(page, sort)
        skipped = 0 if page.cursor else page.offset
        wanted, size = skipped + page.size, min(2 * page.size + skipped, LONGEST_LOOK)
        passed: list[Ranked] = []
        suiting: list[int] = []  # places in there
        is_all = False
        while not is_all and len(suiting) <= wanted and len(passed) < MOST_PASSED:
            some = self.ranked(sort, start + len(passed), size, last_key)
            known = suiting_books([book for book, _ in some], self.conditions)
            suiting += [place for place, (book, _) in enumerate(some, start=len(passed)) if book in known]
            passed += some
            is_all, size = len(some) < size, min(2 * size, LONGEST_LOOK)
        is_full = len(suiting) > wanted
        if not (is_all or is_full or page.cursor):
            return self.page_by_postgres(page, sort)
        shown = suiting[skipped:wanted]
        listed = rows_of([passed[place][0] for place in shown])
        if not is_full and is_all:
            return listed, None
        behind = passed[: shown[-1] + 1] if is_full else passed
        return listed, write_cursor(f"looked at {sort}", mark_behind(behind, sort, last_key, start))

    def page_by_postgres(self, page: PageRequest, sort: str) -> Page:
        """What has the words as they are. If one in FEW of the most popular suits, each book is looked at in turn."""
        in_turn = False
        if self.copies_decide:
            some = [book for book, _ in self.hits(self.plain, "popular", 0, LONGEST_LOOK)]
            in_turn = FEW * len(suiting_books(some, self.conditions)) > len(some)
        return statements.page_of(page, self.plain_conditions(), sort, in_turn=in_turn)

    def plain_conditions(self) -> Conditions:
        """The same for PostgreSQL: with the spelling as it was mended, or in both where both are searched for."""
        if "q" not in self.conditions.values:
            return self.conditions
        spellings = dict.fromkeys([self.words.whole, self.did_you_mean or self.words.whole])
        words = " | ".join(f"({every_word(spelling)})" for spelling in spellings)
        return Conditions({**self.conditions.values, "q": words}, self.words.whole)

    def ranked(self, sort: str, start: int, count: int, last_key: int | None = None) -> list[Ranked]:
        """So many books from a place in the order on, or from a place behind a key, with the key or score of each."""
        if sort == "relevance":
            is_whole = not self.is_large and self.count(self.plain) <= MOST_RANKED
            return self.hits(self.scored, sort, start, count) if is_whole else self.best(start, count)
        query = self.plain
        if last_key is not None:
            field, order = ORDERS[sort]
            query = asking.both(query, asking.from_key_on(field, last_key, downwards=order == Order.Desc))
        return self.hits(query, sort, start, count)

    def best(self, start: int, count: int) -> list[Ranked]:
        """Of many books, first those that are popular or called just so, then the less popular, then all.

        Where there are not so very many, these are one, together with all that have the words in their titles.
        """
        called_so, tiers = asking.called_so(self.words), [asking.of_tier(name) for name in TIERS]
        if not self.is_large:
            tiers = [asking.any_of([*tiers, asking.in_titles(self.searcher, self.words)])]
        elif self.about <= MOST_TOGETHER:
            tiers = [asking.any_of(tiers)]
        named = self.hits(self.filtered(called_so, self.conditions), "relevance", 0, start + count)
        first = self.hits(asking.both(self.scored, tiers[0], but=called_so), "relevance", 0, start + count)
        first = sorted([*named, *first], key=lambda book: -book[1])
        found, place = first[start : start + count], start - len(first)
        for tier in tiers[1:] if len(found) < count else []:
            less_known = asking.both(self.scored, tier, but=called_so)
            found += self.hits(less_known, "relevance", max(0, place), count - len(found))
            place -= self.count(less_known) if len(found) < count else 0
        if len(found) < count:
            sort, query = ("popular", self.plain) if self.about > MOST_SCORED else ("relevance", self.scored)
            rest = asking.both(query, Query.all_query(), but=asking.any_of([called_so, *tiers]))
            found += self.hits(rest, sort, max(0, place), count - len(found))
        return found

    def hits(self, query: Query, sort: str, start: int, count: int) -> list[Ranked]:
        if start > DEEPEST:
            return []
        field, order = ORDERS.get(sort, (None, Order.Desc))
        by = {"order_by_field": field, "order": order} if field else {"weight_by_field": "weight"}
        is_whole = query in (self.plain, self.scored)
        found = self.searcher.search(query, count, count=is_whole, offset=start, **by)
        if is_whole:  # it has looked at every book anyway
            self.counts[self.plain] = int(found.count)
        return list(zip(asking.books_at(self.searcher, found.hits), (key for key, _ in found.hits), strict=True))

    def facets(self, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """The facets' values with their counts, most frequent first; the filters of its own are left out of each."""
        found, at_once = {}, defaultdict(list)
        for name in names:
            others = self.conditions.leaving_out(facets.PARAMETERS.get(name, (name,)))
            of_copies = name in facets.OF_A_COPY and others.has_copies()
            if asking.copies_decide(others.adding(name, "") if of_copies else others) or (
                of_copies and name == "price"
            ):
                found[name] = self.facet_of_copies(name, others)
            elif of_copies:
                found[name] = facets.labelled(name, self.count_each(name, others))
            else:
                at_once[others.digest].append((name, others))
        for alike in at_once.values():
            query = self.filtered(self.text.plain, alike[0][1])
            counted = counting.count(self.searcher, query, [name for name, _ in alike], is_large=self.is_large)
            found |= {name: facets.labelled(name, counts) for name, counts in counted.items()}
        return {name: found[name] for name in names}

    def facet_of_copies(self, name: str, others: Conditions) -> list[dict[str, Any]]:
        """Where copies decide: PostgreSQL counts few books; of many it is said what they have, but not how often."""
        query = self.filtered(self.text.plain, others)
        if self.count(query) > MOST_LOOKED_AT:
            counts = counting.count(self.searcher, query, [name], is_large=self.is_large)[name]
            return facets.labelled(name, counts, exactly=False)
        ids = [book for book, _ in self.hits(query, "popular", 0, MOST_LOOKED_AT)]
        return facets.count_facets(name, others, among=ids)

    def count_each(self, name: str, others: Conditions) -> counting.Counts:
        """How many books have a copy with that value for which the other filters hold too."""
        query = self.filtered(self.text.plain, others)
        found = counting.count(self.searcher, query, [name], is_large=self.is_large)[name]
        counts = [(value, self.count(self.filtered(self.text.plain, others.adding(name, value)))) for value, _ in found]
        return sorted(((value, count) for value, count in counts if count), key=lambda each: (-each[1], each[0]))


def mark_behind(passed: list[Ranked], sort: str, last_key: int | None, start: int) -> list[int | float | None]:
    """What a cursor holds: the last key passed, and how many books with it; by relevance, how many books in all."""
    if sort == "relevance":
        return [None, start + len(passed)]
    key = passed[-1][1]
    return [key, sum(1 for _, other in passed if other == key) + (start if key == last_key else 0)]


def rows_of(books: list[UUID]) -> list[Row]:
    """The listings of these books, in this order; one that has just gone is left out."""
    found = {row["id"]: row for row in rows(LISTINGS, {"books": books}, planned_once=True)}
    return [found[book] for book in books if book in found]


def suiting_books(books: list[UUID], conditions: Conditions) -> set[UUID]:
    statement = (
        f"SELECT book_id FROM catalog_listing listing WHERE book_id = ANY(%(books)s) AND {conditions.has_copy()}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {**conditions.parameters, "books": books})
        return {row[0] for row in cursor.fetchall()}
