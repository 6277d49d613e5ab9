"""Who takes the money: what the shop asks of every payment provider, and the one for trying the shop out."""

from typing import Protocol

from django.conf import settings
from django.utils.crypto import salted_hmac

from bookstore.money import Money
from orders.models import Payment


class Provider(Protocol):
    """A payment provider. What became of a payment, it reports to `services.settle`, as often as it likes."""

    name: str

    def open(self, payment: Payment) -> None:
        """Set the payment's reference, and what the client needs to pay: a secret or a page."""

    def change_amount(self, payment: Payment) -> None:
        """The payment's amount is another one now; it has not been paid."""

    def refund(self, payment: Payment, amount: Money, reference: str) -> None:
        """Pay back a part; asked again with the same reference, do nothing."""


class TestProvider:
    """Takes no money. `POST /payments/{id}/simulate/` says what the buyer does on its page."""

    name = "test"

    def open(self, payment: Payment) -> None:
        payment.reference = f"test-{payment.pk.hex}"
        payment.client_secret = salted_hmac("orders.providers.test", payment.pk.hex).hexdigest()

    def change_amount(self, payment: Payment) -> None:
        """Its page shows what the payment says."""

    def refund(self, payment: Payment, amount: Money, reference: str) -> None:
        """Nothing was taken, so nothing goes back but the line in the ledger."""


PROVIDERS: dict[str, Provider] = {provider.name: provider for provider in (TestProvider(),)}


def offered() -> list[str]:
    """The ways to pay that this shop offers (PAYMENT_PROVIDERS)."""
    return [name for name in settings.PAYMENT_PROVIDERS if name in PROVIDERS]
