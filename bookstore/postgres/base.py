"""Django's PostgreSQL, asked less: whether a connection still stands is seen without a question to the server."""

import re
import select
import time
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base, operations
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor, RawCursor, errors
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

ASKED_EVERY = 60.0  # seconds
PLACE = re.compile(r"%\((\w+)\)s|%%")


@lru_cache(maxsize=200)
def numbered(statement: str) -> tuple[str, tuple[str, ...]]:
    """A statement with PostgreSQL's own places for values ($1, $2) instead of names, and the names in their order."""
    names = tuple(dict.fromkeys(name for name in PLACE.findall(statement) if name))
    return PLACE.sub(lambda place: f"${names.index(place[1]) + 1}" if place[1] else "%", statement), names


class PlannedCursor(base.CursorMixin, RawCursor[Any]):
    """Each statement is prepared when it is first run on a connection, unless DATABASE_PREPARES says no.

    Only here: of Django's own statements, with their values in them, psycopg would keep the last hundred texts.
    """

    def execute(self, query: Any, params: Any = None) -> "PlannedCursor":
        statement, names = numbered(query)
        values = [params[name] for name in names]
        self.connection.prepare_threshold = 0 if settings.DATABASE_PREPARES else None
        try:
            return super().execute(statement, values, prepare=True)
        except errors.FeatureNotSupported:  # a plan from before a migration: "must not change result type"
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                raise
            return super().execute(statement, values, prepare=False)
        finally:
            self.connection.prepare_threshold = None


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """For logs and tests; what was planned before is shown without its values."""
        return super().last_executed_query(cursor, sql, params) or sql


class DatabaseWrapper(base.DatabaseWrapper):
    """What DATABASES names as its ENGINE."""

    ops_class = DatabaseOperations
    _last_asked = 0.0

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._last_asked = time.monotonic()
        return super().get_new_connection(conn_params)

    def is_usable(self) -> bool:
        """A server that ends a connection says so: while there is nothing to read, the connection stands.

        Whatever else there is to read, and once in a while, the server is asked as Django always does: what forgets a
        connection without a word (a firewall, a balancer) does so to those that were idle. After an error there is a
        new connection, without plans from before a migration.
        """
        if self.connection is None or self.connection.closed or self.errors_occurred:
            return False
        arrived = select.poll()
        arrived.register(self.connection.fileno(), select.POLLIN)
        now = time.monotonic()
        if now - self._last_asked < ASKED_EVERY and not arrived.poll(0):
            return True
        self._last_asked = now
        return super().is_usable()

    def row_cursor(self, *, planned_once: bool) -> CursorWrapper:
        """A cursor that gives rows by name; see `bookstore.postgres.rows`."""
        return self.cursor_of(PlannedCursor if planned_once else base.Cursor, row_factory=dict_row)

    def cursor_of_parameters(self) -> CursorWrapper:
        """Values go beside the statement: a megabyte within it is quoted here, and read twice over there."""
        return self.cursor_of(Cursor)

    def cursor_of(self, kind: type[Any], **options: Any) -> CursorWrapper:
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            return self._prepare_cursor(kind(self.connection, **options))
