"""One source's account of a book, an edition and perhaps an offer, in the shop's words."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson

from bookstore.money import Money
from catalog.vocabularies import AUTHOR

LEFT_OUT = "value left out"
REPAIRED = "value repaired"
REJECTED = "row rejected"
SURE = ("16", "21")  # ISNI and ORCID, of ONIX list 44: nobody has two


VALUES: dict[type, Callable[[Any], tuple[Any, ...]]] = {}  # of the fields, by class


class SentAsValues:
    """Pickled as the values of its fields: what Python does for frozen dataclasses with slots takes twice as long."""

    __slots__ = ()

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        kind: Any = type(self)
        if kind not in VALUES:
            VALUES[kind] = attrgetter(*(each.name for each in fields(kind)))
        return kind, VALUES[kind](self)


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the report."""

    line: int
    column: str
    value: str
    reason: str
    outcome: str
    record: str = ""  # the sender's name of the record, where it has one


@dataclass(frozen=True, slots=True)
class NameNumber(SentAsValues):
    """A number of a person: the scheme in ONIX list 44, its name where it is somebody's own, and the number."""

    scheme: str
    value: str
    scheme_name: str = ""


@dataclass(frozen=True, slots=True)
class Person(SentAsValues):
    """A contributor as a source names them, with their part in the book."""

    name: str
    sort_name: str
    role: str = AUTHOR
    birth: int | None = None
    death: int | None = None
    aliases: tuple[str, ...] = field(default=(), compare=False)
    numbers: tuple[NameNumber, ...] = field(default=(), compare=False)
    biography: str = field(default="", compare=False)

    @property
    def key(self) -> "tuple[Person, tuple[NameNumber, ...]]":
        """What tells two people of one name apart."""
        return self, self.sure_numbers

    @property
    def sure_numbers(self) -> tuple[NameNumber, ...]:
        return tuple(number for number in self.numbers if number.scheme in SURE)

    @property
    def tells_more(self) -> bool:
        """Whether more than the name is said, for which a namesake on the book's page may be looked up again."""
        return bool(self.numbers or self.biography)


@dataclass(frozen=True, slots=True)
class SeriesPlace(SentAsValues):
    """A series, and the book's place in it: as printed, and as a number where it is one."""

    name: str
    label: str = ""
    position: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Heading(SentAsValues):
    """A subject of a scheme. Without a label, a new subject is called by its code."""

    scheme: str
    code: str
    label: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One seller's copies, as a row offers them."""

    seller: str
    condition: str
    price: Money
    quantity: int | None
    notes: str | None
    offer_id: UUID | None = None
    held_on_top: bool = False  # whether `quantity` is of copies that can be bought, not of those counted
    reopens: bool = True  # whether it may take the place of an offer of new copies that was withdrawn


@dataclass(frozen=True, slots=True)
class PriceLine(SentAsValues):
    """A list price, by the fields of `ListPrice`."""

    price_type: str = ""
    qualifier: str = ""
    unpriced: str = ""
    amount_minor: int | None = None
    currency: str = ""
    tax_rate: Decimal | None = None
    countries: tuple[str, ...] = ()
    all_but: bool = True
    valid_from: date | None = None
    valid_until: date | None = None
    least_quantity: int = 1
    has_conditions: bool = False
    is_consumer: bool = False
    rank: int = 0


@dataclass(frozen=True, slots=True)
class ProductLine(SentAsValues):
    """What the trade says of the edition beyond its columns: prices, and facts as `ProductFacts` has them, in JSON."""

    sender: str
    facts: bytes
    prices: tuple[PriceLine, ...] = ()

    @classmethod
    def of(cls, sender: str, facts: dict[str, Any], prices: tuple[PriceLine, ...]) -> "ProductLine":
        return cls(sender, orjson.dumps(facts, default=str, option=orjson.OPT_SORT_KEYS), prices)

    @property
    def digest(self) -> str:
        said = [self.sender, orjson.Fragment(self.facts), self.prices]
        return hashlib.sha256(orjson.dumps(said, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(slots=True)
class Record:
    """What one row says. `book` and `edition` hold the fields with a value, by the models' names."""

    line: int
    reference: str
    book: dict[str, Any]
    edition: dict[str, Any]
    rows: int = 1
    isbn: str | None = None
    publisher: str = ""
    people: tuple[Person, ...] = ()
    series: tuple[SeriesPlace, ...] = ()
    subjects: tuple[Heading, ...] = ()
    book_id: UUID | None = None
    book_key: str = ""
    edition_id: UUID | None = None
    work_ids: tuple[tuple[str, str], ...] = ()  # ONIX list 16 scheme and value, of the work that this is an edition of
    same_work: tuple[str, ...] = ()  # ISBN-13s of other formats and editions of the work
    cover_url: str = ""
    has_edition: bool = True
    trade: dict[str, Any] = field(default_factory=dict)  # of the edition; the source's word counts, whoever made it
    product: ProductLine | None = None
    is_trusted: bool = True  # whether it may say something else of an edition than others do
    offer: OfferLine | None = None
    at: int = 0  # the line in the file, where `line` is the number of the record
    name: str = ""  # the sender's name of the record
    notes: list[Note] = field(default_factory=list)
    _digest: str = ""

    @property
    def digest(self) -> str:
        """Of all that the catalogue takes from the row; an offer has its own life."""
        self._digest = self._digest or self._make_digest()
        return self._digest

    def _make_digest(self) -> str:
        facts: list[Any] = [self.book, self.edition, self.isbn, self.publisher, self.book_key, str(self.book_id)]
        facts += [part for part in (self.work_ids, self.same_work, self.cover_url, self.trade) if part]
        facts += [self.product.digest] if self.product else []
        lists = [[told(each) for each in part] for part in (self.people, self.series, self.subjects)]
        return hashlib.sha256(json.dumps([facts, lists], default=str, sort_keys=True).encode()).hexdigest()


def told(part: Person | SeriesPlace | Heading) -> dict[str, Any]:
    """What a part says. What few sources know of counts only where it is said, so that older digests stay true."""
    said = {name: getattr(part, name) for name in part.__slots__}
    if isinstance(part, Person):
        said["numbers"] = [asdict(number) for number in part.numbers]
    return {name: value for name, value in said.items() if value or name not in ("numbers", "biography")}


class RowRejected(Exception):
    """A row that makes no book; the message says why."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason
