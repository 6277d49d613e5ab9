"""Who may do what in the API."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import Membership, Seller
from bookstore.errors import NotAuthenticated


def refuse_bad_token(request: Request) -> None:
    """Raise what is wrong with the token that the request came with, if anything is."""
    is_known = request.user.is_authenticated  # asks the authentication, which is where an ended session shows
    refusal = getattr(request._request, "token_refusal", None)
    if refusal is not None and not is_known:
        raise refusal


class SignedIn(BasePermission):
    """Signed in; else 401 with what is wrong with the token."""

    def has_permission(self, request: Request, view: Any) -> bool:
        refuse_bad_token(request)
        if not request.user.is_authenticated:
            raise NotAuthenticated
        return True


class GuestOrSignedIn(BasePermission):
    """Signed in, or a guest without a token; whose token is bad is told so, and not taken for a guest."""

    allows_guests = True

    def has_permission(self, request: Request, view: Any) -> bool:
        refuse_bad_token(request)
        return True


class IsSeller(SignedIn):
    """A member of any selling organization."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return super().has_permission(request, view) and request.user.is_seller


class WritesCatalogue(SignedIn):
    """A member of any selling organization, or shop staff with all rights."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return super().has_permission(request, view) and (request.user.is_seller or request.user.is_superuser)


class IsSellerOf(SignedIn):
    """A member, in one of these roles, of the selling organization that the thing belongs to (or is)."""

    roles = frozenset(Membership.Role.values)

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        seller = obj.pk if isinstance(obj, Seller) else obj.seller_id
        return request.user.role_at(seller) in self.roles
