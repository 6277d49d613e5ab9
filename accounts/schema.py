"""What the OpenAPI schema says of accounts."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from accounts import cookies
from accounts.authentication import BearerAuthentication, CookieAuthentication, RefreshCookieAuthentication

CART_TOKEN = OpenApiParameter(
    "X-Cart-Token", str, OpenApiParameter.HEADER, description="A guest's cart, which becomes the user's."
)

TRANSPORT = OpenApiParameter(
    cookies.HEADER,
    str,
    OpenApiParameter.HEADER,
    enum=["cookie"],
    description="For clients in a browser: the tokens come in HttpOnly cookies, and not in the body.",
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


class CookieScheme(OpenApiAuthenticationExtension):
    target_class = CookieAuthentication
    name = "cookie"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": cookies.access_name(),
            "description": "Set by signing in with X-Auth-Transport: cookie. Whatever is not GET also needs the header "
            "X-CSRFToken, with the token of GET /api/v1/auth/csrf/.",
        }


class RefreshCookieScheme(OpenApiAuthenticationExtension):
    target_class = RefreshCookieAuthentication
    name = "refreshCookie"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": cookies.refresh_name(),
            "description": "Goes to /api/v1/auth/ only, and needs the header X-CSRFToken.",
        }
