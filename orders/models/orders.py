"""What one seller packs, and its life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller, User
from accounts.rights import Right
from bookstore.models import TimestampedModel, UUIDModel
from bookstore.money import Money
from catalog.models import Edition, Offer
from catalog.vocabularies import Condition, Format
from orders.errors import IllegalTransition
from orders.models.payments import PaymentEvent
from orders.models.purchases import Purchase
from orders.totals import TaxLine, Totals

if TYPE_CHECKING:
    from uuid import UUID


class OrderStatus(models.TextChoices):
    PENDING_PAYMENT = "pending_payment", _("Waiting for payment")
    PAID = "paid", _("Paid")
    PROCESSING = "processing", _("Being packed")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Not paid in time")


NEXT_STATUSES = {
    OrderStatus.PENDING_PAYMENT: {OrderStatus.PAID, OrderStatus.CANCELLED, OrderStatus.EXPIRED},
    OrderStatus.PAID: {OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.CANCELLED},
    OrderStatus.PROCESSING: {OrderStatus.SHIPPED, OrderStatus.CANCELLED},
    OrderStatus.SHIPPED: {OrderStatus.DELIVERED},
    OrderStatus.DELIVERED: set(),
    OrderStatus.CANCELLED: set(),
    OrderStatus.EXPIRED: {OrderStatus.PAID},  # the money came late, and the copies were still there
}
BOUGHT = (OrderStatus.PAID, OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.DELIVERED)
UNPAID = (OrderStatus.PENDING_PAYMENT, OrderStatus.EXPIRED)
TO_PACK = (OrderStatus.PAID, OrderStatus.PROCESSING)
BUYER_CANCELS = (OrderStatus.PENDING_PAYMENT, OrderStatus.PAID)


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: User) -> OrderQuerySet:
        """All orders for shop staff, else those that the user's organizations are to pack."""
        return self if user.sees_all else self.filter(seller__in=Seller.objects.visible_to(user))

    def to_pack_by(self, user: User, slug: str) -> OrderQuerySet:
        """Those of that organization, if the user is a member of it, once they are paid."""
        # By the organization's id, which lets an index give them in order; a join would read and sort them all.
        return self.filter(seller__in=user.sellers_for(Right.ORDERS, slug), paid_at__isnull=False)

    def open_to(self, user: User) -> OrderQuerySet:
        """Those that the user has bought, and those that the user's organizations are to pack."""
        to_pack = Q(seller__in=user.sellers_for(Right.ORDERS), paid_at__isnull=False)
        return self.filter(Q(purchase__buyer=user) | to_pack)

    def lock(self) -> OrderQuerySet:
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))

    def for_api(self) -> OrderQuerySet:
        """Exactly what OrderSerializer prints: a constant number of queries, however many orders."""
        return (
            self.select_related("seller", "purchase")
            .prefetch_related(Prefetch("lines", OrderLine.objects.for_api()), "shipments")
            .annotate(refunded_minor=refunded())
            .order_by("-id")
        )


def refunded() -> Any:
    """What was paid back for an order, in minor units."""
    refunds = PaymentEvent.objects.filter(order=OuterRef("pk"), kind=PaymentEvent.Kind.REFUNDED)
    total = refunds.order_by().values("order").annotate(total=Sum("amount_minor")).values("total")
    return Coalesce(Subquery(total), 0)


class Order(TimestampedModel):
    """One seller's promise of books to one buyer."""

    purchase = models.ForeignKey(Purchase, models.PROTECT, related_name="orders", verbose_name=_("purchase"))
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="orders", verbose_name=_("seller"))
    number = models.CharField(_("number"), max_length=24, unique=True, editable=False)
    status = models.CharField(
        _("status"), max_length=20, choices=OrderStatus, default=OrderStatus.PENDING_PAYMENT, editable=False
    )
    currency = models.CharField(_("currency"), max_length=3)
    items_minor = models.PositiveBigIntegerField(_("books in minor units"))
    discount_minor = models.PositiveBigIntegerField(_("discount in minor units"), default=0)
    shipping_minor = models.PositiveBigIntegerField(_("postage in minor units"))
    total_minor = models.PositiveBigIntegerField(_("total in minor units"))
    tax_lines = models.JSONField(_("tax"), default=list)
    paid_at = models.DateTimeField(_("paid"), null=True, editable=False)
    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["purchase", "seller"], name="one_order_per_purchase_and_seller"),
            models.CheckConstraint(condition=Q(status__in=OrderStatus.values), name="order_status_is_known"),
            models.CheckConstraint(
                condition=Q(total_minor=F("items_minor") - F("discount_minor") + F("shipping_minor")),
                name="order_total_is_its_parts",
            ),
        ]
        indexes = [
            models.Index(fields=["seller", "-id"], name="order_by_seller"),
            models.Index(fields=["seller", "status", "-id"], name="order_by_seller_and_status"),
            models.Index(fields=["purchase"], condition=Q(status="pending_payment"), name="order_waiting_for_payment"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def shipping(self) -> Money:
        return Money(self.shipping_minor, self.currency)

    @property
    def next_statuses(self) -> set[OrderStatus]:
        return NEXT_STATUSES[OrderStatus(self.status)]

    @property
    def totals(self) -> Totals:
        lines = tuple(TaxLine.of(line) for line in self.tax_lines)
        return Totals(self.currency, self.items_minor, self.discount_minor, self.shipping_minor, lines)

    def quantities(self) -> dict[UUID, int]:
        """How many copies of which offer it is about."""
        return {line.offer_id: line.quantity for line in self.lines.all()}

    def move_to(self, status: OrderStatus, *, by: User | None = None, reason: str = "") -> None:
        """Take one step along NEXT_STATUSES and note it; the caller holds the lock. Raises IllegalTransition."""
        if status not in self.next_statuses:
            raise IllegalTransition(order=self.number, status=self.status, wanted=status.value)
        before, self.status = self.status, status
        if status == OrderStatus.PAID:
            self.paid_at = timezone.now()
        self.save(update_fields=["status", "paid_at", "updated_at"])
        OrderEvent.objects.create(order=self, before=before, after=status, by=by, reason=reason)


class OrderLineQuerySet(models.QuerySet["OrderLine"]):
    def for_api(self) -> OrderLineQuerySet:
        """With the book that each is an edition of, and no more of either than their ids."""
        return self.annotate(book_id=F("edition__book"))

    def bought_by(self, user: Any) -> OrderLineQuerySet:
        """Lines of that buyer's orders that are paid and not cancelled; takes a user, or an OuterRef to one."""
        return self.filter(order__purchase__buyer=user, order__status__in=BOUGHT)


def bought(user: str, book: str) -> Exists:
    """Whether the user has bought an edition of the book; both are names of columns around it."""
    return Exists(OrderLine.objects.bought_by(OuterRef(user)).filter(edition__book=OuterRef(book)))


class OrderLine(UUIDModel):
    """Copies of one offer as they were bought: what the offer says later changes nothing here."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", verbose_name=_("order"))
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="order_lines", verbose_name=_("offer"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="order_lines", verbose_name=_("edition"))
    title = models.CharField(_("title"), max_length=2000)
    isbn = models.CharField(_("ISBN"), max_length=13, blank=True)
    format = models.CharField(_("format"), max_length=20, choices=Format)
    condition = models.CharField(_("condition"), max_length=10, choices=Condition)
    quantity = models.PositiveSmallIntegerField(_("copies"))
    currency = models.CharField(_("currency"), max_length=3)
    unit_price_minor = models.PositiveBigIntegerField(_("price of one in minor units"))
    tax_rate = models.DecimalField(_("tax in percent"), max_digits=5, decimal_places=2)
    objects = OrderLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "offer"], name="one_line_per_order_and_offer"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_has_copies"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def unit_price(self) -> Money:
        return Money(self.unit_price_minor, self.currency)

    @property
    def total(self) -> Money:
        return Money(self.unit_price_minor * self.quantity, self.currency)


class OrderEvent(models.Model):
    """One step in an order's life: from where to where, when, by whom and why."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="events", verbose_name=_("order"))
    before = models.CharField(_("from"), max_length=20, blank=True)
    after = models.CharField(_("to"), max_length=20, choices=OrderStatus)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.order}: {self.after}"


class Shipment(TimestampedModel):
    """A parcel on its way."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="shipments", verbose_name=_("order"))
    carrier = models.CharField(_("carrier"), max_length=100, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}".strip() or str(self.order)
