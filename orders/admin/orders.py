"""Orders in the console: what sellers pack and ship."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from bookstore.admin import ConsoleAdmin, ConsoleTable, SellerAdmin
from bookstore.errors import BookstoreError
from bookstore.money import Money
from orders import services
from orders.models import UNPAID, Order, OrderEvent, OrderLine, OrderStatus, Shipment

ADDRESS_LINES = (("first_name", "last_name"), ("company",), ("line1",), ("line2",), ("postal_code", "city"),
                 ("region",), ("country",), ("phone",))  # fmt: skip
LABELS = {
    OrderStatus.PENDING_PAYMENT.label: "warning",
    OrderStatus.PAID.label: "info",
    OrderStatus.PROCESSING.label: "info",
    OrderStatus.SHIPPED.label: "success",
    OrderStatus.DELIVERED.label: "success",
    OrderStatus.CANCELLED.label: "danger",
    OrderStatus.EXPIRED.label: "danger",
}


class ParcelForm(forms.ModelForm):
    """Nothing of an order is edited; this is what its parcel is called."""

    carrier = forms.CharField(label=_("carrier"), max_length=100, required=False, widget=UnfoldAdminTextInputWidget())
    tracking_number = forms.CharField(
        label=_("tracking number"), max_length=100, required=False, widget=UnfoldAdminTextInputWidget()
    )

    class Meta:
        model = Order
        fields: list[str] = []


class ToRead(ConsoleTable):
    """Rows that are written elsewhere."""

    admins_may = sellers_may = frozenset({"view"})


class LineInline(ToRead):
    model = OrderLine
    fields = ["title", "isbn", "condition", "quantity", "price_of_one"]
    readonly_fields = ["price_of_one"]
    verbose_name_plural = _("books")

    @admin.display(description=_("price of one"))
    def price_of_one(self, line: OrderLine) -> str:
        return str(line.unit_price)


class ShipmentInline(ToRead):
    model = Shipment
    fields = ["carrier", "tracking_number", "created_at"]
    readonly_fields = ["created_at"]
    verbose_name_plural = _("parcels")


class EventInline(ToRead):
    model = OrderEvent
    fields = ["created_at", "before", "after", "by", "reason"]
    readonly_fields = ["created_at"]
    verbose_name_plural = _("history")


@admin.register(Order)
class OrderAdmin(SellerAdmin, ConsoleAdmin):
    form = ParcelForm
    admins_may = sellers_may = frozenset({"view", "change"})
    inlines = [LineInline, ShipmentInline, EventInline]
    list_display = ["number", "seller", "state", "books", "total_shown", "goes_to", "ordered"]
    list_filter = [("status", ChoicesDropdownFilter), ("seller", AutocompleteSelectFilter)]
    list_select_related = ["seller", "purchase"]
    list_filter_submit = True
    sortable_by: list[str] = []
    search_help_text = _("Number, or the buyer's e-mail address")
    actions = ["pack", "ship", "deliver", "cancel"]
    actions_submit_line = ["ship_this", "pack_this", "deliver_this", "cancel_this"]
    readonly_fields = ["number", "seller", "state", "email", "address", "note", "items_shown", "shipping_shown",
                       "total_shown", "ordered"]  # fmt: skip
    fieldsets = [
        (None, {"fields": [("number", "state"), ("seller", "ordered"), ("email", "address"), "note"]}),
        (_("Money"), {"fields": [("items_shown", "shipping_shown", "total_shown")]}),
        (_("Parcel"), {"fields": [("carrier", "tracking_number")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Sellers see what was paid for; what is waiting for money is none of their business yet."""
        orders = super().get_queryset(request).prefetch_related("lines")
        return orders if request.user.is_superuser else orders.exclude(status__in=UNPAID)

    def find(self, orders: QuerySet, term: str) -> QuerySet:
        if "@" in term:
            return orders.filter(purchase__email__istartswith=term)
        return orders.filter(number__startswith=term.upper())

    def get_fieldsets(self, request: HttpRequest, obj: Order | None = None) -> list[Any]:
        """What can still be shipped has a parcel to be named."""
        fieldsets = super().get_fieldsets(request, obj)
        can_ship = obj and OrderStatus.SHIPPED in obj.next_statuses
        return [fieldset for fieldset in fieldsets if can_ship or fieldset[0] != _("Parcel")]

    # ---- what is done with orders ------------------------------------------------------------------------------

    @admin.action(description=_("Start packing the selected orders"), permissions=["change"])
    def pack(self, request: HttpRequest, orders: QuerySet) -> None:
        self.do(request, orders, services.pack_order)

    @admin.action(description=_("Ship the selected orders"), permissions=["change"])
    def ship(self, request: HttpRequest, orders: QuerySet) -> None:
        self.do(request, orders, services.ship_order)

    @admin.action(description=_("The selected orders have arrived"), permissions=["change"])
    def deliver(self, request: HttpRequest, orders: QuerySet) -> None:
        self.do(request, orders, services.deliver_order)

    @admin.action(description=_("Cancel the selected orders and pay them back"), permissions=["change"])
    def cancel(self, request: HttpRequest, orders: QuerySet) -> None:
        self.do(request, orders, services.cancel_order)

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
            self.message_user(request, ngettext("%d order changed.", "%d orders changed.", done) % done)

    def save_model(self, request: HttpRequest, obj: Order, form: Any, change: bool) -> None:
        """The button that was pressed says what is done; a refusal is shown on the order's page."""
        names = {"carrier", "tracking_number"}
        request.parcel = {name: form.cleaned_data[name] for name in names & form.cleaned_data.keys()}
        for button in self.get_actions_submit_line(request, obj.pk):
            if button.action_name in request.POST:
                button.method(request, obj)

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any) -> list[Any]:
        order = self.get_queryset(request).filter(pk=object_id).first()
        steps = order.next_statuses if order else set()
        buttons = super().get_actions_submit_line(request, object_id)
        return [button for button in buttons if any(button.action_name.endswith(STEP[status]) for status in steps)]

    @action(description=_("Ship"), permissions=["change"])
    def ship_this(self, request: HttpRequest, order: Order) -> None:
        services.ship_order(order, by=request.user, **request.parcel)

    @action(description=_("Start packing"), permissions=["change"])
    def pack_this(self, request: HttpRequest, order: Order) -> None:
        services.pack_order(order, by=request.user)

    @action(description=_("It has arrived"), permissions=["change"])
    def deliver_this(self, request: HttpRequest, order: Order) -> None:
        services.deliver_order(order, by=request.user)

    @action(description=_("Cancel and pay back"), permissions=["change"])
    def cancel_this(self, request: HttpRequest, order: Order) -> None:
        services.cancel_order(order, by=request.user)

    # ---- columns and fields ------------------------------------------------------------------------------------

    @display(description=_("status"), label=LABELS)
    def state(self, order: Order) -> str:
        return order.get_status_display()

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
        address = order.purchase.shipping_address
        return f"{address['last_name']}, {address['city']} ({address['country']})"

    @admin.display(description=_("goes to"))
    def address(self, order: Order) -> str:
        values = order.purchase.shipping_address
        lines = (" ".join(filter(None, (values.get(name) for name in names))) for names in ADDRESS_LINES)
        return format_html_join("", "{}<br>", ((line,) for line in lines if line))

    @admin.display(description=_("note of the buyer"))
    def note(self, order: Order) -> str:
        return order.purchase.note or "–"

    @admin.display(description=_("books"))
    def items_shown(self, order: Order) -> str:
        return str(Money(order.items_minor, order.currency))

    @admin.display(description=_("postage"))
    def shipping_shown(self, order: Order) -> str:
        return str(order.shipping)

    @admin.display(description=_("total"))
    def total_shown(self, order: Order) -> str:
        return str(order.total).replace(" ", "\N{NO-BREAK SPACE}")

    @admin.display(description=_("ordered"))
    def ordered(self, order: Order) -> str:
        return date_format(order.created_at, "j M Y H:i")


STEP = {
    OrderStatus.SHIPPED: "ship_this",
    OrderStatus.PROCESSING: "pack_this",
    OrderStatus.DELIVERED: "deliver_this",
    OrderStatus.CANCELLED: "cancel_this",
    OrderStatus.PAID: "(by the provider)",
    OrderStatus.EXPIRED: "(by the clock)",
}
