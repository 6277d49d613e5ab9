"""Lists: numbered pages for the first rows, cursors for endless scrolling at constant cost, one envelope for both."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.signing import BadSignature, Signer
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from bookstore.errors import FieldError, Invalid, InvalidCursor, PageOutOfRange

PAGE_SIZE = 20
LARGEST_PAGE = 100
REACH = 10_000  # rows that numbered pages and exact totals reach


PARAMETERS = [
    {
        "name": "page",
        "in": "query",
        "description": f"Numbered pages reach the first {REACH} rows.",
        "schema": {"type": "integer", "minimum": 1, "maximum": REACH, "default": 1},
    },
    {
        "name": "page_size",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE},
    },
    {
        "name": "cursor",
        "in": "query",
        "description": "The next_cursor of the list before; for endless scrolling at constant cost.",
        "schema": {"type": "string"},
    },
]
PAGINATION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "page": {"type": ["integer", "null"], "description": "null after a cursor", "example": 1},
        "page_size": {"type": "integer", "example": PAGE_SIZE},
        "total": {"type": "integer", "description": f"an estimate above {REACH}", "example": 312},
        "total_is_exact": {"type": "boolean", "example": True},
        "total_pages": {"type": "integer", "example": 16},
        "has_next": {"type": "boolean", "example": True},
        "has_previous": {"type": "boolean", "example": False},
        "next": {"type": ["string", "null"], "format": "uri", "example": "http://localhost:8000/api/v1/…/?page=2"},
        "previous": {"type": ["string", "null"], "format": "uri", "example": None},
        "next_cursor": {"type": ["string", "null"], "example": "WyJwb3B1bGFyIiw0Miwi…"},
    },
}
PAGINATION["required"] = list(PAGINATION["properties"])


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is wanted: a page by its number, or what comes after a cursor."""

    page: int = 1
    size: int = PAGE_SIZE
    cursor: str = ""

    @classmethod
    def read(cls, params: Any) -> "PageRequest":
        """Read `page`, `page_size` and `cursor`. Raises Invalid, PageOutOfRange."""
        page = whole_number(params, "page", 1, most=None)
        size = whole_number(params, "page_size", PAGE_SIZE, most=LARGEST_PAGE)
        cursor = params.get("cursor", "")
        if not cursor and page * size > REACH + size - 1:
            raise PageOutOfRange(reach=REACH)
        return cls(page, size, cursor)

    @property
    def offset(self) -> int:
        return 0 if self.cursor else (self.page - 1) * self.size


def whole_number(params: Any, name: str, default: int, *, most: int | None) -> int:
    text = params.get(name, "")
    if text == "":
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 1000 or int(text) < 1:
        raise Invalid(errors=[FieldError("invalid", _("Write a whole number of 1 or more."), name)])
    if most is not None and int(text) > most:
        message = _("The most is %(most)s.") % {"most": most}
        raise Invalid(errors=[FieldError("max_value", message, name)])
    return int(text)


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows a list has; exact up to REACH, an estimate beyond."""

    count: int
    is_exact: bool


def write_cursor(order: str, values: Sequence[Any]) -> str:
    """A signed cursor: the sort values of the last row shown, good for lists in this order."""
    return Signer(salt="cursor").sign_object([order, *values], serializer=JSON)


def read_cursor(cursor: str, order: str) -> list[Any]:
    """The sort values in a cursor. Raises InvalidCursor for one that is not ours or of another order."""
    try:
        name, *values = Signer(salt="cursor").unsign_object(cursor, serializer=JSON)
    except (BadSignature, ValueError, TypeError) as error:
        raise InvalidCursor from error
    if name != order:
        raise InvalidCursor
    return values


class JSON:
    """The serializer that signing wants, writing ids as text."""

    def dumps(self, value: Any) -> bytes:
        return json.dumps(value, default=str, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


def capped_count(statement: str, parameters: Any) -> Total:
    """Count the rows of a SELECT: exactly up to REACH, beyond that by the planner's estimate."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({statement} LIMIT {REACH + 1}) AS rows", parameters)
        count = cursor.fetchone()[0]
        if count <= REACH:
            return Total(count, is_exact=True)
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        plan = cursor.fetchone()[0]
    rows = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"]
    return Total(max(rows, REACH + 1), is_exact=False)


def envelope(
    url: str, wanted: PageRequest, results: list[Any], total: Total, next_cursor: str | None
) -> dict[str, Any]:
    """The one shape of a list; next and previous are addresses, null at the ends."""
    has_next = next_cursor is not None
    numbered = not wanted.cursor
    following = previous = None
    if has_next:
        within_reach = numbered and (wanted.page + 1) * wanted.size <= REACH + wanted.size - 1
        following = (
            replace_query_param(url, "page", wanted.page + 1)
            if within_reach
            else replace_query_param(replace_query_param(url, "page", ""), "cursor", next_cursor)
        )
    if numbered and wanted.page > 1:
        previous = replace_query_param(url, "page", wanted.page - 1)
    return {
        "results": results,
        "pagination": {
            "page": wanted.page if numbered else None,
            "page_size": wanted.size,
            "total": total.count,
            "total_is_exact": total.is_exact,
            "total_pages": -(-total.count // wanted.size),
            "has_next": has_next,
            "has_previous": numbered and wanted.page > 1,
            "next": following,
            "previous": previous,
            "next_cursor": next_cursor,
        },
    }


class Pages(BasePagination):
    """The envelope for any queryset that is ordered by one column and its key, or its key alone, none of them null."""

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: APIView | None = None) -> list[Any]:
        self.request, self.wanted = request, PageRequest.read(request.query_params)
        self.order = [str(name) for name in queryset.query.order_by or queryset.model._meta.ordering]
        self.total = self.count(queryset)
        if self.wanted.cursor:
            queryset = self.after(queryset, read_cursor(self.wanted.cursor, ",".join(self.order)))
        rows = list(queryset[self.wanted.offset : self.wanted.offset + self.wanted.size + 1])
        self.has_next = len(rows) > self.wanted.size
        self.rows = rows[: self.wanted.size]
        return self.rows

    @staticmethod
    def count(queryset: QuerySet[Any]) -> Total:
        try:
            return capped_count(*queryset.order_by().values("pk").query.sql_with_params())
        except EmptyResultSet:
            return Total(0, is_exact=True)

    def after(self, queryset: QuerySet[Any], values: list[Any]) -> QuerySet[Any]:
        """Rows behind those values: a range on the first column, so that its index serves, ties by the key."""
        first, *key = (name.lstrip("-") for name in self.order)
        beyond = "lt" if self.order[0].startswith("-") else "gt"
        further = Q(**{f"{first}__{beyond}": values[0]})
        if not key:
            return queryset.filter(further)
        ties = Q(**{f"{key[0]}__{beyond}": values[1]})
        return queryset.filter(**{f"{first}__{beyond}e": values[0]}).filter(further | ties)

    def get_paginated_response(self, data: list[Any]) -> Response:
        cursor = None
        if self.has_next:
            cursor = write_cursor(
                ",".join(self.order), [getattr(self.rows[-1], name.lstrip("-")) for name in self.order]
            )
        return Response(envelope(self.request.build_absolute_uri(), self.wanted, data, self.total, cursor))

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return PARAMETERS

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        properties = {"results": schema, "pagination": PAGINATION}
        return {"type": "object", "required": list(properties), "properties": properties}
