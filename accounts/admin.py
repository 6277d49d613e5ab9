"""Users and sellers in the console."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminEmailInputWidget

from accounts.models import Membership, Seller, User
from bookstore import versions
from bookstore.admin import ConsoleAdmin, ConsoleTable, SellerAdmin

admin.site.unregister(Group)  # rights follow from membership


class NewUserForm(UserCreationForm):
    class Meta:
        model = User
        fields = ["email"]
        widgets = {"email": UnfoldAdminEmailInputWidget()}


class MembershipInline(ConsoleTable):
    model = Membership
    fields = ["seller", "role"]
    show_change_link = False
    verbose_name_plural = _("sells for")


class MemberInline(ConsoleTable):
    model = Membership
    fields = ["user", "role"]
    show_change_link = False
    sellers_may = frozenset({"view"})
    verbose_name_plural = _("members")


@admin.register(User)
class UserAdmin(ConsoleAdmin, DjangoUserAdmin):
    form = UserChangeForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    inlines = [MembershipInline]
    list_display = ["email", "get_full_name", "is_active", "is_staff", "is_superuser", "date_joined"]
    list_filter = ["is_staff", "is_superuser", "is_active"]
    list_filter_submit = True
    filter_horizontal: list[str] = []
    ordering = ["-id"]
    sortable_by: list[str] = []
    search_help_text = _("The beginning of an e-mail address")
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "password", ("first_name", "last_name")]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (_("Dates"), {"fields": [("last_login", "date_joined")]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "usable_password", "password1", "password2"]})]

    def find(self, users: QuerySet, term: str) -> QuerySet:
        return users.filter(email__startswith=term.lower())


@admin.register(Seller)
class SellerPageAdmin(SellerAdmin, ConsoleAdmin):
    sellers_may = frozenset({"view"})
    inlines = [MemberInline]
    list_display = ["name", "slug", "created_at"]
    sortable_by: list[str] = []
    prepopulated_fields = {"slug": ["name"]}
    search_help_text = _("Name, or a part of it")
    fieldsets = [(None, {"fields": [("name", "slug"), "description"]})]

    def find(self, sellers: QuerySet, term: str) -> QuerySet:
        """By any part of the name: there are thousands of sellers at most, and each is asked for by many names."""
        return sellers.filter(Q(name__icontains=term) | Q(slug__startswith=term.lower()))

    def save_model(self, request: Any, obj: Seller, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        transaction.on_commit(partial(versions.bump, "catalog"))  # book pages say who sells

    def get_prepopulated_fields(self, request: Any, obj: Seller | None = None) -> dict[str, Any]:
        return {} if obj else super().get_prepopulated_fields(request, obj)
