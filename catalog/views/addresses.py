"""What the catalogue's addresses mean."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from bookstore.caching import CACHE_CONTROL
from bookstore.errors import NotFound
from bookstore.hosts import host_of
from bookstore.json import JSONResponse
from catalog.filters import identifier
from catalog.isbn import InvalidISBN, parse_isbn
from catalog.services import moved_to

MOVED = OpenApiResponse(description="The book has become part of another: `Location` is the same of that one.")


def base_url(request: Request) -> str:
    return f"{request.scheme}://{host_of(request)}"


def found_or_404(page: dict[str, Any] | None) -> JSONResponse:
    if page is None:
        raise NotFound
    return JSONResponse(page)


def moved_or_404(request: Request, name: str, book: UUID) -> Response:
    """Where to find what was asked of a book that has become part of another. Not to be kept: a merge can be undone."""
    now = moved_to(book)
    if now is None:
        raise NotFound
    query = request.META.get("QUERY_STRING", "")
    address = request.build_absolute_uri(reverse(name, args=[now])) + (f"?{query}" if query else "")
    return Response(status=308, headers={"Location": address, "Cache-Control": CACHE_CONTROL})


def as_id(text: str) -> UUID:
    try:
        return identifier(text)
    except ValueError as error:
        raise NotFound from error


def isbn_or_id(text: str) -> dict[str, Any]:
    try:
        return {"isbn": parse_isbn(text)}
    except InvalidISBN as error:
        try:
            return {"edition_id": identifier(text)}
        except ValueError:
            raise NotFound(str(error)) from error
