"""Many rows in one statement: new ones by COPY, changes as one JSON, which costs a tenth of as many parameters."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Field, Model
from django.db.models.base import ModelState
from django.db.models.fields.generated import GeneratedField
from django.utils import timezone
from psycopg.types.json import Jsonb
from uuid6 import uuid7

from catalog.imports import copied

ROWS = 10_000
LONGEST = 1_000_000  # bytes of one statement's rows
COPIED_AT_ONCE = 100_000

AS_IT_STANDS = {
    models.CharField, models.TextField, models.UUIDField, models.ForeignKey, models.OneToOneField, models.BooleanField,
    models.IntegerField, models.BigIntegerField, models.PositiveIntegerField, models.PositiveSmallIntegerField,
    models.SmallIntegerField, models.PositiveBigIntegerField, models.JSONField, models.DateField, models.DateTimeField,
    models.DecimalField, ArrayField,
}  # fmt: skip

Columns = Sequence["Field[Any, Any]"]
Row = TypeVar("Row", bound=Model)


def columns(model: type[Model], names: Iterable[str] | None = None) -> list["Field[Any, Any]"]:
    """The columns that are written: all, or the key and those of these names."""
    wanted = None if names is None else {model._meta.pk.name, *names}
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, GeneratedField)]
    return [field for field in fields if wanted is None or field.name in wanted]


def insert(rows: Iterable[Model]) -> None:
    """New rows of one model."""
    everything = list(rows)
    if not everything:
        return
    fields = columns(type(everything[0]))
    lines = map(copied.line, tuples(fields, everything))
    copy(type(everything[0]), [str(field.column) for field in fields], lines)
    for row in everything:
        row._state.adding, row._state.db = False, "default"


def insert_or_update(model: type[Model], rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> None:
    """Rows from plain values by column; those whose key is there get these columns anew."""
    everything = list(rows)
    if not everything:
        return
    fields = [field for field in columns(model) if field.column in everything[0]]
    listed = ", ".join(quoted(field) for field in fields)
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in names)
    conflict = f"ON CONFLICT ({quoted(model._meta.pk)}) DO UPDATE SET {changes}"
    statement = f"INSERT INTO {table(model)} ({listed}) SELECT {listed} FROM {told(fields)} {conflict}"
    send(statement, (orjson.dumps(row, default=str) for row in everything))


def copy(model: type[Model], names: Sequence[str], lines: Iterable[bytes]) -> None:
    """New rows, written as COPY reads them: there is nothing to take apart, and many go to a page at once."""
    waiting = packages(lines, COPIED_AT_ONCE)
    first = next(waiting)
    if not first:
        return
    statement = f"COPY {table(model)} ({', '.join(map(connection.ops.quote_name, names))}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.cursor.copy(statement) as stream:
        for package in itertools.chain([first], waiting):
            stream.write(b"".join(package))


def tuples(fields: Columns, rows: Iterable[Model]) -> Iterator[Sequence[Any]]:
    """The rows' values in the order of the columns; lists and JSON as text."""
    readers = [reader_of(field) for field in fields]
    texts = [(place, copied.FIELDS[type(field)]) for place, field in enumerate(fields) if type(field) in copied.FIELDS]
    for row in rows:
        values = [read(row) for read in readers]
        for place, as_text in texts:
            values[place] = as_text(values[place])
        yield values


def fresh(model: type[Row]) -> Row:
    """A new row without a key: copied from a first one, as Django asks every field for its default each time."""
    row = model.__new__(model)
    plain, made = defaults(model)
    row.__dict__ = {**plain, **{name: make() for name, make in made}}
    row._state = ModelState()
    return row


@cache
def defaults(model: type[Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """What every new row has, and what is made for each."""
    made = [(field.attname, field.default) for field in model._meta.concrete_fields
            if field.has_default() and callable(field.default) and not field.primary_key]  # fmt: skip
    return {name: value for name, value in model(pk=None).__dict__.items() if name != "_state"}, made


def new_keys() -> Iterator[UUID]:
    """Keys in order of creation: one that is new, and those that follow it."""
    return (UUID(int=number) for number in new_numbers())


def new_numbers() -> Iterator[int]:
    """The same as numbers, for rows that nothing here points at."""
    return itertools.count(uuid7().int)


def update(rows: Iterable[Model], names: Iterable[str]) -> None:
    """These columns of rows that are there."""
    everything = list(rows)
    if not everything:
        return
    model = type(everything[0])
    fields = columns(model, names)
    key = quoted(model._meta.pk)
    changes = ", ".join(f"{quoted(field)} = told.{quoted(field)}" for field in fields if not field.primary_key)
    statement = f"UPDATE {table(model)} AS row SET {changes} FROM {told(fields)} WHERE row.{key} = told.{key}"
    execute(statement, everything, fields)


def table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def quoted(field: "Field[Any, Any]") -> str:
    return connection.ops.quote_name(str(field.column))


def told(fields: Columns) -> str:
    types = ", ".join(f"{quoted(field)} {field.rel_db_type(connection)}" if field.is_relation
                      else f"{quoted(field)} {field.db_type(connection)}" for field in fields)  # fmt: skip
    return f"jsonb_to_recordset(%s::jsonb) AS told ({types})"


def execute(statement: str, rows: list[Model], fields: Columns) -> None:
    readers = [(field.column, reader_of(field)) for field in fields]
    send(statement, (orjson.dumps({name: read(row) for name, read in readers}, default=str) for row in rows))


def send(statement: str, rows: Iterable[bytes]) -> None:
    wrapper: Any = connection
    with wrapper.cursor_of_parameters() as cursor:
        for package in packages(rows, LONGEST):
            cursor.execute(statement, [(b"[" + b",".join(package) + b"]").decode()])


def packages(rows: Iterable[bytes], longest: int) -> Iterator[list[bytes]]:
    """The rows, as many at a time as should go over at once."""
    waiting: list[bytes] = []
    size = 0
    for row in rows:
        if waiting and (len(waiting) == ROWS or size + len(row) > longest):
            yield waiting
            waiting, size = [], 0
        waiting.append(row)
        size += len(row)
    yield waiting


def reader_of(field: "Field[Any, Any]") -> Callable[[Model], Any]:
    """How a row's value for the column is had: as it stands, where that is what the database would get."""
    if type(field) not in AS_IT_STANDS:
        return lambda row: value_of(row, field)
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        now = timezone.now().isoformat()
        return lambda _row: now
    return attrgetter(field.attname)


def value_of(row: Model, field: "Field[Any, Any]") -> Any:
    value = field.get_db_prep_save(field.pre_save(row, row._state.adding), connection)
    return value.obj if isinstance(value, Jsonb) else value
