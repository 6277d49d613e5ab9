"""Orders in the console: what sellers pack and ship."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import Seller
from bookstore.admin import ConsoleAdmin, SellerAdmin, unbroken
from bookstore.errors import BookstoreError
from bookstore.forms import LineField
from bookstore.money import Money
from orders import services
from orders.admin import addresses
from orders.admin.tables import EventInline, LineInline, ShipmentInline, order_label
from orders.models import TO_PACK, UNPAID, Order, OrderStatus, PaymentEvent

STEPS = {
    "ship_this": OrderStatus.SHIPPED,
    "pack_this": OrderStatus.PROCESSING,
    "deliver_this": OrderStatus.DELIVERED,
    "cancel_this": OrderStatus.CANCELLED,
}


class ParcelForm(forms.ModelForm):
    """Nothing of an order is edited; this is what its parcel is called."""

    carrier = LineField(label=_("Carrier"), max_length=100, required=False, widget=UnfoldAdminTextInputWidget())
    tracking_number = LineField(
        label=_("Tracking number"), max_length=100, required=False, widget=UnfoldAdminTextInputWidget()
    )

    class Meta:
        model = Order
        fields: list[str] = []


class CancelForm(forms.Form):
    reason = LineField(
        label=_("Reason"), help_text=_("Kept in the order's history."), max_length=500, required=False,
        widget=UnfoldAdminTextInputWidget(),
    )  # fmt: skip


class OrderState(DropdownFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        hidden = () if request.user.sees_all else UNPAID
        return [("to_pack", _("To pack")), *((s.value, s.label) for s in OrderStatus if s not in hidden)]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        if self.value() == "to_pack":
            return rows.filter(status__in=TO_PACK)
        return rows.filter(status=self.value()) if self.value() else rows


@admin.register(Order)
class OrderAdmin(SellerAdmin, ConsoleAdmin):
    form = ParcelForm
    admins_may = sellers_may = frozenset({"view", "change"})
    inlines = [LineInline, ShipmentInline, EventInline]
    list_display = ["number_shown", "state", "seller", "books", "total_shown", "goes_to", "ordered"]
    list_filter = [OrderState, ("seller", AutocompleteSelectFilter)]
    list_select_related = ["seller", "purchase"]
    list_filter_submit = True
    sortable_by: list[str] = []
    search_help_text = _("Number, or the buyer's e-mail address")
    actions = ["pack", "ship", "deliver"]
    actions_submit_line = ["ship_this", "pack_this", "deliver_this"]
    actions_detail = ["cancel_this"]
    readonly_fields = ["number", "seller", "state", "email", "address", "note", "items_shown", "shipping_shown",
                       "total_shown", "paid_back", "created_at"]  # fmt: skip
    fieldsets = [
        (None, {"fields": [("number", "state", "created_at"), ("address", "email", "seller"), "note"]}),
        (_("Money"), {"fields": [("items_shown", "shipping_shown", "total_shown", "paid_back")]}),
        (_("Parcel"), {"fields": [("carrier", "tracking_number")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Sellers see what was paid for; what is waiting for money is none of their business yet."""
        orders = super().get_queryset(request).prefetch_related("lines")
        return orders if request.user.sees_all else orders.filter(paid_at__isnull=False)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Order | None:
        """Not locked here: whoever changes an order locks its purchase first, and the services do."""
        return super(ConsoleAdmin, self).get_object(request, object_id, from_field)

    def find(self, orders: QuerySet, term: str) -> QuerySet:
        if "@" in term:
            return orders.filter(purchase__email__istartswith=term)
        return orders.filter(number__startswith=term.upper())

    def get_fieldsets(self, request: HttpRequest, obj: Order | None = None) -> list[Any]:
        """What can still be shipped has a parcel to be named."""
        can_ship = obj and OrderStatus.SHIPPED in obj.next_statuses
        return [(name, options) for name, options in self.fieldsets if can_ship or name != _("Parcel")]

    def get_inlines(self, request: HttpRequest, obj: Order | None = None) -> list[Any]:
        """There is a parcel once it is on its way; nothing in these tables is ever sent back to be saved."""
        if request.method == "POST":
            return []
        sent = obj and obj.status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED)
        return [inline for inline in self.inlines if sent or inline is not ShipmentInline]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Who sells for one organization need not read its name in every row."""
        is_for_one = not request.user.sees_all and Seller.objects.visible_to(request.user)[:2].count() < 2
        return [column for column in self.list_display if not (is_for_one and column == "seller")]

    # ---- what is done with several orders ----------------------------------------------------------------------

    @admin.action(description=_("Start packing the selected orders"), permissions=["change"])
    def pack(self, request: HttpRequest, orders: QuerySet) -> None:
        self.do(request, orders, services.pack_order)

    @admin.action(description=_("Ship the selected orders"), permissions=["change"])
    def ship(self, request: HttpRequest, orders: QuerySet) -> None:
        self.do(request, orders, services.ship_order)

    @admin.action(description=_("The selected orders have arrived"), permissions=["change"])
    def deliver(self, request: HttpRequest, orders: QuerySet) -> None:
        self.do(request, orders, services.deliver_order)

    def do(self, request: HttpRequest, orders: QuerySet, service: Callable[..., None]) -> None:
        """Each order by itself: one that cannot is named, the others go on."""
        done = 0
        for order in orders.order_by("pk"):
            try:
                service(order, by=request.user)
                done += 1
            except BookstoreError as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
        if done:
            told = ngettext("%d order changed.", "%d orders changed.", done) % done
            self.message_user(request, told, messages.SUCCESS)

    # ---- what is done with one order ---------------------------------------------------------------------------

    @action(description=_("Ship"), permissions=["change"], icon="local_shipping", variant=ActionVariant.PRIMARY)
    def ship_this(self, request: HttpRequest, order: Order) -> None:
        services.ship_order(order, by=request.user, **request.parcel)

    @action(description=_("Start packing"), permissions=["change"], icon="package_2")
    def pack_this(self, request: HttpRequest, order: Order) -> None:
        services.pack_order(order, by=request.user)

    @action(description=_("It has arrived"), permissions=["change"], icon="check")
    def deliver_this(self, request: HttpRequest, order: Order) -> None:
        services.deliver_order(order, by=request.user)

    @action(description=_("Cancel order"), permissions=["change"], url_path="cancel", icon="undo",
            variant=ActionVariant.DANGER)  # fmt: skip
    def cancel_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask first: money that has gone back cannot be fetched again."""
        order = self.get_object(request, object_id)
        if order is None:
            raise Http404
        form = CancelForm(request.POST or None)
        if request.method != "POST" or not form.is_valid():
            context = {**self.admin_site.each_context(request), "opts": self.opts, "order": order, "form": form,
                       "title": order.number, "original": order}  # fmt: skip
            return TemplateResponse(request, "console/cancel_order.html", context)
        try:
            services.cancel_order(order, by=request.user, reason=form.cleaned_data["reason"])
            self.message_user(request, _("Order %s is cancelled.") % order, messages.SUCCESS)
        except BookstoreError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        return HttpResponseRedirect(reverse("admin:orders_order_change", args=[order.pk]))

    def save_model(self, request: HttpRequest, obj: Order, form: Any, change: bool) -> None:
        """The button that was pressed says what is done, possible or not; a refusal is shown on the order's page."""
        request.parcel = {name: form.cleaned_data.get(name, "") for name in ("carrier", "tracking_number")}
        for button in super().get_actions_submit_line(request, obj.pk):
            if button.action_name in request.POST:
                button.method(request, obj)

    def response_change(self, request: HttpRequest, obj: Order) -> HttpResponse:
        obj.refresh_from_db(fields=["status"])
        told = _("Order {order}: {status}.").format(order=obj, status=obj.get_status_display())
        self.message_user(request, told, messages.SUCCESS)
        return self.response_post_save_change(request, obj)

    def get_actions_submit_line(self, request: HttpRequest, object_id: str) -> list[Any]:
        return self.possible(request, object_id, super().get_actions_submit_line(request, object_id))

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        return self.possible(request, object_id, super().get_actions_detail(request, object_id))

    def possible(self, request: HttpRequest, object_id: str, buttons: list[Any]) -> list[Any]:
        """Those for steps that the order can take now."""
        order = self.get_object(request, object_id)
        steps = order.next_statuses if order else set()
        return [button for button in buttons if STEPS[button.method.__name__] in steps]

    # ---- columns and fields ------------------------------------------------------------------------------------

    @admin.display(description=_("number"))
    def number_shown(self, order: Order) -> str:
        return unbroken(order.number)

    @admin.display(description=_("status"))
    def state(self, order: Order) -> str:
        return order_label(order.status)

    @admin.display(description=_("books"))
    def books(self, order: Order) -> str:
        lines = list(order.lines.all())
        more = f" … +{len(lines) - 1}" if len(lines) > 1 else ""
        return f"{lines[0].quantity} × {lines[0].title[:60]}{more}" if lines else ""

    @admin.display(description=_("e-mail address"))
    def email(self, order: Order) -> str:
        return order.purchase.email

    @admin.display(description=_("goes to"))
    def goes_to(self, order: Order) -> str:
        return addresses.in_short(order.purchase.shipping_address)

    @admin.display(description=_("goes to"))
    def address(self, order: Order) -> str:
        return addresses.as_lines(order.purchase.shipping_address)

    @admin.display(description=_("note of the buyer"))
    def note(self, order: Order) -> str:
        return order.purchase.note or "–"

    @admin.display(description=_("books"))
    def items_shown(self, order: Order) -> str:
        return str(Money(order.items_minor - order.discount_minor, order.currency))

    @admin.display(description=_("postage"))
    def shipping_shown(self, order: Order) -> str:
        return str(order.shipping)

    @admin.display(description=_("total"))
    def total_shown(self, order: Order) -> str:
        return unbroken(order.total)

    @admin.display(description=_("paid back"))
    def paid_back(self, order: Order) -> str:
        refunds = order.payment_events.filter(kind=PaymentEvent.Kind.REFUNDED)
        minor = refunds.aggregate(total=Sum("amount_minor"))["total"]
        return str(Money(minor, order.currency)) if minor else "–"

    @admin.display(description=_("ordered"))
    def ordered(self, order: Order) -> str:
        return unbroken(date_format(order.created_at, "DATETIME_FORMAT"))
