"""Arrays as PostgreSQL reads them, for statements with thousands of values: adapted one by one they cost more."""

from collections.abc import Iterable
from uuid import UUID


def of_texts(values: Iterable[str]) -> str:
    """For `%s::text[]`."""
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return f"{{{','.join(quoted)}}}"


def of_plain(values: Iterable[int | UUID]) -> str:
    """For `%s::bigint[]` or `%s::uuid[]`."""
    return f"{{{','.join(map(str, values))}}}"
