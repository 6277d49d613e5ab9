"""What the OpenAPI schema says of accounts."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from accounts.authentication import BearerAuthentication

CART_TOKEN = OpenApiParameter(
    "X-Cart-Token", str, OpenApiParameter.HEADER, description="A guest's cart, which becomes the user's."
)


def sent(**values: Any) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, request_only=True) for name, value in values.items()]


def answered(status: int = 200, **values: Any) -> list[OpenApiExample]:
    return [
        OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])
        for name, value in values.items()
    ]


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
