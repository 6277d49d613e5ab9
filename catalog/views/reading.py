"""The catalogue over HTTP: public, readable by everybody, cacheable."""

from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet, ViewSet

from bookstore.caching import VersionedReads
from bookstore.json import JSONResponse
from bookstore.pagination import PageRequest, Pages, envelope
from catalog import examples, reads, serializers
from catalog.filters import (
    NameFilter,
    SubjectFilter,
    read_book_query,
    words,
)
from catalog.models import Contributor, Publisher, Series, Subject
from catalog.related import related_books
from catalog.search import BookQuery, Result, search
from catalog.search.facets import FACETS_SCHEMA
from catalog.search.suggest import suggest
from catalog.services.searches import note_missed_search
from catalog.shelves import FORTHCOMING, NEW, POPULAR, Shelf, read_shelf
from catalog.views.addresses import MOVED, as_id, base_url, found_or_404, isbn_or_id, moved_or_404
from catalog.views.writing import BookWrites, EditionWrites


def shown(name: str, value: Any) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, response_only=True)]


ONLY_SEARCHES = {
    "facets": FACETS_SCHEMA,
    "did_you_mean": {
        "type": ["string", "null"],
        "description": "With `q`: the better spelling that was searched for too, or instead where nothing was found.",
        "example": None,
    },
}


class BookPages(Pages):
    """Says in the schema that a list of books may have facets and a better spelling."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        paginated = super().get_paginated_response_schema(schema)
        return {**paginated, "properties": {**paginated["properties"], **ONLY_SEARCHES}}


class BookViewSet(BookWrites, VersionedReads, GenericViewSet):
    lookup_value_regex = "[^/]+"
    serializer_class = serializers.BookInListSerializer
    pagination_class = BookPages
    filter_backends = []

    @extend_schema(
        operation_id="books_list",
        summary="Search and filter books",
        description="Several values of one filter, separated by commas, mean any of them.",
        parameters=examples.BOOK_LIST_PARAMETERS,
        responses=serializers.BookInListSerializer(many=True),
        examples=shown("A book", examples.BOOK_IN_LIST),
    )
    def list(self, request: Request) -> HttpResponse:
        query = read_book_query(request.query_params)
        found = search(query)
        url, base = request.build_absolute_uri(), base_url(request)
        books = [reads.in_list(row, base) for row in found.rows]
        answer = envelope(url, query.page, books, found.total, found.next_cursor)
        if query.words:
            answer["did_you_mean"] = found.did_you_mean
            note_if_missed(query, found)
        response = JSONResponse({**answer, "facets": found.facets} if query.facets else answer)
        response.is_missed = found.is_missed
        return response

    def may_be_kept(self, response: HttpResponse) -> bool:
        """Every search that finds nothing as it was typed is counted."""
        return super().may_be_kept(response) and not getattr(response, "is_missed", False)

    @extend_schema(
        operation_id="books_retrieve",
        summary="One book with its editions and offers",
        description="An offer whose price is reduced says what it cost before.",
        parameters=[OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={200: serializers.BookSerializer, 308: MOVED},
        examples=shown("A book", examples.BOOK),
    )
    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        page = reads.book_page(as_id(pk), base_url(request))
        return moved_or_404(request, "book-detail", as_id(pk)) if page is None else JSONResponse(page)

    @extend_schema(
        operation_id="books_new",
        summary="New titles",
        description="Books that are out, the latest first, by the date that is known best.",
        responses=serializers.BookInListSerializer(many=True),
        examples=shown("A book", examples.BOOK_IN_LIST),
    )
    @action(detail=False, pagination_class=Pages)
    def new(self, request: Request) -> Response:
        return shelf_page(NEW, request)

    @extend_schema(
        operation_id="books_forthcoming",
        summary="Forthcoming titles",
        description=(
            "Books with a publication date still to come, the soonest first; then those that can be ordered before "
            "they are out though their date is past or unknown. What was cancelled is left out."
        ),
        responses=serializers.BookInListSerializer(many=True),
        examples=shown("A book", examples.FORTHCOMING_BOOK),
    )
    @action(detail=False, pagination_class=Pages)
    def forthcoming(self, request: Request) -> Response:
        return shelf_page(FORTHCOMING, request)

    @extend_schema(
        operation_id="books_popular",
        summary="What readers take most",
        description="By orders of the last 30 days; then, and where there are none, by popularity.",
        responses=serializers.BookInListSerializer(many=True),
        examples=shown("A book", examples.BOOK_IN_LIST),
    )
    @action(detail=False, pagination_class=Pages)
    def popular(self, request: Request) -> Response:
        return shelf_page(POPULAR, request)

    @extend_schema(
        operation_id="books_related",
        summary="What to look at beside a book",
        description="Each list has twelve books at most; a book is in one of them only, and the book itself in none.",
        parameters=[OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses=serializers.RelatedBooksSerializer,
        examples=shown("Books beside a book", examples.RELATED_BOOKS),
    )
    @action(detail=True, pagination_class=None)
    def related(self, request: Request, pk: str) -> Response:
        page = related_books(as_id(pk), base_url(request))
        return moved_or_404(request, "book-related", as_id(pk)) if page is None else Response(page)


class SearchViewSet(VersionedReads, ViewSet):
    @extend_schema(
        operation_id="search_suggest",
        summary="What a reader may be about to type",
        description="Books, authors, series and subjects with words that begin with those typed so far; misspelt words "
        "are mended, and then `did_you_mean` says how.",
        parameters=[OpenApiParameter("q", OpenApiTypes.STR, required=True)],
        responses=serializers.SuggestionsSerializer,
        examples=shown("Suggestions", examples.SUGGESTIONS),
    )
    @action(detail=False, url_path="suggest")
    def suggest(self, request: Request) -> HttpResponse:
        found = suggest(words(request.query_params.get("q", "")))
        books = [reads.in_list(row, base_url(request)) for row in found.books]
        return JSONResponse({"books": books, "authors": found.authors, "series": found.series,
                             "subjects": found.subjects, "did_you_mean": found.did_you_mean})  # fmt: skip


class EditionViewSet(EditionWrites, VersionedReads, ViewSet):
    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "isbn"

    @extend_schema(
        operation_id="editions_retrieve",
        summary="One edition by its ISBN",
        description="An ISBN-10 or ISBN-13 with hyphens, spaces or neither; or the edition's id.",
        parameters=[OpenApiParameter("isbn", OpenApiTypes.STR, OpenApiParameter.PATH)],
        responses=serializers.EditionSerializer,
        examples=shown("An edition", examples.EDITION),
    )
    def retrieve(self, request: Request, isbn: str) -> HttpResponse:
        return found_or_404(reads.edition_page(base_url(request), **isbn_or_id(isbn)))


def note_if_missed(query: BookQuery, found: Result) -> None:
    """Nothing was found as it was typed, on a first page without filters: sellers want to know."""
    is_plain = query == BookQuery(words=query.words, sort=query.sort, facets=query.facets, page=query.page)
    if is_plain and query.page.offset == 0 and not query.page.cursor and found.is_missed:
        note_missed_search(query.words, found.did_you_mean or "")


def shelf_page(shelf: Shelf, request: Request) -> Response:
    page, base = PageRequest.read(request.query_params), base_url(request)
    found = read_shelf(shelf, page)
    books = [reads.in_list(row, base) for row in found.rows]
    return Response(envelope(request.build_absolute_uri(), page, books, found.total, found.next_cursor))


class CatalogueViewSet(VersionedReads, ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """A plain list and record of one kind of thing in the catalogue."""

    lookup_value_regex = "[^/]+"
    detail_serializer_class: type[BaseSerializer] | None = None

    def get_serializer_class(self) -> type[BaseSerializer]:
        if self.action == "retrieve" and self.detail_serializer_class:
            return self.detail_serializer_class
        return super().get_serializer_class()

    def get_object(self) -> Any:
        self.kwargs["pk"] = as_id(self.kwargs["pk"])
        return super().get_object()


@extend_schema_view(
    list=extend_schema(
        summary="Authors and other contributors, by name", examples=shown("A contributor", examples.CONTRIBUTOR)
    ),
    retrieve=extend_schema(summary="One contributor", examples=shown("A contributor", examples.CONTRIBUTOR_PAGE)),
)
class AuthorViewSet(CatalogueViewSet):
    queryset = Contributor.objects.order_by("sort_key", "id")
    serializer_class = serializers.ContributorSerializer
    detail_serializer_class = serializers.ContributorDetailSerializer
    filterset_class = NameFilter

    def get_queryset(self) -> QuerySet[Contributor]:
        authors = super().get_queryset()
        if self.action == "retrieve":
            return authors.annotate(book_count=Count("contributions__book", distinct=True))
        return authors


@extend_schema_view(
    list=extend_schema(summary="Publishers, by name", examples=shown("A publisher", examples.PUBLISHER)),
    retrieve=extend_schema(summary="One publisher", examples=shown("A publisher", examples.PUBLISHER)),
)
class PublisherViewSet(CatalogueViewSet):
    queryset = Publisher.objects.order_by("name_key", "id")
    serializer_class = serializers.PublisherSerializer
    filterset_class = NameFilter


@extend_schema_view(
    list=extend_schema(summary="Series, by name", examples=shown("A series", examples.SERIES_IN_LIST)),
    retrieve=extend_schema(
        summary="One series with its books in order", examples=shown("A series", examples.SERIES_PAGE)
    ),
)
class SeriesViewSet(CatalogueViewSet):
    queryset = Series.objects.order_by("name_key", "id")
    serializer_class = serializers.SeriesSerializer
    detail_serializer_class = serializers.SeriesDetailSerializer
    filterset_class = NameFilter

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        series = self.get_object()
        books = reads.books_of_series(series.pk, base_url(request))
        return Response({"id": series.pk, "name": series.name, "books": books})


@extend_schema_view(
    list=extend_schema(
        summary="Subjects as a tree, from its roots",
        description="Without `parent` or `q` the broadest headings; each with those right below it.",
        examples=shown("A subject", examples.SUBJECT_IN_TREE),
    ),
    retrieve=extend_schema(
        summary="One subject with the headings above and below it",
        examples=shown("A subject", examples.SUBJECT_PAGE),
    ),
)
class SubjectViewSet(CatalogueViewSet):
    queryset = Subject.objects.order_by("label_key", "id")
    serializer_class = serializers.SubjectSerializer
    detail_serializer_class = serializers.SubjectDetailSerializer
    filterset_class = SubjectFilter

    def get_queryset(self) -> QuerySet[Subject]:
        children = Prefetch("children", Subject.objects.order_by("code", "id"))
        subjects = super().get_queryset().prefetch_related(children)
        asks_for_some = any(self.request.query_params.get(name) for name in ("q", "parent"))
        return subjects.filter(parent=None) if self.action == "list" and not asks_for_some else subjects
