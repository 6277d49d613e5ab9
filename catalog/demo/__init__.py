"""A shop to look at: invented sellers, offers and covers for real books."""

from catalog.demo.loader import load
from catalog.demo.people import PASSWORD, NotADemoShop

__all__ = ["PASSWORD", "NotADemoShop", "load"]
