"""Offers over HTTP: sellers manage their own. What readers see of them is on the pages of books and editions."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.permissions import IsSeller
from bookstore.errors import IdempotencyKeyReused, NotFound, PermissionDenied, RequestInProgress
from bookstore.idempotency import idempotent
from bookstore.problems import problem
from bookstore.schema import refusing
from bookstore.views import UUIDLookup
from catalog import examples, inputs, selling, serializers, services
from catalog.errors import AlreadyOffered, NotInCatalogue
from catalog.filters import OfferFilter
from catalog.models import Offer

SHOWN = OpenApiExample("An offer", value=examples.OWN_OFFER, response_only=True)
OFFER_ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The offer's id.")
IDEMPOTENCY_KEY = OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER)


@extend_schema_view(
    list=extend_schema(
        operation_id="offers_list",
        summary="The offers of my organizations, newest first",
        responses={200: serializers.OwnOfferSerializer(many=True), **refusing(PermissionDenied)},
        examples=[SHOWN],
    ),
    retrieve=extend_schema(
        operation_id="offers_retrieve",
        summary="One of my organizations' offers",
        parameters=[OFFER_ID],
        responses={200: serializers.OwnOfferSerializer, **refusing(PermissionDenied, NotFound)},
        examples=[SHOWN],
    ),
)
class OfferViewSet(UUIDLookup, ListModelMixin, RetrieveModelMixin, GenericViewSet):
    permission_classes = [IsSeller]
    serializer_class = serializers.OwnOfferSerializer
    filterset_class = OfferFilter
    queryset = Offer.objects.for_api()

    def get_queryset(self) -> QuerySet[Offer]:
        return super().get_queryset().sold_by(self.request.user)

    def show(self, offer: Offer, **options: Any) -> Response:
        """Answer every write with the offer as a read would show it."""
        return Response(self.get_serializer(self.get_queryset().get(pk=offer.pk)).data, **options)

    @extend_schema(
        operation_id="offers_create",
        summary="Offer copies of an edition",
        description="New copies are offered once for each seller and edition; used ones as often as there are sorts. "
        "For an ISBN that the shop does not have, `title` and what else describes the edition make one; without it "
        "the answer is 400 with `unknown_isbn` at `isbn`, and `facts.needs` names what is missing.",
        parameters=[IDEMPOTENCY_KEY],
        request=inputs.NewOfferSerializer,
        responses={
            201: serializers.OwnOfferSerializer,
            **refusing(PermissionDenied, AlreadyOffered, NotInCatalogue, RequestInProgress, IdempotencyKeyReused),
        },
        examples=[
            OpenApiExample("New copies", value=examples.NEW_OFFER, request_only=True),
            OpenApiExample("An ISBN that is new to the shop", value=examples.NEW_OFFER_AND_EDITION, request_only=True),
            SHOWN,
        ],
    )
    @idempotent()
    def create(self, request: Request) -> Response:
        wanted = inputs.NewOfferSerializer(data=request.data, context=self.get_serializer_context())
        wanted.is_valid(raise_exception=True)
        offer = selling.offer_by_isbn(by=request.user, **wanted.validated_data)
        address = request.build_absolute_uri(reverse("offer-detail", args=[offer.pk]))
        return self.show(offer, status=201, headers={"Location": address})

    @extend_schema(
        operation_id="offers_update",
        summary="Change an offer of mine",
        description="Only what is sent changes. `quantity` is how many copies can be bought from now on; those that "
        "are held for purchases come on top. A `price` without a currency is in the offer's own.",
        parameters=[OFFER_ID],
        request=inputs.ChangeOfferSerializer(partial=True),
        responses={
            200: serializers.OwnOfferSerializer,
            **refusing(PermissionDenied, NotFound, AlreadyOffered, NotInCatalogue),
        },
        examples=[OpenApiExample("A lower price", value=examples.OFFER_CHANGE, request_only=True), SHOWN],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        offer = self.get_object()
        own = {"currency": offer.currency}
        wanted = inputs.ChangeOfferSerializer(data=request.data, partial=True, context=own)
        wanted.is_valid(raise_exception=True)
        return self.show(services.change_offer(offer, by=request.user, **wanted.validated_data))

    @extend_schema(
        operation_id="offers_delete",
        summary="Withdraw an offer of mine",
        description="It is not destroyed: what was sold of it stays, and `withdrawn: false` opens it again.",
        parameters=[OFFER_ID],
        responses={204: None, **refusing(PermissionDenied, NotFound)},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        services.change_offer(self.get_object(), by=request.user, withdrawn=True)
        return Response(status=204)

    @extend_schema(
        operation_id="offers_bulk_update",
        summary="Change up to 1,000 offers of mine",
        description="Each row names an offer by `id`, or by `isbn` and `condition`, and says what is different. A "
        "`price` without a currency is in the offer's own. Rows that can be changed are, whatever becomes of the "
        "others; `results` says it for each, in their order. A row about an offer that an earlier row named is "
        "refused.",
        parameters=[IDEMPOTENCY_KEY],
        request=inputs.OfferRowsSerializer,
        responses={
            200: serializers.OfferRowResultsSerializer,
            **refusing(PermissionDenied, RequestInProgress, IdempotencyKeyReused),
        },
        examples=[
            OpenApiExample("New prices", value=examples.OFFER_ROWS, request_only=True),
            OpenApiExample("What became of them", value=examples.OFFER_ROW_RESULTS, response_only=True),
        ],
    )
    @action(detail=False, methods=["patch"], url_path="bulk", pagination_class=None, filterset_class=None)
    @idempotent()
    def bulk(self, request: Request) -> Response:
        wanted = inputs.OfferRowsSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        changes, refused = inputs.read_rows(wanted.validated_data["offers"])
        own = Offer.objects.of_members(request.user, wanted.validated_data.get("seller"))
        outcomes = [*refused, *selling.change_offers(changes, own, by=request.user)]
        return Response({"results": self.show_rows(sorted(outcomes, key=lambda outcome: outcome.row))})

    def show_rows(self, outcomes: list[selling.Outcome]) -> list[dict[str, Any]]:
        """The offers as a read would show them, all with one query."""
        keys = [outcome.offer.pk for outcome in outcomes if outcome.offer]
        rows = {offer.pk: offer for offer in Offer.objects.for_api().filter(pk__in=keys)}
        shown = dict(zip(rows, self.get_serializer(rows.values(), many=True).data, strict=True))
        return [
            {"row": outcome.row, "status": 200, "offer": shown[outcome.offer.pk]}
            if outcome.offer
            else refused_row(outcome.row, outcome.refusal)
            for outcome in outcomes
        ]

    @extend_schema(
        operation_id="offers_prices",
        summary="What an offer of mine cost, and when",
        description="Newest first; kept for two years after a price ended.",
        parameters=[OFFER_ID],
        responses={200: serializers.PricePeriodSerializer(many=True), **refusing(PermissionDenied, NotFound)},
        examples=[OpenApiExample("A price", value=examples.PRICE_PERIOD, response_only=True)],
    )
    @action(detail=True, url_path="prices", filterset_class=None)
    def prices(self, request: Request, pk: str) -> Response:
        page = self.paginate_queryset(self.get_object().prices.order_by("-id"))
        return self.get_paginated_response(serializers.PricePeriodSerializer(page, many=True).data)


def refused_row(row: int, refusal: Any) -> dict[str, Any]:
    """The problem that the row would have been alone, its fields called by their place in the request."""
    found = problem(refusal)
    errors = [{**error, "field": f"offers.{row}.{error['field']}".rstrip(".")} for error in found["errors"]]
    return {"row": row, "status": refusal.status, "problem": {**found, "errors": errors}}
