"""Change only what one has read: ETags of rows that several clients change, and If-Match (RFC 9110, 13.1.1)."""

from django.http import HttpRequest
from django.utils.http import parse_etags

from bookstore.errors import ChangedMeanwhile
from bookstore.models import TimestampedModel


def etag_of_row(row: TimestampedModel) -> str:
    """Another one after every save that sets `updated_at`."""
    return f'"{row.pk.hex[-12:]}-{int(row.updated_at.timestamp() * 1_000_000):x}"'


def if_match(request: HttpRequest) -> str | None:
    return request.META.get("HTTP_IF_MATCH")


def make_sure_it_is(row: TimestampedModel | None, condition: str | None) -> None:
    """Raise ChangedMeanwhile unless the row is as the client read it; the caller holds its lock."""
    if condition is None:
        return
    known = parse_etags(condition)
    if row is None or ("*" not in known and etag_of_row(row) not in known):
        raise ChangedMeanwhile
