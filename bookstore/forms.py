"""Form fields of every app: money as people write it, texts as people see them."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from bookstore.fields import CONTROL_CHARACTERS
from bookstore.money import Money
from bookstore.visible import visible, without_overrides

AMOUNT = re.compile(r"[0-9]{1,15}([.,][0-9]+)?")


class LineField(forms.CharField):
    """One line of text, of which only what one can see is kept: a person cannot correct the rest."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return (visible(text).strip() or self.empty_value) if text else text


class ProseField(forms.CharField):
    """Text of several lines, without control characters and those that turn the order of letters around."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return without_overrides(CONTROL_CHARACTERS.sub("", text)) if text else text


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
