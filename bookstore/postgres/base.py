"""Django's PostgreSQL, asked less: whether a connection still stands is seen without a question to the server."""

import select

from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper
from psycopg.rows import dict_row


class DatabaseWrapper(base.DatabaseWrapper):
    """What DATABASES names as its ENGINE."""

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
        kind = base.ServerBindingCursor if planned_once else base.Cursor
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            return self._prepare_cursor(kind(self.connection, row_factory=dict_row))
