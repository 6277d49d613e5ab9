"""PostgreSQL as the hot reads want it: rows by name, and plans that are made once."""

from collections.abc import Mapping
from typing import Any

from django.db import connection


def rows(statement: str, parameters: Mapping[str, Any], *, planned_once: bool = False) -> list[dict[str, Any]]:
    """What a statement finds or returns, each row by the names of its columns.

    `planned_once` is for a statement that is always the same text and looks up by keys: PostgreSQL then plans it a few
    times for a connection and as a rule not again, which can cost several times what running it does.
    """
    wrapper: Any = connection
    with wrapper.row_cursor(planned_once=planned_once) as cursor:
        cursor.execute(statement, parameters)
        found: list[dict[str, Any]] = cursor.fetchall()
        return found
