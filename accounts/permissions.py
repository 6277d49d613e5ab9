"""Who may do what in the API."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import Seller
from accounts.rights import Right, holds
from bookstore.errors import NotAuthenticated, NotFound


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
    """Who may do this for any selling organization."""

    right = Right.OFFERS

    def has_permission(self, request: Request, view: Any) -> bool:
        return super().has_permission(request, view) and bool(request.user.sellers_for(self.right))


class WritesCatalogue(IsSeller):
    """Who may write the catalogue for any selling organization, or shop staff with all rights."""

    right = Right.CATALOGUE

    def has_permission(self, request: Request, view: Any) -> bool:
        return super().has_permission(request, view) or request.user.is_superuser


class IsSellerOf(SignedIn):
    """Who may do this for the selling organization that the thing belongs to (or is)."""

    right = Right.ORDERS

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        seller = obj.pk if isinstance(obj, Seller) else obj.seller_id
        return holds(request.user.role_at(seller), self.right)


class WritesPage(IsSellerOf):
    """Who may change what the public page of this selling organization says; shop admins may for all."""

    right = Right.PAGE

    def has_object_permission(self, request: Request, view: Any, obj: Seller) -> bool:
        return super().has_object_permission(request, view, obj) or request.user.is_superuser


class InTeam(SignedIn):
    """A member of the selling organization in the address who may do what `rights` of the view says of the action.

    For everybody else it does not exist; shop admins may everything. The services ask again under their locks.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        super().has_permission(request, view)
        slug = view.kwargs["slug"]
        role = next((place.role for place in request.user.places if place.slug == slug), None)
        if role is None and not request.user.is_superuser:
            raise NotFound
        return request.user.is_superuser or holds(role, view.rights.get(view.action, Right.SEE_TEAM))
