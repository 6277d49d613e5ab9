"""The shop's addresses, and one for each permission."""

from typing import Any

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Seller
from accounts.permissions import GuestOrSignedIn, IsSeller, IsSellerOf, SignedIn
from accounts.rights import Right
from config import urls


class Owners(IsSellerOf):
    right = Right.HAND_OVER


class Who(APIView):
    """Says who asks."""

    def get(self, request: Request, slug: str = "") -> Response:
        if slug:
            self.check_object_permissions(request, Seller.objects.get(slug=slug))
        return Response({"user": str(request.user)})


def who(permission: type) -> Any:
    return Who.as_view(permission_classes=[permission])


urlpatterns: list[Any] = [
    path("api/v1/test/signed-in/", who(SignedIn)),
    path("api/v1/test/guest/", who(GuestOrSignedIn)),
    path("api/v1/test/seller/", who(IsSeller)),
    path("api/v1/test/sellers/<slug:slug>/", who(IsSellerOf)),
    path("api/v1/test/owners/<slug:slug>/", who(Owners)),
    *urls.urlpatterns,
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
