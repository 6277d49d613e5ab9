"""Reviews over HTTP: everybody reads them, readers write their own."""

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.authentication import BearerAuthentication, CookieAuthentication
from accounts.permissions import SignedIn
from bookstore.caching import VersionedReads
from bookstore.errors import IdempotencyKeyReused, NotAuthenticated, NotFound, RequestInProgress
from bookstore.idempotency import idempotent
from bookstore.schema import refusing
from catalog.models import Book
from catalog.views import MOVED, as_id, moved_or_404
from reviews import examples, serializers, services
from reviews.errors import AlreadyReviewed
from reviews.filters import SORTS, read_sort
from reviews.models import Review

SHOWN = OpenApiExample("A review", value=examples.REVIEW, response_only=True)


def id_of(what: str) -> OpenApiParameter:
    return OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH, description=f"The {what}'s id.")


class ReviewViews(VersionedReads, GenericViewSet):
    """What is read is the same for everybody, so nobody is asked who they are; who writes is signed in."""

    queryset = Review.objects.all()
    serializer_class = serializers.ReviewSerializer
    lookup_value_regex = "[^/]+"
    filter_backends = []
    authentication_classes = [BearerAuthentication, CookieAuthentication]

    def get_authenticators(self) -> list[BaseAuthentication]:
        reads = self.request is not None and self.request.method in SAFE_METHODS
        return [] if reads else super().get_authenticators()

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.request.method in SAFE_METHODS else SignedIn()]

    def show(self, review: Review, **options: Any) -> Response:
        """Answer every write with the review as a read would show it."""
        shown = Review.objects.for_api().get(pk=review.pk)
        return Response(self.get_serializer(shown).data, **options)


class BookReviewViewSet(ReviewViews):
    """The reviews of one book."""

    @extend_schema(
        operation_id="book_reviews_list",
        summary="What readers say of a book",
        parameters=[id_of("book"), OpenApiParameter("sort", enum=list(SORTS), default="newest")],
        responses={200: serializers.ReviewSerializer(many=True), 308: MOVED},
        examples=[SHOWN],
    )
    def list(self, request: Request, pk: str) -> Response:
        order = read_sort(request.query_params)
        book = Book.objects.only("pk").filter(pk=as_id(pk)).first()
        if book is None:
            return moved_or_404(request, "book-review-list", as_id(pk))
        page = self.paginate_queryset(book.reviews.for_api().order_by(*order))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="book_reviews_create",
        summary="Review a book",
        description="One review for each reader and book; the book's rating is right at once. The id of a book that "
        "has become part of another leads to that one.",
        parameters=[id_of("book"), OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER)],
        request=serializers.WriteReviewSerializer,
        responses={
            201: serializers.ReviewSerializer,
            **refusing(NotAuthenticated, AlreadyReviewed, RequestInProgress, IdempotencyKeyReused),
        },
        examples=[OpenApiExample("A review", value=examples.NEW_REVIEW, request_only=True), SHOWN],
    )
    @idempotent()
    def create(self, request: Request, pk: str) -> Response:
        said = serializers.WriteReviewSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        review = services.post_review(book=as_id(pk), user=request.user, **said.validated_data)
        address = request.build_absolute_uri(reverse("review-detail", args=[review.pk]))
        return self.show(review, status=201, headers={"Location": address})


class ReviewViewSet(ReviewViews):
    """Single reviews. Only their own readers change them; to others who try, they do not exist."""

    def own(self, pk: str) -> Review:
        return get_object_or_404(Review.objects.shown().filter(user=self.request.user), pk=as_id(pk))

    @extend_schema(
        operation_id="reviews_retrieve", summary="One review", parameters=[id_of("review")], examples=[SHOWN]
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_object_or_404(Review.objects.for_api(), pk=as_id(pk))).data)

    @extend_schema(
        operation_id="reviews_update",
        summary="Change one's own review",
        parameters=[id_of("review")],
        request=serializers.WriteReviewSerializer(partial=True),
        responses={200: serializers.ReviewSerializer, **refusing(NotAuthenticated, NotFound)},
        examples=[OpenApiExample("A change", value=examples.CHANGE, request_only=True), SHOWN],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        review = self.own(pk)
        said = serializers.WriteReviewSerializer(data=request.data, partial=True)
        said.is_valid(raise_exception=True)
        return self.show(services.change_review(review, **said.validated_data))

    @extend_schema(
        operation_id="reviews_delete",
        summary="Delete one's own review",
        parameters=[id_of("review")],
        responses={204: None, **refusing(NotAuthenticated, NotFound)},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        services.delete_review(self.own(pk))
        return Response(status=204)
