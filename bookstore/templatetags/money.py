"""Money as the reader's language writes it: €12.90, 12,90 €."""

from babel import Locale
from babel.numbers import format_currency
from django import template
from django.utils.translation import get_language, to_locale

from bookstore.money import Money

register = template.Library()


@register.filter
def money(amount: Money | dict[str, str]) -> str:
    """The amount, also as the API gives it, with its currency's sign, in the active language."""
    locale = Locale.parse(to_locale(get_language() or "en"))
    if isinstance(amount, dict):
        amount = Money.of(amount["amount"], amount["currency"])
    return format_currency(amount.amount, amount.currency, locale=locale)
