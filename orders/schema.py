"""What the operations of buying say alike in the OpenAPI schema."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter


def header(name: str, description: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, required=required, description=description)


CART_TOKEN = header("X-Cart-Token", "A guest's, as an earlier answer brought it.")
IDEMPOTENCY_KEY = header("Idempotency-Key", "1 to 255 characters; asked again with it, the same is answered.")
IDEMPOTENCY_KEY_REQUIRED = header(
    "Idempotency-Key", "1 to 255 characters; asked again with it, the same is answered.", required=True
)
IF_MATCH = header("If-Match", "The ETag that you read; 412 where it has changed since.")
TOKEN = OpenApiParameter("token", OpenApiTypes.STR, description="Of a guest: the purchase's token.")


def shown(name: str, value: Any) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, response_only=True)]
