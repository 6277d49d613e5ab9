"""Many rows in one statement: they go over as one JSON, which costs a tenth of as many parameters."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Field, Model
from django.db.models.fields.generated import GeneratedField
from psycopg.types.json import Jsonb

ROWS = 10_000
LONGEST = 4_000_000  # bytes of one statement's rows

AS_IT_STANDS = {
    models.CharField, models.TextField, models.UUIDField, models.ForeignKey, models.OneToOneField, models.BooleanField,
    models.IntegerField, models.BigIntegerField, models.PositiveIntegerField, models.PositiveSmallIntegerField,
    models.SmallIntegerField, models.PositiveBigIntegerField, models.JSONField, models.DateField, models.DateTimeField,
    models.DecimalField, ArrayField,
}  # fmt: skip

Columns = Sequence["Field[Any, Any]"]


def columns(model: type[Model], names: Iterable[str] | None = None) -> list["Field[Any, Any]"]:
    """The columns that are written: all, or the key and those of these names."""
    wanted = None if names is None else {model._meta.pk.name, *names}
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, GeneratedField)]
    return [field for field in fields if wanted is None or field.name in wanted]


def insert(rows: Iterable[Model], *, or_update: Sequence[str] = ()) -> None:
    """New rows of one model; those whose key is there get these columns anew."""
    everything = list(rows)
    if not everything:
        return
    model = type(everything[0])
    fields = columns(model)
    names = ", ".join(quoted(field) for field in fields)
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in or_update)
    conflict = f"ON CONFLICT ({quoted(model._meta.pk)}) DO UPDATE SET {changes}" if or_update else ""
    statement = f"INSERT INTO {table(model)} ({names}) SELECT {names} FROM {told(fields)} {conflict}"
    execute(statement, everything, fields)
    for row in everything:
        row._state.adding, row._state.db = False, "default"


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
    with connection.cursor() as cursor:
        for packed in packages(rows, fields):
            cursor.execute(statement, [packed])


def packages(rows: list[Model], fields: Columns) -> Iterator[str]:
    """The rows as JSON, as many at a time as one statement should carry."""
    waiting: list[bytes] = []
    size = 0
    readers = [(field.column, reader_of(field)) for field in fields]
    for row in rows:
        packed = orjson.dumps({name: read(row) for name, read in readers}, default=str)
        if waiting and (len(waiting) == ROWS or size + len(packed) > LONGEST):
            yield as_list(waiting)
            waiting, size = [], 0
        waiting.append(packed)
        size += len(packed)
    yield as_list(waiting)


def as_list(packed: list[bytes]) -> str:
    return (b"[" + b",".join(packed) + b"]").decode()


def reader_of(field: "Field[Any, Any]") -> Callable[[Model], Any]:
    """How a row's value for the column is had: as it stands, where that is what the database would get."""
    if type(field) in AS_IT_STANDS and not (getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)):
        return attrgetter(field.attname)
    return lambda row: value_of(row, field)


def value_of(row: Model, field: "Field[Any, Any]") -> Any:
    value = field.get_db_prep_save(field.pre_save(row, row._state.adding), connection)
    return value.obj if isinstance(value, Jsonb) else value
