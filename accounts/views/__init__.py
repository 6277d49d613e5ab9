from accounts.views.addresses import AddressViewSet
from accounts.views.auth import AuthViewSet
from accounts.views.me import MeViewSet, SessionViewSet
from accounts.views.pages import jwks, verify_page

__all__ = ["AddressViewSet", "AuthViewSet", "MeViewSet", "SessionViewSet", "jwks", "verify_page"]
