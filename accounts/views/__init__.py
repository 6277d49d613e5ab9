from accounts.views.addresses import AddressViewSet
from accounts.views.auth import AuthViewSet
from accounts.views.me import EventViewSet, MeViewSet, SessionViewSet
from accounts.views.pages import jwks, verify_page

__all__ = ["AddressViewSet", "AuthViewSet", "EventViewSet", "MeViewSet", "SessionViewSet", "jwks", "verify_page"]
