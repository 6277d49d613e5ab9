"""Money as the reader's language writes it: €12.90, 12,90 €."""

from babel import Locale
from babel.numbers import format_currency
from django import template
from django.utils.translation import get_language, to_locale

from bookstore.money import Money

register = template.Library()


@register.filter
def money(amount: Money) -> str:
    """The amount with its currency's sign, in the active language; its parts stay on one line."""
    locale = Locale.parse(to_locale(get_language() or "en"))
    return format_currency(amount.amount, amount.currency, locale=locale)
