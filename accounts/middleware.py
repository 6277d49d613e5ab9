"""Who asks, read from the token before anything else is done, so that Redis is asked everything in one go."""

from collections.abc import Callable

from django.db import Error
from django.http import HttpRequest, HttpResponse

from accounts import revocations, snapshots, tokens
from bookstore.errors import BookstoreError, ServiceUnavailable

API = "/api/"


class ClaimsMiddleware:
    """Sets `request.claims` from a good bearer token, or `request.token_refusal`; views decide what that means.

    `request.redis_keys` names what `BearerAuthentication` will want to know; the rate limit's question to Redis
    brings it along.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.claims = request.token_refusal = request.redis_values = None
        request.redis_keys = ()
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() == "bearer" and request.path.startswith(API):
            self.read(request, token.strip())
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
