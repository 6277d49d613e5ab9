"""Countries by their names in the reader's language."""

from babel import Locale
from django import template
from django.utils.translation import get_language, to_locale

register = template.Library()


@register.filter
def country_name(code: str) -> str:
    """`DE` as Germany or Deutschland; a code that has no name as it is."""
    return Locale.parse(to_locale(get_language() or "en")).territories.get(code, code)
