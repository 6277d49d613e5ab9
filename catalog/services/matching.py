"""Find the books of the shop that are one work: certain ones are merged, likely ones left to somebody's decision."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from catalog.errors import NotMergeable
from catalog.models import Book, LikelyDuplicate
from catalog.models.merging import ISBN_OF_WORK
from catalog.services.works import MOST_AT_ONCE, merge_books, moved_to
from catalog.works import Verdict, Work, compare
from catalog.works.loading import works_with_keys

KEYS_AT_ONCE = 500
PAIRS_AT_ONCE = 500

FORGET = "DROP TABLE IF EXISTS shared_keys"
KEYS = """
CREATE TEMPORARY TABLE shared_keys AS
SELECT key, row_number() OVER () AS place
FROM (SELECT work_key(title) AS key FROM catalog_book GROUP BY 1 HAVING count(*) > 1) AS shared WHERE key <> ''
"""
NEXT_KEYS = "SELECT key, place FROM shared_keys WHERE place > %s ORDER BY place LIMIT %s"
STATED = f"""
SELECT DISTINCT least(edition.book_id, said.book_id), greatest(edition.book_id, said.book_id)
FROM catalog_workidentifier said
JOIN catalog_edition edition ON edition.isbn = said.value AND edition.book_id <> said.book_id
WHERE said.scheme = '{ISBN_OF_WORK}'
UNION
SELECT first_id, second_id FROM catalog_likelyduplicate WHERE stated AND NOT different
EXCEPT
SELECT first_id, second_id FROM catalog_likelyduplicate WHERE different
ORDER BY 1, 2"""  # noqa: S608 - constants

Tell = Callable[[str], object]
Pair = tuple[UUID, UUID]


@dataclass(slots=True)
class Group:
    """Books that are certainly one, the oldest first."""

    works: list[Work]
    reasons: list[str] = field(default_factory=list)


class Matching:
    """One walk through the shop, some hundred titles at a time, however many books there are."""

    def __init__(self, tell: Tell, *, dry_run: bool) -> None:
        self.tell, self.dry_run = tell, dry_run
        self.counts: Counter[str] = Counter(merged=0, likely=0)

    def go(self) -> Counter[str]:
        self.join_stated()
        for works in same_keys():
            self.join_alike(works)
        return self.counts

    # ---- what sources state --------------------------------------------------------------------------------------

    def join_stated(self) -> None:
        """Pairs that a source calls one work; a book may have gone into another one since."""
        with connection.cursor() as cursor:
            cursor.execute(STATED)
            pairs = cursor.fetchall()
        for one, other in pairs:
            pair = in_order(moved_to(one) or one, moved_to(other) or other)
            said_different = LikelyDuplicate.objects.filter(first=pair[0], second=pair[1], different=True)
            if pair[0] != pair[1] and not said_different.exists():
                self.merge(pair, [str(_("a source says that they are one work"))])

    # ---- what has the same title ---------------------------------------------------------------------------------

    def join_alike(self, works: list[Work]) -> None:
        """Books with some shared titles: merge the certain ones, note the likely ones."""
        by_key: dict[str, list[Work]] = defaultdict(list)
        for work in works:
            by_key[work.key].append(work)
        ids = [work.id for work in works if work.id]
        different = set(LikelyDuplicate.objects.among(ids).filter(different=True).values_list("first", "second"))
        likely: dict[Pair, str] = {}
        for namesakes in by_key.values():
            for group in groups_of(namesakes, different, likely):
                if len(group.works) > 1:
                    self.merge([work.id for work in group.works if work.id], group.reasons)
        self.propose(likely)

    def merge(self, books: Iterable[UUID], reasons: list[str]) -> None:
        """The book with the most reviews and readers is kept, so that the fewest addresses change."""
        found = list(Book.objects.filter(pk__in=books).order_by("pk"))
        found.sort(key=lambda book: (-sum(book.rating_counts), -book.popularity, book.pk))
        if len(found) < 2:
            return
        keep, others = found[0], found[1:]
        for other in others:
            self.counts["merged"] += 1
            self.tell(f"same: {name(keep)} <- {name(other)}: {'; '.join(dict.fromkeys(reasons))}")
        for start in range(0, 0 if self.dry_run else len(others), MOST_AT_ONCE - 1):
            try:
                merge_books(keep, others[start : start + MOST_AT_ONCE - 1], None, reasons[0])
            except NotMergeable as refusal:  # somebody in the console was quicker
                self.tell(str(refusal))

    def propose(self, likely: dict[Pair, str]) -> None:
        now = {pair: reason for pair, reason in likely.items() if pair[0] != pair[1]}
        ids = {book for pair in now for book in pair}
        there = {book.pk: book for book in Book.objects.filter(pk__in=ids)}
        rows = [LikelyDuplicate(first_id=first, second_id=second, reason=reason)
                for (first, second), reason in now.items() if first in there and second in there]  # fmt: skip
        for row in rows:
            self.counts["likely"] += 1
            self.tell(f"likely: {name(there[row.first_id])} = {name(there[row.second_id])}: {row.reason}")
        if not self.dry_run:
            LikelyDuplicate.objects.bulk_create(rows, ignore_conflicts=True)


def same_keys() -> Iterator[list[Work]]:
    """The books whose titles others have, too."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        cursor.execute(KEYS)
    last = 0
    while keys := next_keys(last):
        last = keys[-1][1]
        yield works_with_keys(key for key, _place in keys)
    with connection.cursor() as cursor:
        cursor.execute(FORGET)


def next_keys(last: int) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_KEYS, [last, KEYS_AT_ONCE])
        return list(cursor.fetchall())


def groups_of(works: Iterable[Work], different: set[Pair], likely: dict[Pair, str]) -> list[Group]:
    """Certain groups of namesakes; likely pairs between the groups are added to `likely`."""
    groups: list[Group] = []
    for work in works:
        if not work.can_match:
            continue
        findings = [(group, compare(group.works[0], work)) for group in groups]
        same = next(
            (each for each in findings if each[1].verdict == Verdict.SAME and apart(each[0], work, different)), None
        )
        if same is not None:
            same[0].works.append(work)
            same[0].reasons.append(same[1].reason)
            same[0].works[0].languages |= work.languages
            continue
        for group, finding in findings:
            pair = in_order(group.works[0].id, work.id)
            if finding.verdict == Verdict.LIKELY and pair not in different:
                likely[pair] = finding.reason
        groups.append(Group([work]))
    return groups


def apart(group: Group, work: Work, different: set[Pair]) -> bool:
    """Whether nobody has said that the book is another one than those of the group."""
    return not any(in_order(each.id, work.id) in different for each in group.works)


def in_order(one: UUID | None, other: UUID | None) -> Pair:
    first, second = sorted(id for id in (one, other) if id is not None)  # noqa: A001
    return first, second


def name(book: Book) -> str:
    return f"“{book.title[:80]}” {book.pk}"
