from accounts.views.addresses import AddressViewSet
from accounts.views.auth import AuthViewSet
from accounts.views.me import EventViewSet, MeViewSet, SessionViewSet
from accounts.views.pages import email_page, invitation_page, jwks, reset_page, undo_page, verify_page
from accounts.views.teams import InvitationViewSet, MemberViewSet, OwnInvitationViewSet, SellerInvitationViewSet

__all__ = [
    "AddressViewSet",
    "AuthViewSet",
    "EventViewSet",
    "InvitationViewSet",
    "MeViewSet",
    "MemberViewSet",
    "OwnInvitationViewSet",
    "SellerInvitationViewSet",
    "SessionViewSet",
    "email_page",
    "invitation_page",
    "jwks",
    "reset_page",
    "undo_page",
    "verify_page",
]
