"""Addresses that get no more of some mail, in the console: why, and how a person clears that."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bookstore import mail_addresses
from bookstore.admin.base import ConsoleAdmin
from bookstore.admin.looks import label
from bookstore.forms import LineField
from bookstore.models import MailCategory, SuppressedAddress, folded_address

REASON_LABELS = {"bounced": "danger", "complained": "warning", "unsubscribed": "info"}
BY_HAND = "console"


class UnsubscribeForm(forms.ModelForm):
    """Somebody has asked by telephone or letter for no more of some mails."""

    address = forms.EmailField(label=_("Address"), max_length=500, widget=UnfoldAdminEmailInputWidget())
    category = forms.ChoiceField(
        label=_("Mails"),
        required=False,
        choices=[("", _("all that nobody needs")), *MailCategory.choices[1:]],
        widget=UnfoldAdminSelectWidget(),
    )
    detail = LineField(
        label=_("Note"), required=False, max_length=mail_addresses.LONGEST_DETAIL, widget=UnfoldAdminTextInputWidget()
    )

    class Meta:
        model = SuppressedAddress
        fields = ["address", "category", "detail"]

    def clean_address(self) -> str:
        return folded_address(self.cleaned_data["address"])

    def clean(self) -> dict[str, Any]:
        """The constraint, which has a field that the form has not, in words."""
        cleaned = super().clean() or {}
        found = {"address": cleaned.get("address"), "category": cleaned.get("category") or ""}
        if SuppressedAddress.objects.filter(reason=mail_addresses.Reason.UNSUBSCRIBED, **found).exists():
            self.add_error("address", _("This address is unsubscribed already."))
        return cleaned


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(ConsoleAdmin):
    """Deleting a row clears the mark: mail goes there again."""

    admins_may = frozenset({"view", "add", "delete"})
    list_display = ["address", "why", "category_shown", "source", "last_at", "detail"]
    list_filter = [("reason", ChoicesDropdownFilter), ("category", ChoicesDropdownFilter)]
    list_filter_submit = True
    sortable_by: list[str] = []
    ordering = ["-id"]
    search_help_text = _("An address, as it begins")
    form = UnsubscribeForm
    fieldsets = [
        (None, {"fields": [("address", "why"), ("category_shown", "source"), ("created_at", "last_at"), "detail"]})
    ]
    add_fieldsets = [(None, {"fields": ["address", "category", "detail"]})]
    readonly_fields = ["why", "category_shown", "last_at"]

    def get_fieldsets(self, request: HttpRequest, obj: SuppressedAddress | None = None) -> list[Any]:
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def find(self, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(address__startswith=term.lower())

    def save_model(self, request: HttpRequest, obj: SuppressedAddress, form: Any, change: bool) -> None:
        obj.reason, obj.source = mail_addresses.Reason.UNSUBSCRIBED, BY_HAND
        super().save_model(request, obj, form, change)

    @admin.display(description=_("reason"))
    def why(self, mark: SuppressedAddress) -> str:
        return label(mark.get_reason_display(), REASON_LABELS[mark.reason])

    @admin.display(description=_("mails"))
    def category_shown(self, mark: SuppressedAddress) -> str:
        if mark.category:
            return mark.get_category_display()
        return _("all") if mark.reason == mail_addresses.Reason.BOUNCED else _("all that nobody needs")
