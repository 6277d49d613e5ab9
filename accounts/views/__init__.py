from accounts.views.addresses import AddressViewSet
from accounts.views.auth import AuthViewSet
from accounts.views.me import EventViewSet, MeViewSet, SessionViewSet
from accounts.views.pages import email_page, jwks, reset_page, undo_page, verify_page

__all__ = [
    "AddressViewSet",
    "AuthViewSet",
    "EventViewSet",
    "MeViewSet",
    "SessionViewSet",
    "email_page",
    "jwks",
    "reset_page",
    "undo_page",
    "verify_page",
]
