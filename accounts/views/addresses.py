"""The address book."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet

from accounts import errors, examples, services
from accounts.models import Address
from accounts.schema import answered, sent
from accounts.serializers import AddressSerializer
from bookstore.errors import IdempotencyKeyReused, RequestInProgress
from bookstore.idempotency import idempotent
from bookstore.schema import refusing

SENT, ANSWERED = sent(Address=examples.NEW_ADDRESS), answered(Address=examples.ADDRESS)


@extend_schema_view(
    list=extend_schema(operation_id="me_addresses_list", summary="One's addresses", examples=ANSWERED),
    retrieve=extend_schema(operation_id="me_addresses_retrieve", summary="One address", examples=ANSWERED),
    create=extend_schema(
        operation_id="me_addresses_create",
        summary="Keep an address",
        description="The first one becomes the default for books and for invoices.",
        parameters=[OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER)],
        responses={
            201: AddressSerializer,
            **refusing(errors.TooManyAddresses, RequestInProgress, IdempotencyKeyReused),
        },
        examples=[*SENT, *answered(201, Address=examples.ADDRESS)],
    ),
    update=extend_schema(
        operation_id="me_addresses_replace", summary="Replace an address", examples=[*SENT, *ANSWERED]
    ),
    partial_update=extend_schema(
        operation_id="me_addresses_update", summary="Change an address", examples=[*SENT, *ANSWERED]
    ),
    destroy=extend_schema(
        operation_id="me_addresses_delete",
        summary="Delete an address",
        description="What it was the default for, the newest of the others is then.",
    ),
)
class AddressViewSet(ModelViewSet):
    queryset = Address.objects.order_by("created_at", "id")
    serializer_class = AddressSerializer
    filter_backends = []
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Address]:
        addresses = super().get_queryset()
        return addresses.visible_to(self.request.user) if self.request.user.is_authenticated else addresses.none()

    @idempotent()
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().create(request, *args, **kwargs)

    def perform_create(self, serializer: AddressSerializer) -> None:
        serializer.instance = services.add_address(self.request.user, **serializer.validated_data)

    def perform_update(self, serializer: AddressSerializer) -> None:
        serializer.instance = services.change_address(serializer.instance, **serializer.validated_data)

    def perform_destroy(self, address: Address) -> None:
        services.remove_address(address)
