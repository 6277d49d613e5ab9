"""Why a purchase does not go on."""

from django.utils.translation import gettext_lazy as _

from bookstore.errors import BookstoreError


class CartIsEmpty(BookstoreError):
    code, title = "cart_is_empty", _("Cart is empty")
    message = _("There is nothing in the cart.")


class CartIsFull(BookstoreError):
    code, title = "cart_is_full", _("Cart is full")
    message = _("A cart holds {limit} different offers.")


class CurrencyNotAccepted(BookstoreError):
    code, title = "currency_not_accepted", _("Currency not accepted")
    message = _("“{title}” is sold in {currency}; this shop takes {accepted}.")


class IllegalTransition(BookstoreError):
    code, title = "illegal_transition", _("Not possible any more")
    message = _("Order {order} is {status} and cannot become {wanted}.")
