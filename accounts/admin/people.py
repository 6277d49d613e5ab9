"""Users and sellers in the console."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminEmailInputWidget

from accounts import services
from accounts.models import DeviceSession, EventKind, Membership, Seller, User
from bookstore import versions
from bookstore.admin import ConsoleAdmin, ConsoleTable, SellerAdmin

admin.site.unregister(Group)  # rights follow from membership
admin.site.unregister([OutstandingToken, BlacklistedToken])  # sessions say who is signed in

RIGHTS = ("is_active", "is_staff", "is_support", "is_superuser")


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


class KnownPeople:
    """What the API remembers of people is forgotten when a form changes them, and no seller loses its last owner."""

    def people(self, row: Any) -> list[UUID]:
        raise NotImplementedError

    def kept(self, row: Any) -> list[UUID]:
        """The selling organizations that are to have an owner afterwards as before."""
        raise NotImplementedError

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        before = self.people(form.instance)
        with services.keeping_owners(self.kept(form.instance)):
            super().save_related(request, form, formsets, change)
        for formset in formsets:
            note_roles(request.user, formset)
        services.forget_people([*before, *self.people(form.instance)])

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        services.forget_people(self.people(obj))
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        services.forget_people([user for row in queryset for user in self.people(row)])
        super().delete_queryset(request, queryset)


def note_roles(by: User, formset: Any) -> None:
    """Note who has got, changed and lost which role by the rows below a form."""
    kinds = {
        EventKind.ROLE_GIVEN: [(row, row.role) for row in formset.new_objects],
        EventKind.ROLE_CHANGED: [(row, row.role) for row, _fields in formset.changed_objects],
        EventKind.ROLE_TAKEN: [(form.instance, form.initial["role"]) for form in formset.deleted_forms if form.initial],
    }
    for kind, rows in kinds.items():
        for row, role in rows:
            services.note(kind, row.user, by=by, role=role, seller=row.seller.name)
            if kind != EventKind.ROLE_GIVEN:
                still = row.role if kind == EventKind.ROLE_CHANGED else None
                services.revoke_offers_of(row.user, row.seller, by=by, unless_managed_by=still)


@admin.register(User)
class UserAdmin(KnownPeople, ConsoleAdmin, DjangoUserAdmin):
    form = UserChangeForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    inlines = [MembershipInline]
    list_display = ["email", "name", "is_active", "is_staff", "is_support", "is_superuser", "date_joined"]
    list_filter = ["is_staff", "is_support", "is_superuser", "is_active"]
    list_filter_submit = True
    filter_horizontal: list[str] = []
    ordering = ["-id"]
    sortable_by: list[str] = []
    search_help_text = _("The beginning of an e-mail address")
    readonly_fields = ["last_login", "date_joined", "email_verified_at"]
    fieldsets = [
        (None, {"fields": ["email", "password", ("first_name", "last_name")]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_support", "is_superuser"]}),
        (_("Dates"), {"fields": [("last_login", "date_joined", "email_verified_at")]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "usable_password", "password1", "password2"]})]

    def find(self, users: QuerySet, term: str) -> QuerySet:
        return users.filter(email__startswith=term.lower())

    @admin.display(description=_("name"))
    def name(self, user: User) -> str:
        return user.get_full_name()

    def people(self, user: User) -> list[UUID]:
        return [user.pk]

    def kept(self, user: User) -> list[UUID]:
        return list(user.memberships.values_list("seller_id", flat=True))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Who makes a user here vouches for the address; whoever is shut out here is signed out everywhere."""
        if not change:
            obj.email_verified_at = timezone.now()
        super().save_model(request, obj, form, change)
        now = {name: getattr(obj, name) for name in RIGHTS if not change or name in form.changed_data}
        if not change:
            services.note(EventKind.USER_ADDED, obj, by=request.user, **now)
        elif form.changed_data:
            services.note(EventKind.USER_CHANGED, obj, by=request.user, fields=form.changed_data, **now)
        if "email" in form.changed_data:
            obj.verifications.all().void()  # what was sent to the address before
        if change and not obj.is_active:
            services.revoke_all_from(obj, by=request.user)
            services.end_all_sessions(obj, DeviceSession.Reason.DEACTIVATED)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        services.note(EventKind.USER_DELETED, None, by=request.user, user=obj.pk)
        with services.keeping_owners(self.kept(obj)):
            super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for user in queryset:
            services.note(EventKind.USER_DELETED, None, by=request.user, user=user.pk)
        with services.keeping_owners(seller for user in queryset for seller in self.kept(user)):
            super().delete_queryset(request, queryset)

    def user_change_password(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        """Whoever knew the old password is signed out everywhere."""
        response = super().user_change_password(request, *args, **options)
        if request.method == "POST" and response.status_code == 302:
            user = User.objects.get(pk=request.resolver_match.kwargs["id"])
            services.password_was_set(user, by=request.user)
            if user == request.user:
                update_session_auth_hash(request, user)
        return response


@admin.register(Seller)
class SellerPageAdmin(KnownPeople, SellerAdmin, ConsoleAdmin):
    sellers_may = frozenset({"view"})
    inlines = [MemberInline]
    list_display = ["name", "slug", "created_at"]
    sortable_by: list[str] = []
    prepopulated_fields = {"slug": ["name"]}
    search_help_text = _("Name, or a part of it")
    fieldsets = [(None, {"fields": [("name", "slug"), "description", "country"]})]

    def find(self, sellers: QuerySet, term: str) -> QuerySet:
        """By any part of the name: there are thousands of sellers at most, and each is asked for by many names."""
        return sellers.filter(Q(name__icontains=term) | Q(slug__startswith=term.lower()))

    def people(self, seller: Seller) -> list[UUID]:
        return list(Membership.objects.filter(seller=seller.pk).values_list("user_id", flat=True))

    def kept(self, seller: Seller) -> list[UUID]:
        return [seller.pk]

    def save_model(self, request: Any, obj: Seller, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        transaction.on_commit(partial(versions.bump, "catalog"))  # book pages say who sells

    def get_prepopulated_fields(self, request: Any, obj: Seller | None = None) -> dict[str, Any]:
        return {} if obj else super().get_prepopulated_fields(request, obj)
