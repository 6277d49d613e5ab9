"""Members and invitations in the console: the shop's admins for all sellers, owners and managers for their own."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminEmailInputWidget

from accounts import services
from accounts.email_addresses import check_email, normal_email
from accounts.models import Invitation, Membership, Seller, User
from accounts.rights import Right, holds, manages
from bookstore.admin import ConsoleAdmin, SellerAdmin, label, unbroken

LOOKS = {"open": "info", "accepted": "success", "declined": "warning", "revoked": "warning", "expired": "warning"}


def beginning_with(rows: QuerySet, field: str, term: str) -> QuerySet:
    """By the beginning of an e-mail address, or by any part of a seller's name."""
    sellers = Seller.objects.filter(name__icontains=term)
    return rows.filter(Q(**{f"{field}__startswith": term.lower()}) | Q(seller__in=sellers))


@admin.register(Membership)
class MembershipAdmin(SellerAdmin, ConsoleAdmin):
    admins_may = sellers_may = frozenset({"view", "change", "delete"})  # whoever joins is invited
    list_display = ["email", "name", "seller", "role", "since"]
    list_filter = [("role", ChoicesDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["user", "seller"]
    sortable_by: list[str] = []
    ordering = ["-id"]
    search_help_text = _("The beginning of an e-mail address, or a part of the seller’s name")
    readonly_fields = ["email", "name", "seller"]
    fieldsets = [(None, {"fields": [("email", "name"), ("seller", "role")]})]

    def has_change_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return super().has_change_permission(request, obj) and self.holds(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        if not super().has_delete_permission(request, obj):
            return False
        if obj is None or request.user.is_superuser:
            return True
        return obj.user_id == request.user.pk or manages(request.user.role_at(obj.seller_id), obj.role)

    def holds(self, user: User, member: Membership | None) -> bool:
        """Only owners give other roles."""
        if member is None or user.is_superuser:
            return user.is_superuser or bool(user.sellers_for(Right.MANAGE_TEAM))
        return holds(user.role_at(member.seller_id), Right.MANAGE_TEAM)

    def find(self, members: QuerySet, term: str) -> QuerySet:
        return beginning_with(members, "user__email", term)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Membership | None:
        """Not locked here: whoever changes a team locks its seller first, and the services do."""
        return super(ConsoleAdmin, self).get_object(request, object_id, from_field)

    @admin.display(description=_("e-mail address"))
    def email(self, member: Membership) -> str:
        return member.user.email

    @admin.display(description=_("name"))
    def name(self, member: Membership) -> str:
        return member.user.get_full_name()

    @admin.display(description=_("since"))
    def since(self, member: Membership) -> str:
        return unbroken(date_format(localtime(member.created_at), "j M Y"))

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        services.change_role(obj, obj.role, by=request.user)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        services.remove_member(obj, by=request.user)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for member in queryset.order_by("seller", "pk"):
            services.remove_member(member, by=request.user)


class NewInvitationForm(forms.ModelForm):
    class Meta:
        model = Invitation
        fields = ["seller", "email", "role"]
        widgets = {"email": UnfoldAdminEmailInputWidget()}

    def clean_email(self) -> str:
        email = normal_email(self.cleaned_data["email"])
        check_email(email)
        return email

    def validate_constraints(self) -> None:
        """The service says in words what stands in the way, and takes an old invitation's place."""


@admin.register(Invitation)
class InvitationAdmin(SellerAdmin, ConsoleAdmin):
    form = NewInvitationForm
    admins_may = sellers_may = frozenset({"view", "add", "answer"})
    list_display = ["email", "seller", "role", "state", "sent", "sender"]
    list_filter = [("outcome", ChoicesDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["seller", "invited_by"]
    sortable_by: list[str] = []
    ordering = ["-id"]
    actions = ["send_again", "take_back"]
    search_help_text = _("The beginning of an e-mail address, or a part of the seller’s name")
    readonly_fields = ["state", "sent", "sender", "ended_at"]
    fieldsets = [
        (None, {"fields": [("email", "role"), "seller"]}),
        (_("What became of it"), {"fields": [("state", "sent"), ("sender", "ended_at")]}),
    ]
    add_fieldsets = [(None, {"fields": ["seller", "email", "role"]})]

    def allows(self, request: HttpRequest, deed: str) -> bool:
        """Staff of a seller do not deal with invitations."""
        user = request.user
        if not super().allows(request, deed):
            return False
        return user.sees_all or bool(user.sellers_for(Right.MANAGE_STAFF))

    def has_answer_permission(self, request: HttpRequest) -> bool:
        return self.allows(request, "answer")

    def get_fieldsets(self, request: HttpRequest, obj: Invitation | None = None) -> list[Any]:
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        own = request.user.sellers_for(Right.MANAGE_STAFF)
        return {**({"seller": own[0]} if len(own) == 1 else {}), **super().get_changeform_initial_data(request)}

    def find(self, invitations: QuerySet, term: str) -> QuerySet:
        return beginning_with(invitations, "email", term)

    @admin.display(description=_("status"))
    def state(self, invitation: Invitation) -> str:
        words = dict(Invitation.Outcome.choices) | {"open": _("Open")}
        return label(words[invitation.status], LOOKS[invitation.status])

    @admin.display(description=_("sent"))
    def sent(self, invitation: Invitation) -> str:
        return unbroken(date_format(localtime(invitation.sent_at), "j M Y H:i"))

    @admin.display(description=_("invited by"))
    def sender(self, invitation: Invitation) -> str:
        by = invitation.invited_by
        return (by.get_full_name() or by.email) if by else ""

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        made = services.invite(obj.seller, email=obj.email, role=obj.role, by=request.user)
        vars(obj).update(vars(made))

    @admin.action(description=_("Send the selected again"), permissions=["answer"])
    def send_again(self, request: HttpRequest, rows: QuerySet) -> None:
        sent = [services.send_invitation_again(row, by=request.user) for row in rows.order_by("seller", "pk")]
        self.tell(request, ngettext("%d invitation sent again.", "%d invitations sent again.", len(sent)), len(sent))

    @admin.action(description=_("Take the selected back"), permissions=["answer"])
    @transaction.atomic
    def take_back(self, request: HttpRequest, rows: QuerySet) -> None:
        count = 0
        for row in rows.order_by("seller", "pk"):
            services.revoke_invitation(row, by=request.user)
            count += 1
        self.tell(request, ngettext("%d invitation taken back.", "%d invitations taken back.", count), count)

    def tell(self, request: HttpRequest, sentence: str, count: int) -> None:
        self.message_user(request, sentence % count)
