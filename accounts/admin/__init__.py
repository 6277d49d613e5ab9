from accounts.admin.events import SecurityEventAdmin
from accounts.admin.people import SellerPageAdmin, UserAdmin

__all__ = ["SecurityEventAdmin", "SellerPageAdmin", "UserAdmin"]
