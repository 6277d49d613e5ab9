"""Who asks, read from the token before anything else is done, so that Redis is asked everything in one go."""

from collections.abc import Callable

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from accounts import cookies, revocations, snapshots, tokens
from bookstore.errors import BookstoreError, ServiceUnavailable

API = "/api/"


class ClaimsMiddleware:
    """Sets `request.claims` from a good token, or `request.token_refusal`; views decide what that means.

    The token is the Authorization header's, else the cookie's (`claims_by_cookie`). `request.redis_keys` names what
    `TokenAuthentication` will want to know; the rate limit's question to Redis brings it along.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.claims = request.token_refusal = request.redis_values = None
        request.redis_keys = ()
        request.claims_by_cookie = False
        request.bearer_token = bearer_token(request) if request.path.startswith(API) else None
        if request.bearer_token is not None:
            self.read(request, request.bearer_token)
        elif request.path.startswith(API) and (token := cookies.access_in(request)) is not None:
            request.claims_by_cookie = True
            self.read(request, token)
            return for_this_browser(self.get_response(request))
        return self.get_response(request)

    @staticmethod
    def read(request: HttpRequest, token: str) -> None:
        try:
            claims = tokens.read(tokens.Access, token)
        except Error:
            request.token_refusal = ServiceUnavailable()  # the keys could not be read
        except BookstoreError as refusal:
            request.token_refusal = refusal
        else:
            request.claims = claims
            request.redis_keys = (revocations.key(claims.session), revocations.COMPLETE, snapshots.key(claims.user))


def bearer_token(request: HttpRequest) -> str | None:
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def for_this_browser(response: HttpResponse) -> HttpResponse:
    """An answer that cookies had a part in is nobody else's, unless it says that it is everybody's."""
    patch_vary_headers(response, ["Cookie"])
    response.setdefault("Cache-Control", "private")
    return response
