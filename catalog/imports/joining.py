"""Which book a new edition is of, where its source names none: by what others say of the work, else by its title.

Certain matches join. Likely ones are kept for somebody to decide (`LikelyDuplicate`), and books that the shop already
has are never put together here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Set
from uuid import UUID

from catalog.imports import among
from catalog.imports.record import Record
from catalog.isbn import InvalidISBN, parse_isbn
from catalog.models import Edition, LikelyDuplicate, SourceRecord, WorkIdentifier
from catalog.models.merging import ISBN_OF_WORK, PROPRIETARY
from catalog.vocabularies import Format
from catalog.works import Author, Verdict, Work, compare
from catalog.works.loading import fold_names, fold_titles, languages, main_authors, works_of, works_with_keys
from catalog.works.rules import by_authors

Claim = tuple[str, str]

MOST_CLAIMS = 100  # identifiers of one work that a record may name
MOST_LIKELY = 5  # books that one edition may be proposed to join
LONGEST_VALUE = 500
STATED = "a source says that they are one work"


class Joining:
    """The books that the new editions of a batch may join."""

    def __init__(self, source: str, records: list[Record]) -> None:
        self.works = {id(record): work for record, work in told_works(records)}
        self.said = {id(record): claims_of(record) for record in records}
        self.by_key: dict[str, list[Work]] = defaultdict(list)
        for work in works_with_keys(work.key for work in self.works.values() if work.can_match):
            self.by_key[work.key].append(work)
        self.by_id = {work.id: work for works in self.by_key.values() for work in works}
        self.apart = told_apart(self.by_id)
        self.claims = known_claims({claim for claims in self.said.values() for claim in claims})
        self.load_claimants()
        self.keyed = self.books_with_keys(source, records)
        self.new_claims: dict[Claim, UUID] = {}
        self.likely: dict[tuple[UUID, UUID], LikelyDuplicate] = {}

    def load_claimants(self) -> None:
        books = {book for (scheme, _), book in self.claims.items() if scheme == PROPRIETARY}
        self.by_id |= {work.id: work for work in works_of(books - self.by_id.keys())}

    def books_with_keys(self, source: str, records: list[Record]) -> set[UUID]:
        """Those that a key of this source stands for: another key of it means another book."""
        if not (self.by_id and any(record.book_key for record in records)):
            return set()
        keys = SourceRecord.objects.filter(source=source, reference__startswith="book:")
        return set(keys.filter(edition__book__in=self.by_id).values_list("edition__book", flat=True))

    def candidates(self) -> set[UUID]:
        """The books of the shop that the batch has to have at hand."""
        found = {book for work in self.works.values() if (book := self.by_title(work)) is not None}
        return found | set(self.claims.values())

    # ---- finding -------------------------------------------------------------------------------------------------

    def find(self, record: Record) -> UUID | None:
        """The book that the record's edition joins, if it is certain."""
        work = self.works.get(id(record))
        if record.book_id or work is None:
            return None
        stated = next(self.stated(record, work), None)
        return stated or self.by_title(work, self.keyed if record.book_key else frozenset())

    def stated(self, record: Record, work: Work) -> Iterator[UUID]:
        """Books that the record's identifiers lead to."""
        for claim in self.said[id(record)]:
            book = self.claims.get(claim)
            if book and (claim[0] != PROPRIETARY or may_be_meant(work, self.by_id.get(book))):
                yield book

    def by_title(self, work: Work, others: Set[UUID] = frozenset()) -> UUID | None:
        """The oldest that it certainly is; none where somebody has said of two that they are different books."""
        known = (each for each in self.by_key.get(work.key, ()) if each.id and each.id not in others)
        found = next((each.id for each in known if compare(work, each).verdict == Verdict.SAME), None)
        rivals = (self.by_id[book] for book in self.apart.get(found, ()) if book not in others)
        return None if any(compare(work, each).verdict == Verdict.SAME for each in rivals) else found

    # ---- remembering ---------------------------------------------------------------------------------------------

    def settle(self, record: Record, book: UUID, isbn: str | None) -> None:
        """The record's edition is of this book: note what that says of the work, and what it may be the same as."""
        if isbn:
            self.claims.setdefault((ISBN_OF_WORK, isbn), book)
        for claim in self.said.get(id(record), ()):
            other = self.claims.setdefault(claim, book)
            if other == book and claim != (ISBN_OF_WORK, record.isbn):
                self.new_claims[claim] = book
            elif other != book and claim[0] != PROPRIETARY:
                self.propose(book, other, STATED, stated=True)
        if (work := self.works.get(id(record))) is not None:
            self.add(work, book)

    def add(self, work: Work, book: UUID) -> None:
        known = self.by_id.get(book)
        if known is not None:
            known.languages |= work.languages
            known.series = work.series | known.series
            return
        work.id = book
        self.by_id[book] = work
        if work.can_match:
            findings = [(each, compare(work, each)) for each in self.by_key[work.key]]
            likely = [(each, found) for each, found in findings
                      if found.verdict == Verdict.LIKELY or (found.verdict and each.id in self.apart)]  # fmt: skip
            for each, found in likely[:MOST_LIKELY]:
                self.propose(book, each.id, found.reason)
            self.by_key[work.key].append(work)

    def propose(self, one: UUID, other: UUID | None, reason: str, *, stated: bool = False) -> None:
        if other is None or one == other:
            return
        first, second = sorted((one, other))
        pair = LikelyDuplicate(first_id=first, second_id=second, reason=reason, stated=stated)
        self.likely.setdefault((first, second), pair)

    def write(self) -> None:
        """Keep what was learnt; what the shop knew already stays."""
        rows = [WorkIdentifier(book_id=book, scheme=scheme, value=value)
                for (scheme, value), book in self.new_claims.items()]  # fmt: skip
        WorkIdentifier.objects.bulk_create(rows, ignore_conflicts=True)
        LikelyDuplicate.objects.bulk_create(self.likely.values(), ignore_conflicts=True)


def may_be_meant(work: Work, other: Work | None) -> bool:
    """Numbers of somebody's own are not unique in the world: title or author have to speak for them, too."""
    if other is None:
        return False
    if work.key == other.key:
        return True
    return bool(work.authors and other.authors and by_authors(work, other).verdict)


def claims_of(record: Record) -> list[Claim]:
    """The record's identifiers of the work, the strongest first; its own ISBN is one, as others may have named it."""
    own = [(ISBN_OF_WORK, record.isbn)] if record.isbn else []
    others = [(ISBN_OF_WORK, isbn) for isbn in record.same_work]
    named = [clean for scheme, value in record.work_ids if (clean := clean_claim(scheme, value))]
    related = [clean for scheme, value in others if (clean := clean_claim(scheme, value))]
    return list(dict.fromkeys([*named, *own, *related]))[:MOST_CLAIMS]


def clean_claim(scheme: str, value: str) -> Claim | None:
    value = " ".join(value.replace("\0", "").split())
    if scheme in {ISBN_OF_WORK, "02", "03"}:
        try:
            return ISBN_OF_WORK, parse_isbn(value)
        except InvalidISBN:
            return None
    return (scheme, value) if value and scheme and len(value) <= LONGEST_VALUE and len(scheme) <= 50 else None


def known_claims(claims: set[Claim]) -> dict[Claim, UUID]:
    """The books that these identifiers lead to."""
    if not claims:
        return {}
    values = [value for _, value in claims]
    rows = WorkIdentifier.objects.filter(among.texts("value", values)).values_list("scheme", "value", "book_id")
    found = {(scheme, value): book for scheme, value, book in rows if (scheme, value) in claims}
    isbns = [value for scheme, value in claims if scheme == ISBN_OF_WORK]
    editions = Edition.objects.filter(among.texts("isbn", isbns)).values_list("isbn", "book_id") if isbns else []
    return found | {(ISBN_OF_WORK, isbn or ""): book for isbn, book in editions}


def told_apart(books: Collection[UUID | None]) -> dict[UUID | None, list[UUID]]:
    """Of each of these books those that somebody has said are not the same."""
    apart: dict[UUID | None, list[UUID]] = defaultdict(list)
    pairs = LikelyDuplicate.objects.among(book for book in books if book).filter(different=True) if books else []
    for pair in pairs:
        apart[pair.first_id].append(pair.second_id)
        apart[pair.second_id].append(pair.first_id)
    return apart


def told_works(records: list[Record]) -> list[tuple[Record, Work]]:
    """What the records tell, as the rules look at it."""
    titles = fold_titles(title_of(record) for record in records)
    people = [person for record in records for person in record.people]
    series = [(place.name, "") for record in records for place in record.series]
    names = fold_names([*((person.name, person.sort_name) for person in people), *series])
    return [(record, told_work(record, titles, names)) for record in records]


def told_work(
    record: Record, titles: dict[Claim, tuple[str, str, str]], names: dict[Claim, tuple[str, str, str]]
) -> Work:
    parts = [(each.role, Author(*names[each.name, each.sort_name], each.birth, each.death)) for each in record.people]
    published = record.book.get("first_published")
    edition_title = record.edition.get("title")
    return Work(
        None,
        *titles[title_of(record)],
        authors=main_authors(parts),
        languages=languages([(record.edition.get("language", ""), record.isbn)]),
        series={names[place.name, ""][0]: place.label or str(place.position)
                for place in record.series if place.label or place.position is not None},
        year=published.year if published else None,
        is_set=record.edition.get("format") == Format.BOX_SET,
        names_original=bool(edition_title) and edition_title != record.book.get("title"),
    )  # fmt: skip


def title_of(record: Record) -> tuple[str, str]:
    return record.book.get("title", ""), record.book.get("subtitle", "")
