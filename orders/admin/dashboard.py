"""What is to be packed today, on the console's first page."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from orders.models import TO_PACK, Order

SHOWN = 10


def to_pack(request: HttpRequest) -> dict[str, Any] | None:
    """Paid orders that wait for a parcel, the oldest first."""
    if not (request.user.is_superuser or request.user.is_seller):
        return None
    orders = Order.objects.visible_to(request.user).filter(status__in=TO_PACK).select_related("seller", "purchase")
    rows = [
        [link(order), order.seller.name, order.get_status_display(), order.purchase.shipping_address["city"],
         date_format(order.created_at, "j M H:i")]
        for order in orders.order_by("id")[:SHOWN]
    ]  # fmt: skip
    headers = [_("order"), _("seller"), _("status"), _("goes to"), _("ordered")]
    return {"title": _("To pack"), "table": {"headers": headers, "rows": rows}}


def link(order: Order) -> str:
    address = reverse("admin:orders_order_change", args=[order.pk])
    return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', address, order.number)
