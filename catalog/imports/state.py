"""Books and editions in memory while a batch is placed, and what of them has changed."""

from dataclasses import dataclass, field, replace
from typing import Any

from catalog.imports.record import Heading, Person, Record, SeriesPlace
from catalog.models import Book, Edition
from catalog.vocabularies import Format

BLANK = (None, "", Format.UNKNOWN)
LISTS = ("people", "series", "subjects")


@dataclass(slots=True)
class BookState:
    """A book, its lists as a record would tell them, and which of its fields and lists are to be written."""

    book: Book
    is_new: bool = False
    people: tuple[Person, ...] = ()
    series: tuple[SeriesPlace, ...] = ()
    subjects: tuple[Heading, ...] = ()
    told_of: tuple[Person, ...] = ()  # people of whom a record says more than the names
    changed: set[str] = field(default_factory=set)

    def apply(self, record: Record, *, overwrite: bool) -> bool:
        """Take over what the record knows, or only what the shop does not. Returns whether anything changed."""
        changed = {name for name, value in record.book.items() if take(self.book, name, value, overwrite)}
        for name in LISTS:
            ours, theirs = getattr(self, name), getattr(record, name)
            if theirs and not alike(ours, theirs) and (overwrite or not ours):
                setattr(self, name, theirs)
                changed.add(name)
        if "people" not in changed and any(who.tells_more for who in record.people):
            self.told_of += record.people
        self.changed |= changed
        return bool(changed)


@dataclass(slots=True)
class EditionState:
    """An edition, and which of its fields are to be written."""

    edition: Edition
    book: BookState
    is_new: bool = False
    is_guest: bool = False
    publisher: str = ""
    told_by: str = ""  # the ONIX record that its facts are from
    changed: set[str] = field(default_factory=set)

    def apply(self, record: Record, *, overwrite: bool) -> bool:
        """Take over what the record knows, or only what the shop does not. Returns whether anything changed."""
        said = {**self.own_words(record), **record.edition} if self.is_guest else record.edition
        changed = {name for name, value in said.items() if take(self.edition, name, value, overwrite)}
        if record.publisher and record.publisher != self.publisher and (overwrite or not self.publisher):
            self.publisher = record.publisher
            changed.add("publisher")
        changed |= self.apply_trade(record)
        self.changed |= changed
        return bool(changed)

    def own_words(self, record: Record) -> dict[str, Any]:
        """What the source says of the book and the book does not say: it is kept with the edition."""
        book, told = self.book.book, record.book
        named = as_read(told.get("title", "")) != as_read(book.title)
        described = as_read(told.get("description", "")) != as_read(book.description)
        words = {"title": told.get("title", "") if named else "",
                 "description": told.get("description", "") if described else ""}  # fmt: skip
        return {name: value for name, value in words.items() if value}

    def apply_trade(self, record: Record) -> set[str]:
        """Take over what decides on sales. That nothing is said counts only from the record whose word is in force."""
        if record.edition_id and not self.is_new:
            return set()  # our own export says no more than the columns
        if not self.believes(record):
            return set()
        in_force = self.told_by in ("", record.reference)
        return {
            name
            for name, value in record.trade.items()
            if (value not in BLANK or in_force) and take(self.edition, name, value, overwrite=True)
        }

    def believes(self, record: Record) -> bool:
        """Whether the record's facts count; those that a seller uploaded do for the editions that came with them."""
        return record.is_trusted or self.is_new or self.told_by == record.reference


def alike(ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> bool:
    """Whether a list says what the shop has; years of birth and death that it leaves out are no difference."""
    if len(ours) != len(theirs):
        return False
    return all(
        replace(their, birth=their.birth or our.birth, death=their.death or our.death) == our
        if isinstance(our, Person)
        else their == our
        for our, their in zip(ours, theirs, strict=True)
    )


def take(row: Book | Edition, name: str, value: Any, overwrite: bool) -> bool:
    current = getattr(row, name)
    wanted = value if overwrite or current in BLANK else current
    if name == "popularity":
        wanted = max(current, value)
    if reads_alike(wanted, current):
        return False
    setattr(row, name, wanted)
    return True


def reads_alike(one: Any, other: Any) -> bool:
    if one == other:
        return True
    return isinstance(one, str) and isinstance(other, str) and one.split() == other.split()


def as_read(value: Any) -> Any:
    """A value as a file's cell would give it back."""
    return " ".join(value.split()) if isinstance(value, str) else value
