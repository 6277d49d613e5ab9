from accounts.admin.entry import console_logout, console_password_change
from accounts.admin.events import SecurityEventAdmin
from accounts.admin.people import SellerPageAdmin, UserAdmin

__all__ = ["SecurityEventAdmin", "SellerPageAdmin", "UserAdmin", "console_logout", "console_password_change"]
