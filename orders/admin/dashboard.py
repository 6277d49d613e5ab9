"""What is to be packed today, on the console's first page."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bookstore.admin import link
from orders.admin import addresses
from orders.admin.tables import order_label
from orders.models import TO_PACK, Order

SHOWN = 10


def to_pack(request: HttpRequest) -> dict[str, Any] | None:
    """Paid orders that wait for a parcel, the oldest first."""
    if not (request.user.sees_all or request.user.is_seller):
        return None
    orders = Order.objects.visible_to(request.user).filter(status__in=TO_PACK).select_related("seller", "purchase")
    rows = [
        [link(reverse("admin:orders_order_change", args=[order.pk]), order.number), order_label(order.status),
         order.seller.name, addresses.in_short(order.purchase.shipping_address),
         date_format(order.created_at, "j M H:i")]
        for order in orders.order_by("id")[:SHOWN]
    ]  # fmt: skip
    headers = [_("order"), _("status"), _("seller"), _("goes to"), _("ordered")]
    return {
        "title": _("To pack"),
        "table": {"headers": headers, "rows": rows},
        "none": _("Nothing to pack."),
        "link": f"{reverse('admin:orders_order_changelist')}?status=to_pack",
    }
