"""Values as COPY reads them: one line for each row, with tabs between its values."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db.models import JSONField

from catalog import arrays

NULL = r"\N"


def escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace("\t", r"\t").replace("\r", r"\r")


class Spellings(dict[type, Callable[[Any], str]]):
    """How values of each type are written; what is met for the first time is looked at once."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        if issubclass(kind, Enum):
            self[kind] = lambda value: self[type(value.value)](value.value)
        else:
            self[kind] = lambda value: escaped(str(value))
        return self[kind]


SPELLINGS = Spellings({
    str: escaped,
    int: str,
    bool: lambda value: "t" if value else "f",
    type(None): lambda _: NULL,
    UUID: attrgetter("hex"),
    date: str,
    Decimal: str,
})  # fmt: skip

# Of these fields, a value's type does not say how it is written.
FIELDS: dict[type, Callable[[Any], str | None]] = {
    JSONField: lambda value: None if value is None else orjson.dumps(value, default=str).decode(),
    ArrayField: lambda value: None if value is None else arrays.of_texts(map(str, value)),
}


def values(*values: Any) -> str:
    return "\t".join([SPELLINGS[type(value)](value) for value in values])


def line(row: Iterable[Any]) -> bytes:
    return f"{values(*row)}\n".encode()
