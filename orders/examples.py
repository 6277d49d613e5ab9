"""Examples for the OpenAPI schema."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

SELLER = {"id": "0198c1f2-6f1e-7555-8a4f-2b1f0d0a9c05", "slug": "corner-bookshop", "name": "Corner Bookshop"}
OFFER_ID = "0198c1f2-6f1e-7444-8a4f-2b1f0d0a9c04"
BOOK_ID = "0198c1f2-6f1e-7c3a-b7a4-2b1f0d0a9c55"
METHOD_ID = "0198c1f2-6f1e-7777-8a4f-2b1f0d0a9c07"
PURCHASE_ID = "0198c1f2-6f1e-7888-8a4f-2b1f0d0a9c08"
ADDRESS = {
    "first_name": "Rosa",
    "last_name": "Reader",
    "company": "",
    "line1": "Lindenstr. 5",
    "line2": "",
    "postal_code": "10969",
    "city": "Berlin",
    "region": "",
    "country": "DE",
    "phone": "",
    "vat_number": "",
}


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def totals(shipping: str, total: str, net: str, tax: str) -> dict[str, Any]:
    return {
        "items": euros("25.80"),
        "discount": euros("0.00"),
        "shipping": euros(shipping),
        "tax": euros(tax),
        "total": euros(total),
        "tax_lines": [{"rate": "7.00", "net": euros(net), "tax": euros(tax)}],
    }


CART = {
    "id": "0198c1f2-6f1e-7999-8a4f-2b1f0d0a9c09",
    "items": [
        {
            "id": "0198c1f2-6f1e-7aaa-8a4f-2b1f0d0a9c10",
            "offer": {
                "id": OFFER_ID,
                "seller": SELLER,
                "condition": "new",
                "price": euros("12.90"),
                "quantity": 3,
                "book_id": BOOK_ID,
                "isbn": "9781857988826",
                "title": "The Dispossessed",
                "authors": ["Ursula K. Le Guin"],
                "format": "paperback",
            },
            "quantity": 2,
            "price_seen": euros("12.90"),
            "total": euros("25.80"),
        }
    ],
    "problems": [],
    "totals": totals("0.00", "25.80", "24.11", "1.69"),
}
QUOTE = {
    "shipping_methods": [
        {
            "id": METHOD_ID,
            "name": "Standard",
            "price": euros("3.90"),
            "delivery": {"earliest": "2026-11-24", "latest": "2026-11-26"},
        }
    ],
    "totals": totals("3.90", "29.70", "27.76", "1.94"),
}
CHECKOUT = {"shipping_address": ADDRESS, "shipping_method": METHOD_ID, "payment_method": "test",
            "email": "rosa@example.com"}  # fmt: skip
ORDER = {
    "id": "0198c1f2-6f1e-7bbb-8a4f-2b1f0d0a9c11",
    "number": "7KQ2-M9XA-4T-1",
    "purchase": PURCHASE_ID,
    "seller": SELLER,
    "status": "pending_payment",
    "payment_status": "unpaid",
    "email": "rosa@example.com",
    "lines": [
        {
            "id": "0198c1f2-6f1e-7ccc-8a4f-2b1f0d0a9c12",
            "offer": OFFER_ID,
            "edition": "0198c1f2-6f1e-7666-8a4f-2b1f0d0a9c06",
            "book_id": BOOK_ID,
            "title": "The Dispossessed",
            "isbn": "9781857988826",
            "format": "paperback",
            "condition": "new",
            "quantity": 2,
            "unit_price": euros("12.90"),
            "tax_rate": "7.00",
            "total": euros("25.80"),
        }
    ],
    "totals": totals("3.90", "29.70", "27.76", "1.94"),
    "shipping_address": ADDRESS,
    "note": "",
    "shipments": [],
    "created_at": "2026-11-21T10:00:00Z",
    "updated_at": "2026-11-21T10:00:00Z",
}
PAYMENT = {
    "id": "0198c1f2-6f1e-7ddd-8a4f-2b1f0d0a9c13",
    "provider": "test",
    "status": "pending",
    "amount": euros("29.70"),
    "client_secret": "5f0c…",
    "redirect_url": None,
    "expires_at": "2026-11-21T10:30:00Z",
}
PURCHASE = {
    "id": PURCHASE_ID,
    "number": "7KQ2-M9XA-4T",
    "status": "pending_payment",
    "email": "rosa@example.com",
    "orders": [ORDER],
    "total": euros("29.70"),
    "payment": PAYMENT,
    "token": "0198c1f26f1e78888a4f2b1f0d0a9c08:Qm9…",
    "shipping_address": ADDRESS,
    "billing_address": ADDRESS,
    "note": "",
    "created_at": "2026-11-21T10:00:00Z",
}
EVENT = {"before": "", "after": "pending_payment", "by": "buyer", "reason": "", "created_at": "2026-11-21T10:00:00Z"}


def sent(name: str, value: Any) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, request_only=True)]
