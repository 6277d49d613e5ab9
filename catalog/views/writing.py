"""What sellers do with books and editions; mixed into the views that everybody reads."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import BaseParser
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from accounts.permissions import WritesCatalogue
from bookstore.errors import BodyTooLarge, IdempotencyKeyReused, NotFound, PermissionDenied, RequestInProgress
from bookstore.idempotency import idempotent
from bookstore.schema import refusing
from catalog import examples, inputs, reads, selling, serializers
from catalog.errors import IsbnTaken, NotACover, NotYourRecord
from catalog.models import Book, Edition
from catalog.services.covers import MOST_BYTES
from catalog.views.addresses import as_id, base_url, found_or_404, isbn_or_id

IDEMPOTENCY_KEY = OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER)
BOOK_ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)
ISBN = OpenApiParameter("isbn", OpenApiTypes.STR, OpenApiParameter.PATH, description="In any spelling; or its id.")
ONCE = (RequestInProgress, IdempotencyKeyReused)
OWN = (
    "A record is yours while nobody else has offered copies of it, and you added it or offer copies yourself; else it "
    "is the shop's, and the answer 403 `not_your_record`."
)


def asked(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


def answered(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True)


class WrittenBySellers:
    """Everybody reads and nobody is asked who they are; writing takes a seller, or shop staff."""

    request: Any
    action_map: dict[str, str]
    write_permission: type[BasePermission] = WritesCatalogue

    def is_read(self) -> bool:
        """Reads, and what is possible for nobody."""
        method = self.request.method if self.request else "GET"
        return method in SAFE_METHODS or method.lower() not in self.action_map

    def get_authenticators(self) -> list[Any]:
        if self.is_read():
            return super().get_authenticators()  # type: ignore[misc]  # a mixin
        return [authentication() for authentication in api_settings.DEFAULT_AUTHENTICATION_CLASSES]

    def get_permissions(self) -> list[Any]:
        return super().get_permissions() if self.is_read() else [self.write_permission()]  # type: ignore[misc]  # a mixin


class BookWrites(WrittenBySellers):
    @extend_schema(
        operation_id="books_create",
        summary="Add a book to the catalogue",
        description="A work without editions; copies are offered of editions (`POST /editions/`, `POST /offers/`).",
        parameters=[IDEMPOTENCY_KEY],
        request=inputs.NewBookSerializer,
        responses={201: serializers.BookSerializer, **refusing(PermissionDenied, *ONCE)},
        examples=[asked("A book", examples.NEW_BOOK), answered("A book", examples.BOOK)],
    )
    @idempotent()
    def create(self, request: Request) -> Response:
        wanted = inputs.NewBookSerializer(data=request.data, context={"request": request})
        wanted.is_valid(raise_exception=True)
        return show_book(request, selling.add_book(**wanted.validated_data), is_new=True)

    @extend_schema(
        operation_id="books_update",
        summary="Change a book of mine",
        description=f"Only what is sent changes; lists are replaced. {OWN}",
        parameters=[BOOK_ID],
        request=inputs.ChangeBookSerializer,
        responses={200: serializers.BookSerializer, **refusing(PermissionDenied, NotYourRecord, NotFound)},
        examples=[asked("A description", examples.BOOK_CHANGE), answered("A book", examples.BOOK)],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        book, wanted = find_book(pk), inputs.ChangeBookSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return show_book(request, selling.change_book(book, by=request.user, **wanted.validated_data))

    @extend_schema(
        operation_id="books_delete",
        summary="Take a book of mine out of the catalogue",
        description=f"With its editions and offers; nothing is destroyed, and the shop can bring it back. {OWN}",
        parameters=[BOOK_ID],
        responses={204: None, **refusing(PermissionDenied, NotYourRecord, NotFound)},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        selling.archive_book(find_book(pk), by=request.user)
        return Response(status=204)


class PictureParser(BaseParser):
    """A picture as it is, read no further than one may have bytes."""

    media_type = "image/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> bytes:
        content: bytes = stream.read(MOST_BYTES + 1)
        return content


class EditionWrites(WrittenBySellers):
    @extend_schema(
        operation_id="editions_create",
        summary="Add an edition to the catalogue",
        description="Of the book that `book` names, or of a new one with `title` and `authors`.",
        parameters=[IDEMPOTENCY_KEY],
        request=inputs.NewEditionSerializer,
        responses={201: serializers.EditionSerializer, **refusing(PermissionDenied, IsbnTaken, *ONCE)},
        examples=[asked("An edition", examples.NEW_EDITION), answered("An edition", examples.EDITION)],
    )
    @idempotent()
    def create(self, request: Request) -> Response:
        wanted = inputs.NewEditionSerializer(data=request.data, context={"request": request})
        wanted.is_valid(raise_exception=True)
        return show_edition(request, selling.add_edition(**wanted.validated_data), is_new=True)

    @extend_schema(
        operation_id="editions_update",
        summary="Change an edition of mine",
        description=f"Only what is sent changes. {OWN}",
        parameters=[ISBN],
        request=inputs.ChangeEditionSerializer,
        responses={
            200: serializers.EditionSerializer,
            **refusing(PermissionDenied, NotYourRecord, NotFound, IsbnTaken),
        },
        examples=[asked("What is known now", examples.EDITION_CHANGE), answered("An edition", examples.EDITION)],
    )
    def partial_update(self, request: Request, isbn: str) -> Response:
        edition, wanted = find_edition(isbn), inputs.ChangeEditionSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return show_edition(request, selling.change_edition(edition, by=request.user, **wanted.validated_data))

    @extend_schema(
        operation_id="editions_delete",
        summary="Take an edition of mine out of the catalogue",
        description="With its offers, and with its book where it is the last one of it. Nothing is destroyed; offering "
        f"copies of its ISBN brings it back. {OWN}",
        parameters=[ISBN],
        responses={204: None, **refusing(PermissionDenied, NotYourRecord, NotFound)},
    )
    def destroy(self, request: Request, isbn: str) -> Response:
        selling.archive_edition(find_edition(isbn), by=request.user)
        return Response(status=204)

    @extend_schema(
        operation_id="editions_set_cover",
        summary="Set the cover of an edition of mine",
        description=f"The body is the picture itself: JPEG, PNG, WebP, GIF or TIFF of 20 MB at most. {OWN}",
        parameters=[ISBN],
        request={"image/*": OpenApiTypes.BINARY},
        responses={
            200: serializers.EditionSerializer,
            **refusing(NotACover, PermissionDenied, NotYourRecord, NotFound, BodyTooLarge),
        },
        examples=[answered("An edition", examples.EDITION)],
    )
    @action(detail=True, methods=["put"], url_path="cover", parser_classes=[PictureParser])
    def cover(self, request: Request, isbn: str) -> Response:
        edition = find_edition(isbn)
        return show_edition(request, selling.set_cover_of(edition, by=request.user, picture=request.data or b""))

    @extend_schema(
        operation_id="editions_delete_cover",
        summary="Remove the cover of an edition of mine",
        description=OWN,
        parameters=[ISBN],
        request=None,
        responses={204: None, **refusing(PermissionDenied, NotYourRecord, NotFound)},
    )
    @cover.mapping.delete
    def delete_cover(self, request: Request, isbn: str) -> Response:
        selling.remove_cover_of(find_edition(isbn), by=request.user)
        return Response(status=204)


def show_book(request: Request, book: Book, *, is_new: bool = False) -> Response:
    """Answer a write with the book as everybody reads it."""
    response = found_or_404(reads.book_page(book.pk, base_url(request)))
    return created(response, f"{base_url(request)}/api/v1/books/{book.pk}/") if is_new else response


def show_edition(request: Request, edition: Edition, *, is_new: bool = False) -> Response:
    response = found_or_404(reads.edition_page(base_url(request), edition_id=edition.pk))
    address = f"{base_url(request)}/api/v1/editions/{edition.isbn or edition.pk}/"
    return created(response, address) if is_new else response


def created(response: Response, address: str) -> Response:
    response.status_code, response["Location"] = 201, address
    return response


def find_book(key: str) -> Book:
    book = Book.objects.filter(pk=as_id(key), archived_at=None).first()
    if book is None:
        raise NotFound
    return book


def find_edition(text: str) -> Edition:
    key = {{"edition_id": "pk"}.get(name, name): value for name, value in isbn_or_id(text).items()}
    rows = Edition.objects.filter(**key, archived_at=None, book__archived_at=None).select_related("book")
    edition = rows.first()
    if edition is None:
        raise NotFound
    return edition
