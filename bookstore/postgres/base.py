"""Django's PostgreSQL, asked less: whether a connection still stands is seen without a question to the server."""

import re
import select
from functools import lru_cache
from typing import Any

from django.db.backends.postgresql import base, operations
from django.db.backends.utils import CursorWrapper
from psycopg import RawCursor
from psycopg.rows import dict_row

PLACE = re.compile(r"%\((\w+)\)s|%%")


@lru_cache(maxsize=200)
def numbered(statement: str) -> tuple[str, tuple[str, ...]]:
    """A statement with PostgreSQL's own places for values ($1, $2) instead of names, and the names in their order."""
    names = tuple(dict.fromkeys(name for name in PLACE.findall(statement) if name))
    return PLACE.sub(lambda place: f"${names.index(place[1]) + 1}" if place[1] else "%", statement), names


class PlannedCursor(base.CursorMixin, RawCursor[Any]):
    """Each statement is prepared when it is first run on a connection, unless DATABASE_PREPARES says no."""

    def execute(self, query: Any, params: Any = None) -> "PlannedCursor":
        statement, names = numbered(query)
        return super().execute(statement, [params[name] for name in names], prepare=True)


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """For logs and tests; what was planned before is shown without its values."""
        return super().last_executed_query(cursor, sql, params) or sql


class DatabaseWrapper(base.DatabaseWrapper):
    """What DATABASES names as its ENGINE."""

    ops_class = DatabaseOperations

    def is_usable(self) -> bool:
        """A server that goes, or ends a connection, says so: while there is nothing to read, the connection stands.

        Whatever else there is to read, or after an error, the server is asked, as Django always does.
        """
        if self.connection is None or self.connection.closed:
            return False
        if self.errors_occurred:
            return super().is_usable()
        arrived = select.poll()
        arrived.register(self.connection.fileno(), select.POLLIN)
        return not arrived.poll(0) or super().is_usable()

    def row_cursor(self, *, planned_once: bool) -> CursorWrapper:
        """A cursor that gives rows by name; see `bookstore.postgres.rows`."""
        kind = PlannedCursor if planned_once else base.Cursor
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            return self._prepare_cursor(kind(self.connection, row_factory=dict_row))
