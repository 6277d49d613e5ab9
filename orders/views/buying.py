"""From cart to paid, over HTTP."""

from django.db.models import QuerySet
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_200_OK, HTTP_201_CREATED
from rest_framework.viewsets import GenericViewSet, ViewSet

from accounts.permissions import GuestOrSignedIn
from bookstore.concurrency import etag_of_row, if_match
from bookstore.errors import ChangedMeanwhile, IdempotencyKeyReused, RequestInProgress
from bookstore.idempotency import idempotent
from bookstore.schema import refusing
from bookstore.views import UUIDLookup
from catalog.errors import NotForSale, OutOfStock, PriceChanged
from orders import examples, reads, serializers, services
from orders.errors import CartIsEmpty, CartIsFull, CurrencyNotAccepted
from orders.models import Cart, CartItem, Payment, Purchase
from orders.schema import CART_TOKEN, IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_REQUIRED, IF_MATCH, TOKEN, shown
from orders.shoppers import ForShoppers

OF_KEYS = (RequestInProgress, IdempotencyKeyReused)
OF_CART = (OutOfStock, NotForSale, CartIsFull, CurrencyNotAccepted, ChangedMeanwhile)
OF_CHECKOUT = (CartIsEmpty, OutOfStock, PriceChanged, NotForSale, CurrencyNotAccepted, ChangedMeanwhile)


class CartPages(ForShoppers):
    """Answers with the whole cart."""

    permission_classes = [GuestOrSignedIn]

    def show(self, cart: Cart | None, status: int = HTTP_200_OK) -> Response:
        page = reads.cart_page(cart)
        headers = {"ETag": etag_of_row(page.cart)} if page.cart else {}
        return Response(serializers.CART.to_representation(page), status=status, headers=headers)


class CartViewSet(CartPages, ViewSet):
    @extend_schema(
        operation_id="cart_retrieve",
        summary="The cart, what stands in its way, and its totals",
        description="A guest's first answer brings `X-Cart-Token`; send it back as the same header.",
        parameters=[CART_TOKEN],
        responses=serializers.CartSerializer,
        examples=shown("A cart", examples.CART),
    )
    def list(self, request: Request) -> Response:
        return self.show(Cart.objects.of(self.shopper).first())


class CartItemViewSet(CartPages, UUIDLookup, GenericViewSet):
    serializer_class = serializers.CartSerializer
    queryset = CartItem.objects.select_related("offer__edition__book")

    def get_queryset(self) -> QuerySet[CartItem]:
        return super().get_queryset().filter(cart__in=Cart.objects.of(self.shopper))

    @extend_schema(
        operation_id="cart_items_create",
        summary="Put copies into the cart",
        description="On top of those that are in it already.",
        parameters=[CART_TOKEN, IDEMPOTENCY_KEY, IF_MATCH],
        request=serializers.NewCartItemSerializer,
        responses={201: serializers.CartSerializer, **refusing(*OF_CART, *OF_KEYS)},
        examples=shown("A cart", examples.CART),
    )
    @idempotent()
    def create(self, request: Request) -> Response:
        wanted = serializers.NewCartItemSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        cart = services.add_to_cart(self.shopper, if_match=if_match(request), **wanted.validated_data)
        return self.show(cart, HTTP_201_CREATED)

    @extend_schema(
        operation_id="cart_items_partial_update",
        summary="Set how many copies are wanted",
        description="Also accepts the price as it is now, where it has changed.",
        parameters=[CART_TOKEN, IF_MATCH],
        request=serializers.CartItemQuantitySerializer,
        responses={200: serializers.CartSerializer, **refusing(*OF_CART)},
        examples=shown("A cart", examples.CART),
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        item = self.get_object()
        wanted = serializers.CartItemQuantitySerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        cart = services.change_cart_item(self.shopper, item=item, if_match=if_match(request), **wanted.validated_data)
        return self.show(cart)

    @extend_schema(
        operation_id="cart_items_destroy",
        summary="Take an item out of the cart",
        parameters=[CART_TOKEN, IF_MATCH],
        request=None,
        responses={200: serializers.CartSerializer, **refusing(ChangedMeanwhile)},
        examples=shown("A cart", examples.CART),
    )
    def destroy(self, request: Request, pk: str) -> Response:
        cart = services.remove_from_cart(self.shopper, item=self.get_object(), if_match=if_match(request))
        return self.show(cart)


class CheckoutViewSet(ForShoppers, ViewSet):
    permission_classes = [GuestOrSignedIn]

    @extend_schema(
        operation_id="checkout_create",
        summary="Buy what is in the cart",
        description="Makes one purchase with one order per seller, and holds the copies until `payment.expires_at`.",
        parameters=[CART_TOKEN, IDEMPOTENCY_KEY_REQUIRED, IF_MATCH],
        request=serializers.CheckoutSerializer,
        responses={201: serializers.PurchaseSerializer, **refusing(*OF_CHECKOUT, *OF_KEYS)},
        examples=[*shown("A purchase", examples.PURCHASE), *examples.sent("Checkout", examples.CHECKOUT)],
    )
    @idempotent(required=True)
    def create(self, request: Request) -> Response:
        wanted = serializers.CheckoutSerializer(data=request.data, context={"request": request})
        wanted.is_valid(raise_exception=True)
        purchase = services.check_out(
            self.shopper, language=get_language() or "en", if_match=if_match(request), **wanted.validated_data
        )
        return show_purchase(purchase, HTTP_201_CREATED)

    @extend_schema(
        operation_id="checkout_quote",
        summary="What the cart comes to, and how it can be sent",
        description="Without `shipping_method` the totals are before postage; without an address, with the tax of the "
        "shop's own country.",
        parameters=[CART_TOKEN],
        request=serializers.AskForQuoteSerializer,
        responses={200: serializers.QuoteSerializer, **refusing(CartIsEmpty)},
        examples=shown("A quote", examples.QUOTE),
    )
    @action(detail=False, methods=["post"])
    def quote(self, request: Request) -> Response:
        wanted = serializers.AskForQuoteSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        quote = services.quote(self.shopper, **wanted.validated_data)
        return Response(serializers.QuoteSerializer(quote).data)


def show_purchase(purchase: Purchase, status: int = HTTP_200_OK) -> Response:
    """Without an ETag: nothing is changed by it, and its row stays the same while its orders and its payment move."""
    return Response(serializers.PURCHASE.to_representation(purchase), status=status)


class PurchaseViewSet(ForShoppers, UUIDLookup, RetrieveModelMixin, GenericViewSet):
    """Purchases of the reader who asks; guests open theirs by the token in its mail, or with the cart's."""

    permission_classes = [GuestOrSignedIn]
    serializer_class = serializers.PurchaseSerializer
    queryset = Purchase.objects.all()

    def get_queryset(self) -> QuerySet[Purchase]:
        token = self.request.query_params.get("token")
        purchases = Purchase.objects.opened_by(token) if token else Purchase.objects.of(self.shopper)
        return purchases.for_api()

    @extend_schema(
        operation_id="purchases_retrieve",
        summary="One purchase with its orders and its payment",
        parameters=[TOKEN, CART_TOKEN],
        responses=serializers.PurchaseSerializer,
        examples=shown("A purchase", examples.PURCHASE),
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        return show_purchase(self.get_object())


class PaymentViewSet(ForShoppers, UUIDLookup, GenericViewSet):
    permission_classes = [GuestOrSignedIn]
    serializer_class = serializers.PaymentSerializer
    queryset = Payment.objects.filter(provider="test")

    def get_queryset(self) -> QuerySet[Payment]:
        """The reader's own; with the token of its mail, a guest's."""
        payments, token = super().get_queryset().select_related("purchase"), self.request.query_params.get("token")
        if token:
            return payments.filter(purchase__in=Purchase.objects.opened_by(token))
        return payments.payable_by(self.shopper)

    @extend_schema(
        operation_id="payments_simulate",
        summary="Say what the buyer does on the test provider's page",
        description="Only with the test provider. After `fail` the buyer may try again until `expires_at`. Money that "
        "comes later still buys what is left, and else goes back.",
        parameters=[TOKEN, CART_TOKEN, IDEMPOTENCY_KEY],
        request=serializers.SimulationSerializer,
        responses={200: serializers.PaymentSerializer, **refusing(*OF_KEYS)},
        examples=shown("A payment", examples.PAYMENT),
    )
    @action(detail=True, methods=["post"])
    @idempotent()
    def simulate(self, request: Request, pk: str) -> Response:
        payment = self.get_object()
        wanted = serializers.SimulationSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        payment = services.simulate(payment, **wanted.validated_data)
        return Response(serializers.PAYMENT.to_representation(payment))
