"""Who sells, as everybody sees it."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.models import Seller
from accounts.permissions import WritesPage
from accounts.services import change_page
from bookstore.caching import VersionedReads
from bookstore.errors import PermissionDenied
from bookstore.schema import refusing
from catalog import examples, inputs, serializers
from catalog.views.writing import WrittenBySellers

SLUG = OpenApiParameter("slug", OpenApiTypes.STR, OpenApiParameter.PATH, description="As in an offer's `seller`.")
SHOWN = OpenApiExample("A seller", value=examples.SELLER_PAGE, response_only=True)


class SellerViewSet(WrittenBySellers, VersionedReads, GenericViewSet):
    queryset = Seller.objects.all()
    serializer_class = serializers.SellerPageSerializer
    lookup_field = "slug"
    lookup_value_regex = "[^/]+"
    write_permission = WritesPage

    @extend_schema(
        operation_id="sellers_retrieve",
        summary="Who sells",
        description="Their books are at `GET /books/?seller={slug}`.",
        parameters=[SLUG],
        examples=[SHOWN],
    )
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        operation_id="sellers_update",
        summary="Change what my organization's page says",
        description="For owners and managers. The name is the shop's to change.",
        parameters=[SLUG],
        request=inputs.SellerPageInput(partial=True),
        responses={200: serializers.SellerPageSerializer, **refusing(PermissionDenied)},
        examples=[
            OpenApiExample(
                "About us", value={"description": "Used books since 1974.", "country": "DE"}, request_only=True
            ),
            SHOWN,
        ],
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        seller, wanted = self.get_object(), inputs.SellerPageInput(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        return Response(self.get_serializer(change_page(seller, by=request.user, **wanted.validated_data)).data)
