from bookstore.admin.addresses import SuppressedAddressAdmin
from bookstore.admin.base import (
    ConsoleAdmin,
    ConsoleTable,
    Pages,
    Rights,
    SellerAdmin,
    dashboard,
    sentence,
)
from bookstore.admin.looks import label, link, unbroken
from bookstore.admin.outbox import OutboxAdmin

__all__ = [
    "ConsoleAdmin",
    "ConsoleTable",
    "OutboxAdmin",
    "Pages",
    "Rights",
    "SellerAdmin",
    "SuppressedAddressAdmin",
    "dashboard",
    "label",
    "link",
    "sentence",
    "unbroken",
]
