"""Form fields of every app: money as people write it."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from bookstore.money import Money

AMOUNT = re.compile(r"[0-9]{1,15}([.,][0-9]+)?")


class PriceField(forms.Field):
    """An amount written as `12.90` or `12,90`, kept in minor units of its currency; never below zero."""

    default_error_messages = {"invalid": _("Write an amount like 12.90.")}

    def __init__(self, *, currency: str | None = None, **options: Any) -> None:
        super().__init__(**{"widget": UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}), **options})
        self.currency = currency or settings.SHOP_CURRENCY

    def prepare_value(self, value: Any) -> Any:
        return str(Money(value, self.currency).amount) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").strip()
        if not text:
            return None
        if not AMOUNT.fullmatch(text):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            return Money.of(text.replace(",", "."), self.currency).minor
        except ValueError as error:
            raise forms.ValidationError(str(error), code="invalid") from error
