"""Orders over HTTP: the buyer's own, and those that a seller is to pack."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.permissions import GuestOrSignedIn, IsSellerOf, SignedIn
from bookstore.concurrency import etag_of_row, if_match
from bookstore.errors import ChangedMeanwhile, IdempotencyKeyReused, PermissionDenied, RequestInProgress
from bookstore.idempotency import idempotent
from bookstore.schema import refusing
from bookstore.views import UUIDLookup
from orders import examples, serializers, services
from orders.errors import IllegalTransition
from orders.filters import OrderFilter
from orders.models import Order, Purchase
from orders.schema import CART_TOKEN, IDEMPOTENCY_KEY, IF_MATCH, TOKEN, shown
from orders.shoppers import ForShoppers

SELLER = OpenApiParameter("seller", OpenApiTypes.STR, description="Orders that this organization of yours is to pack.")


@extend_schema_view(
    list=extend_schema(
        operation_id="orders_list",
        summary="My orders, newest first",
        description="With `seller`, the orders of a selling organization that you are a member of.",
        parameters=[SELLER],
        examples=shown("An order", examples.ORDER),
    ),
)
class OrderViewSet(ForShoppers, UUIDLookup, ListModelMixin, RetrieveModelMixin, GenericViewSet):
    serializer_class = serializers.OrderSerializer
    filterset_class = OrderFilter
    queryset = Order.objects.for_api()

    def get_permissions(self) -> list[BasePermission]:
        if self.action in {"ship", "deliver"}:
            return [IsSellerOf()]
        return [SignedIn() if self.action == "list" else GuestOrSignedIn()]

    @property
    def token(self) -> str:
        return self.request.query_params.get("token", "")

    def get_queryset(self) -> QuerySet[Order]:
        """The buyer's own orders; those to pack where they are asked for, or one of them by its id."""
        orders, user, slug = super().get_queryset(), self.request.user, self.request.query_params.get("seller")
        if self.action == "list":
            return orders.to_pack_by(user, slug) if slug else orders.filter(purchase__buyer=user)
        if self.token:
            return orders.filter(purchase__in=Purchase.objects.opened_by(self.token))
        if self.shopper.user:
            return orders.open_to(user)
        return orders.filter(purchase__in=Purchase.objects.of(self.shopper))

    def show(self, order: Order) -> Response:
        order = Order.objects.for_api().get(pk=order.pk)
        return Response(serializers.ORDER.to_representation(order), headers={"ETag": etag_of_row(order)})

    @extend_schema(
        operation_id="orders_retrieve",
        summary="One order",
        description="For its buyer, for members of its seller, and for guests with the token of their mail.",
        parameters=[TOKEN, CART_TOKEN],
        examples=shown("An order", examples.ORDER),
    )
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.show(self.get_object())

    @extend_schema(
        operation_id="orders_events",
        summary="What happened to an order, oldest first",
        parameters=[TOKEN, CART_TOKEN],
        responses=serializers.OrderEventSerializer(many=True),
        filters=False,
        examples=shown("An event", examples.EVENT),
    )
    @action(detail=True, filterset_class=None)
    def events(self, request: Request, pk: str) -> Response:
        events = self.get_object().events.select_related("order__purchase").order_by("id")
        page = self.paginate_queryset(events)
        return self.get_paginated_response(serializers.OrderEventSerializer(page, many=True).data)

    @extend_schema(
        operation_id="orders_cancel",
        summary="Cancel an order",
        description="Its buyer can until it is packed, its seller until it is shipped. What was paid goes back.",
        parameters=[TOKEN, CART_TOKEN, IDEMPOTENCY_KEY, IF_MATCH],
        request=serializers.CancelSerializer,
        responses={
            200: serializers.OrderSerializer,
            **refusing(IllegalTransition, ChangedMeanwhile, RequestInProgress, IdempotencyKeyReused),
        },
        examples=shown("An order", examples.ORDER),
    )
    @action(detail=True, methods=["post"])
    @idempotent()
    def cancel(self, request: Request, pk: str) -> Response:
        order, wanted = self.get_object(), serializers.CancelSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        by = order.purchase.buyer if self.token else self.shopper.user  # who has the token acts as the buyer
        services.cancel_order(order, by=by, if_match=if_match(request), **wanted.validated_data)
        return self.show(order)

    @extend_schema(
        operation_id="orders_ship",
        summary="Say that the parcel is on its way",
        description="For members of the order's seller. The buyer gets a mail.",
        parameters=[IF_MATCH],
        request=serializers.ShipSerializer,
        responses={200: serializers.OrderSerializer, **refusing(PermissionDenied, IllegalTransition, ChangedMeanwhile)},
        examples=shown("An order", examples.ORDER),
    )
    @action(detail=True, methods=["post"])
    def ship(self, request: Request, pk: str) -> Response:
        order, wanted = self.get_object(), serializers.ShipSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        services.ship_order(order, by=request.user, if_match=if_match(request), **wanted.validated_data)
        return self.show(order)

    @extend_schema(
        operation_id="orders_deliver",
        summary="Say that the parcel has arrived",
        description="For members of the order's seller.",
        parameters=[IF_MATCH],
        request=None,
        responses={200: serializers.OrderSerializer, **refusing(PermissionDenied, IllegalTransition, ChangedMeanwhile)},
        examples=shown("An order", examples.ORDER),
    )
    @action(detail=True, methods=["post"])
    def deliver(self, request: Request, pk: str) -> Response:
        order = self.get_object()
        services.deliver_order(order, by=request.user, if_match=if_match(request))
        return self.show(order)
