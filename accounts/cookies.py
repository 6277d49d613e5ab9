"""Tokens in cookies, for clients that run in a browser: no script can read them there, nor send them along.

A client asks for it with `X-Auth-Transport: cookie` when it signs in. The access token's cookie goes with every
request, the refresh token's to /auth/ alone. Both stay as long as the refresh token is good: a browser that sends an
expired access token is told to refresh it, and not taken for a guest.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.functional import cached_property

from accounts.errors import CsrfFailed

HEADER = "X-Auth-Transport"
AUTH = "/api/v1/auth/"


def access_name() -> str:
    """What no other host of the domain can set, where there is HTTPS (RFC 6265bis, 4.1.3)."""
    return "__Host-bookstore_access" if settings.HTTPS else "bookstore_access"


def refresh_name() -> str:
    return "__Secure-bookstore_refresh" if settings.HTTPS else "bookstore_refresh"


def are_wanted(request: HttpRequest) -> bool:
    return bool(request.headers.get(HEADER, "").strip().lower() == "cookie")


def access_in(request: HttpRequest) -> str | None:
    return request.COOKIES.get(access_name())


def refresh_in(request: HttpRequest) -> str | None:
    return request.COOKIES.get(refresh_name())


def put(response: HttpResponse, *, access: str, refresh: str) -> None:
    lasts = settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    for name, value, path in [(access_name(), access, "/"), (refresh_name(), refresh, AUTH)]:
        response.set_cookie(
            name, value, max_age=lasts, path=path, httponly=True, samesite="Strict", secure=settings.HTTPS
        )


def clear(request: HttpRequest, response: HttpResponse) -> None:
    """Have the browser forget what it sent of them."""
    for name, path in [(access_name(), "/"), (refresh_name(), AUTH)]:
        if name in request.COOKIES:
            response.delete_cookie(name, path=path, samesite="Strict")


class CsrfCheck(CsrfViewMiddleware):
    """Django's own check, for requests whose cookies say who asks; pages that may send cookies may also write."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason

    @cached_property
    def allowed_origins_exact(self) -> set[str]:
        return {*super().allowed_origins_exact, *settings.CORS_ALLOWED_ORIGINS}


def enforce_csrf(request: HttpRequest) -> None:
    """Raise CsrfFailed where another site's page may have sent this."""
    check = CsrfCheck(lambda _request: HttpResponse())
    check.process_request(request)
    reason = check.process_view(request, None, (), {})
    if reason:
        raise CsrfFailed(reason=str(reason))
