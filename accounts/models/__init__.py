from accounts.models.addresses import Address
from accounts.models.events import EventKind, SecurityEvent
from accounts.models.invitations import Invitation
from accounts.models.keys import SigningKey
from accounts.models.sellers import Membership, Seller
from accounts.models.sessions import DeviceSession
from accounts.models.users import Place, User, normal_password
from accounts.models.verification import Purpose, Verification

__all__ = [
    "Address",
    "DeviceSession",
    "EventKind",
    "Invitation",
    "Membership",
    "Place",
    "Purpose",
    "SecurityEvent",
    "Seller",
    "SigningKey",
    "User",
    "Verification",
    "normal_password",
]
