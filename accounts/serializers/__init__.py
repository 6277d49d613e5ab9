"""The shapes that accounts are asked and answered in."""

from accounts.serializers.addresses import (
    AddressSerializer,
    CountryField,
    PostalAddressSerializer,
    RoughAddressSerializer,
)
from accounts.serializers.auth import (
    EmailSerializer,
    LoginSerializer,
    PasswordSerializer,
    ResetPasswordSerializer,
    SignUpSerializer,
    VerifyEmailSerializer,
)
from accounts.serializers.me import (
    ChangeEmailSerializer,
    ChangePasswordSerializer,
    ConfirmEmailSerializer,
    EventSerializer,
    MeSerializer,
    NamesSerializer,
)
from accounts.serializers.sessions import CsrfTokenSerializer, RefreshSerializer, SessionSerializer, SignedInSerializer
from accounts.serializers.teams import (
    HandOverSerializer,
    InvitationSerializer,
    InviteSerializer,
    MemberSerializer,
    OwnInvitationSerializer,
    RoleSerializer,
    TokenSerializer,
)

__all__ = [
    "AddressSerializer",
    "ChangeEmailSerializer",
    "ChangePasswordSerializer",
    "ConfirmEmailSerializer",
    "CountryField",
    "CsrfTokenSerializer",
    "EmailSerializer",
    "EventSerializer",
    "HandOverSerializer",
    "InvitationSerializer",
    "InviteSerializer",
    "LoginSerializer",
    "MeSerializer",
    "MemberSerializer",
    "NamesSerializer",
    "OwnInvitationSerializer",
    "PasswordSerializer",
    "PostalAddressSerializer",
    "RefreshSerializer",
    "ResetPasswordSerializer",
    "RoleSerializer",
    "RoughAddressSerializer",
    "SessionSerializer",
    "SignUpSerializer",
    "SignedInSerializer",
    "TokenSerializer",
    "VerifyEmailSerializer",
]
