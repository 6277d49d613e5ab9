"""The shapes of carts, purchases and orders. An input's validated_data is what its service takes."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.serializers import PostalAddressSerializer, RoughAddressSerializer
from bookstore.fields import CleanedLineField, LineField, WholeNumberField, WordsField
from bookstore.schema import MoneySerializer
from catalog.models import Offer
from catalog.serializers import SellerInOfferSerializer
from catalog.vocabularies import Condition, Format
from orders.models import (
    BOUGHT,
    MOST_COPIES,
    CartItem,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
    Payment,
    Purchase,
    Shipment,
    ShippingMethod,
)
from orders.providers import offered

STATUSES_OF_A_PAYMENT = Payment.Status.choices
STATUSES_OF_A_PURCHASE = ["pending_payment", "paid", "cancelled", "expired"]
STEPS_OF_A_GUEST = [OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED]  # guests have no name to note
PAYMENT_STATUSES = ["unpaid", "paid", "partially_refunded", "refunded"]


class MoneyOf(MoneySerializer):
    """Prints a Money."""

    def to_representation(self, money: Any) -> dict[str, str]:
        return money.as_json()


class TaxLineSerializer(serializers.Serializer):
    rate = serializers.CharField(help_text="Percent: 7.00")
    net = MoneySerializer()
    tax = MoneySerializer()


class TotalsSerializer(serializers.Serializer):
    """Sums with the tax in them; `tax` says how much of `total` it is."""

    items = MoneySerializer()
    discount = MoneySerializer()
    shipping = MoneySerializer()
    tax = MoneySerializer()
    total = MoneySerializer()
    tax_lines = TaxLineSerializer(many=True)

    def to_representation(self, totals: Any) -> dict[str, Any]:
        return totals.as_json()


# ---- the cart --------------------------------------------------------------------------------------------------


class OfferInCartSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    seller = SellerInOfferSerializer()
    condition = serializers.ChoiceField(Condition.choices)
    price = MoneyOf()
    quantity = serializers.IntegerField(source="available", help_text="Copies that can be bought now.")
    book_id = serializers.UUIDField(source="edition.book_id")
    isbn = serializers.CharField(source="edition.isbn", allow_null=True)
    title = serializers.CharField()
    authors = serializers.ListField(child=serializers.CharField(), source="edition.book.author_names")
    format = serializers.ChoiceField(Format.choices, source="edition.format")


class CartItemSerializer(serializers.ModelSerializer):
    offer = OfferInCartSerializer()
    price_seen = MoneyOf(help_text="What one cost when the quantity was set.")
    total = MoneyOf()

    class Meta:
        model = CartItem
        fields = ["id", "offer", "quantity", "price_seen", "total"]


class CartProblemSerializer(serializers.Serializer):
    """Why the cart cannot be bought as it is; each goes away when the item is changed or removed."""

    code = serializers.ChoiceField(["out_of_stock", "price_changed", "not_for_sale"])
    message = serializers.CharField()
    item = serializers.UUIDField()
    facts = serializers.DictField()


@extend_schema_serializer(many=False)
class CartSerializer(serializers.Serializer):
    """What the reader is about to buy; totals are without postage, with the tax of the shop's own country."""

    id = serializers.UUIDField(allow_null=True)
    items = CartItemSerializer(many=True)
    problems = CartProblemSerializer(many=True)
    totals = TotalsSerializer()


class NewCartItemSerializer(serializers.Serializer):
    offer = serializers.PrimaryKeyRelatedField(
        queryset=Offer.objects.select_related("edition").defer("edition__description"), pk_field=serializers.UUIDField()
    )
    quantity = WholeNumberField(min_value=1, max_value=MOST_COPIES)


class CartItemQuantitySerializer(serializers.Serializer):
    quantity = WholeNumberField(min_value=1, max_value=MOST_COPIES)


# ---- checkout --------------------------------------------------------------------------------------------------


class ShippingMethodField(serializers.PrimaryKeyRelatedField):
    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=ShippingMethod.objects.offered(), pk_field=serializers.UUIDField(), **options)


class AskForQuoteSerializer(serializers.Serializer):
    shipping_address = RoughAddressSerializer(required=False, allow_null=True, default=None)
    shipping_method = ShippingMethodField(required=False, allow_null=True, default=None)

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        address = wanted["shipping_address"]
        return {"country": address["country"] if address else "", "shipping_method": wanted["shipping_method"]}


class DeliverySerializer(serializers.Serializer):
    earliest = serializers.DateField()
    latest = serializers.DateField()


class QuotedMethodSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="method.pk")
    name = serializers.CharField(source="method.name")
    price = MoneyOf(help_text="For all parcels: each seller sends one.")
    delivery = DeliverySerializer(source="method.delivery", help_text="If it is sent today.")


class QuoteSerializer(serializers.Serializer):
    shipping_methods = QuotedMethodSerializer(many=True)
    totals = TotalsSerializer()


class CheckoutSerializer(serializers.Serializer):
    shipping_address = PostalAddressSerializer()
    billing_address = PostalAddressSerializer(required=False, allow_null=True, default=None)
    shipping_method = ShippingMethodField(
        required=False, allow_null=True, default=None, help_text="Needed unless all of it is files."
    )
    payment_method = serializers.CharField(max_length=20, help_text="`test` in a shop to try out.")
    email = serializers.EmailField(
        max_length=254, required=False, default="", help_text="Where the order is confirmed; guests must say."
    )
    note = WordsField(max_length=1000, required=False, default="", allow_blank=True)

    def validate_payment_method(self, name: str) -> str:
        if name not in offered():
            raise serializers.ValidationError(_("The shop does not take this."), code="invalid_choice")
        return name

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        user = self.context["request"].user
        wanted["email"] = wanted["email"] or (user.email if user.is_authenticated else "")
        if not wanted["email"]:
            raise serializers.ValidationError({"email": [_("Say where to send the confirmation.")]}, code="required")
        return wanted


# ---- purchases and orders --------------------------------------------------------------------------------------


class OrderLineSerializer(serializers.ModelSerializer):
    book_id = serializers.UUIDField()
    unit_price = MoneyOf()
    total = MoneyOf()

    class Meta:
        model = OrderLine
        fields = ["id", "offer", "edition", "book_id", "title", "isbn", "format", "condition", "quantity",
                  "unit_price", "tax_rate", "total"]  # fmt: skip


class ShipmentSerializer(serializers.ModelSerializer):
    shipped_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Shipment
        fields = ["id", "carrier", "tracking_number", "shipped_at"]


class OrderSerializer(serializers.ModelSerializer):
    purchase = serializers.UUIDField(source="purchase_id")
    seller = SellerInOfferSerializer()
    status = serializers.ChoiceField(OrderStatus.choices)
    payment_status = serializers.SerializerMethodField()
    email = serializers.EmailField(source="purchase.email")
    shipping_address = PostalAddressSerializer(source="purchase.shipping_address")
    note = serializers.CharField(source="purchase.note")
    lines = OrderLineSerializer(many=True)
    shipments = ShipmentSerializer(many=True)
    totals = TotalsSerializer()

    class Meta:
        model = Order
        fields = ["id", "number", "purchase", "seller", "status", "payment_status", "email", "lines", "totals",
                  "shipping_address", "note", "shipments", "created_at", "updated_at"]  # fmt: skip

    @extend_schema_field(serializers.ChoiceField(PAYMENT_STATUSES))
    def get_payment_status(self, order: Any) -> str:
        if order.refunded_minor:
            return "refunded" if order.refunded_minor >= order.total_minor else "partially_refunded"
        return "paid" if order.status in BOUGHT else "unpaid"


class PaymentSerializer(serializers.ModelSerializer):
    amount = MoneyOf()
    expires_at = serializers.DateTimeField(source="purchase.expires_at")
    client_secret = serializers.CharField(allow_blank=True, help_text="What the provider's client library asks for.")
    redirect_url = serializers.SerializerMethodField(help_text="The page to send the buyer to, where there is one.")

    class Meta:
        model = Payment
        fields = ["id", "provider", "status", "amount", "client_secret", "redirect_url", "expires_at"]

    def get_redirect_url(self, payment: Payment) -> str | None:
        return payment.redirect_url or None


class PurchaseSerializer(serializers.ModelSerializer):
    status = serializers.ChoiceField(STATUSES_OF_A_PURCHASE)
    orders = OrderSerializer(many=True)
    total = MoneyOf()
    payment = PaymentSerializer()
    shipping_address = PostalAddressSerializer()
    billing_address = PostalAddressSerializer()
    token = serializers.CharField(help_text="Opens the purchase and its orders to a guest: ?token=…")

    class Meta:
        model = Purchase
        fields = ["id", "number", "status", "email", "orders", "total", "payment", "token", "shipping_address",
                  "billing_address", "note", "created_at"]  # fmt: skip


class SimulationSerializer(serializers.Serializer):
    outcome = serializers.ChoiceField(["succeed", "fail"])


class OrderEventSerializer(serializers.ModelSerializer):
    before = serializers.CharField(help_text="Empty for the first.")
    by = serializers.SerializerMethodField(help_text="Who did it, as far as you may know: buyer, seller or shop.")

    class Meta:
        model = OrderEvent
        fields = ["before", "after", "by", "reason", "created_at"]

    @extend_schema_field(serializers.ChoiceField(["buyer", "seller", "shop"]))
    def get_by(self, event: OrderEvent) -> str:
        is_buyer = event.by_id == event.order.purchase.buyer_id
        if event.by_id is None:
            return "buyer" if is_buyer and event.after in STEPS_OF_A_GUEST else "shop"
        return "buyer" if is_buyer else "seller"


class CancelSerializer(serializers.Serializer):
    reason = WordsField(max_length=500, required=False, default="", allow_blank=True)


class ShipSerializer(serializers.Serializer):
    carrier = LineField(max_length=100, required=False, default="", allow_blank=True)
    tracking_number = CleanedLineField(max_length=100, required=False, default="", allow_blank=True)


# Made once: to build the fields of a serializer costs more than to fill them. What is shown depends on nobody who asks.
CART, PURCHASE, PAYMENT, ORDER = CartSerializer(), PurchaseSerializer(), PaymentSerializer(), OrderSerializer()
