"""A shop that sells, and readers who buy there, all over HTTP."""

from typing import Any
from uuid import uuid4

from django.core.management import call_command
from django.test import Client

from accounts.models import User
from accounts.tests.factories import make_user, sign_in
from catalog.models import Offer
from orders import services
from orders.models import Order, Purchase, ShippingMethod, Shopper

ADDRESS = {
    "first_name": "Rosa",
    "last_name": "Reader",
    "line1": "Lindenstr. 5",
    "postal_code": "10969",
    "city": "Berlin",
    "country": "DE",
}


def make_terms() -> None:
    """Shipping methods and tax rates, as a new shop has them."""
    call_command("load_terms", verbosity=0)


def standard() -> str:
    return str(ShippingMethod.objects.get(name="Standard").pk)


def make_purchase(buyer: User, offer: Offer, *, paid: bool = True) -> Purchase:
    """A purchase of one copy, made without a request."""
    make_terms()
    shopper = Shopper(user=buyer)
    services.add_to_cart(shopper, offer=offer, quantity=1)
    method = ShippingMethod.objects.get(name="Standard")
    purchase = services.check_out(
        shopper,
        email=buyer.email,
        language="en",
        shipping_address=ADDRESS,
        shipping_method=method,
        payment_method="test",
    )
    if paid:
        services.simulate(purchase.payment, outcome="succeed")
    return purchase


def make_reader(email: str = "rosa@example.com") -> Client:
    return sign_in(None, make_user(email))


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", {} if body is None else body, "application/json", headers=headers)


def patch(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.patch(f"/api/v1/{path}", body, "application/json", headers=headers)


def put_in_cart(client: Client, offer: Offer, quantity: int = 1, **headers: str) -> Any:
    return post(client, "cart/items/", {"offer": str(offer.pk), "quantity": quantity}, **headers)


def check_out(client: Client, *, key: str = "", **changes: Any) -> Any:
    """Ask to buy what is in the cart; names with underscores among the changes are headers if they hold a dash."""
    headers = {name: changes.pop(name) for name in list(changes) if "-" in name}
    wanted = {"shipping_address": ADDRESS, "shipping_method": standard(), "payment_method": "test", **changes}
    return post(client, "checkout/", wanted, **{"idempotency-key": key or uuid4().hex, **headers})


def pay(client: Client, purchase: dict[str, Any], outcome: str = "succeed") -> Any:
    return post(client, f"payments/{purchase['payment']['id']}/simulate/", {"outcome": outcome})


def buy(client: Client, offer: Offer, quantity: int = 1) -> dict[str, Any]:
    """A purchase of one offer, paid."""
    put_in_cart(client, offer, quantity)
    purchase = check_out(client).json()
    assert pay(client, purchase).status_code == 200
    return purchase


def status_of(purchase: dict[str, Any]) -> list[str]:
    orders = Order.objects.filter(purchase=purchase["id"]).order_by("pk")
    return list(orders.values_list("status", flat=True))
