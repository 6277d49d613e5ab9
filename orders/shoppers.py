"""Who is shopping: what a request says of it, and what a guest's client is told."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from orders.models import Shopper, guest_key
from orders.services import adopt_guest_cart

HEADER = "X-Cart-Token"


def shopper_of(request: Request) -> Shopper:
    """The signed-in user, or the guest with the cart token; without one, a new guest.

    A user who still comes with a guest's token has signed in since: that cart is theirs now.
    """
    user = request.user if request.user.is_authenticated else None
    token = request.headers.get(HEADER, "")
    if user and token:
        adopt_guest_cart(user, token)
    return Shopper.known_by(user, token)


class ForShoppers:
    """A view whose answers tell a guest the token to come back with. Mix it in before the view class."""

    request: Request

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A token that the shop did not give is none, also where nobody asks who is shopping (Idempotency-Key)."""
        if guest_key(request.headers.get(HEADER, "")) is None:
            request._request.META.pop("HTTP_X_CART_TOKEN", None)
        super().initial(request, *args, **kwargs)  # type: ignore[misc]  # a mixin

    @property
    def shopper(self) -> Shopper:
        if not hasattr(self, "_shopper"):
            self._shopper = shopper_of(self.request)
        return self._shopper

    def finalize_response(
        self, request: HttpRequest, response: HttpResponse, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        answer: HttpResponse = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]  # a mixin
        if hasattr(self, "_shopper") and self._shopper.token:
            answer[HEADER] = self._shopper.token
        answer["Cache-Control"] = "no-store"
        return answer
