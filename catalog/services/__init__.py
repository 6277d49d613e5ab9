from catalog.services.listings import refresh_listings

__all__ = ["refresh_listings"]
