from accounts.admin.entry import console_logout, console_password_change
from accounts.admin.events import SecurityEventAdmin
from accounts.admin.people import SellerPageAdmin, UserAdmin
from accounts.admin.teams import InvitationAdmin, MembershipAdmin

__all__ = [
    "InvitationAdmin",
    "MembershipAdmin",
    "SecurityEventAdmin",
    "SellerPageAdmin",
    "UserAdmin",
    "console_logout",
    "console_password_change",
]
