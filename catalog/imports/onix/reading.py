"""One product being read: what could not be taken, and what the message says for all its products."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from catalog.imports.onix.dates import read_date
from catalog.imports.onix.trees import Tree, words
from catalog.imports.record import LEFT_OUT, REPAIRED, Note
from catalog.partial_dates import PartialDate

LONGEST_NAME = 500


def no_blocks(reference: str) -> Tree | None:
    return None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides how a record is read: who sent it, for which market, when, and whose offers come of it."""

    sender: str  # as part of a record's key
    sender_name: str
    country: str
    currency: str
    today: date
    seller: str = ""
    is_trusted: bool = True  # an operator's or shop admin's file, not a seller's upload
    is_own: bool = False  # the shop wrote the message itself
    default_language: str = ""
    default_currency: str = ""
    default_price_type: str = ""
    blocks_of: Callable[[str], Tree | None] = no_blocks  # of a record that the shop has


@dataclass(slots=True)
class Reading:
    """The notes on one product."""

    number: int
    about: Circumstances
    notes: list[Note] = field(default_factory=list)

    def leave_out(self, name: str, value: str, reason: str) -> None:
        self._say(Note(self.number, name, value, reason, LEFT_OUT))

    def repaired(self, name: str, value: str, reason: str) -> None:
        self._say(Note(self.number, name, value, reason, REPAIRED))

    def _say(self, note: Note) -> None:
        """Once, however often the value is looked at."""
        if note not in self.notes:
            self.notes.append(note)

    def short(self, name: str, value: str, longest: int = LONGEST_NAME) -> str:
        if len(value) > longest:
            self.leave_out(name, value, f"It has more than {longest} characters.")
            return ""
        return value

    def date(self, name: str, value: Any) -> PartialDate | None:
        try:
            return read_date(value)
        except ValueError as error:
            self.leave_out(name, value["text"] if isinstance(value, dict) else str(value), str(error))
            return None

    def number_in(self, name: str, tree: Tree, largest: float = 2_147_483_647) -> float | None:
        """The positive number in this element; 0 means that it is not known."""
        text = words(tree, name)
        if not text:
            return None
        try:
            number = float(text.replace(",", ".")) if text.count(",") == 1 and "." not in text else float(text)
        except ValueError:
            number = -1.0
        if not 0 <= number <= largest:
            self.leave_out(name, text, "It is no number that this can have.")
            return None
        return number or None
