"""Rows as JSON, and back again to the microsecond: what it takes to undo a deletion."""

from typing import Any

import orjson
from django.db import connection
from django.db.models import ForeignKey, GeneratedField, Model

Row = dict[str, Any]


def columns(model: type[Model]) -> list[str]:
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, GeneratedField)]
    return [str(field.column) for field in fields]


def snapshot(model: type[Model], **which: Any) -> list[Row]:
    """The rows as PostgreSQL writes them in JSON."""
    ids = list(model._default_manager.filter(**which).order_by("pk").values_list("pk", flat=True))
    table, key = quoted(model._meta.db_table), quoted(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t) FROM {table} t WHERE {key} = ANY(%s) ORDER BY {key}", [ids])  # noqa: S608
        rows = [orjson.loads(row) if isinstance(row, str | bytes) else row for (row,) in cursor.fetchall()]
    names = columns(model)
    return [{name: row[name] for name in names} for row in rows]


def restore(model: type[Model], rows: list[Row]) -> None:
    """Insert the rows as they were; one that is there again stays as it is now, and who is gone is forgotten."""
    if not rows:
        return
    rows = forgetting_the_gone(model, rows)
    names = ", ".join(quoted(name) for name in columns(model) if name in rows[0])
    table = quoted(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_recordset(null::{table}, %s::jsonb) "  # noqa: S608
            "ON CONFLICT DO NOTHING",
            [orjson.dumps(rows).decode()],
        )


def forgetting_the_gone(model: type[Model], rows: list[Row]) -> list[Row]:
    """Without what pointed, as an aside, to an account or an organization that has been deleted since."""
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.null:
            wanted = {row[field.column] for row in rows} - {None}
            found = field.related_model._default_manager.filter(pk__in=wanted).values_list("pk", flat=True)
            there = set(map(str, found)) if wanted else set()
            rows = [row if row[field.column] in there else {**row, field.column: None} for row in rows]
    return rows


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)
