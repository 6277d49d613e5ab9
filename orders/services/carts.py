"""What readers do with their carts."""

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from bookstore.concurrency import make_sure_it_is
from bookstore.errors import FieldError, NotFound
from catalog.errors import NotForSale, OutOfStock
from catalog.models import Offer
from orders.errors import CartIsFull, CurrencyNotAccepted
from orders.models import MOST_COPIES, MOST_ITEMS, Cart, CartItem, Shopper, guest_key


@transaction.atomic
def add_to_cart(shopper: Shopper, *, offer: Offer, quantity: int, if_match: str | None = None) -> Cart:
    """Put copies into the cart, on top of those that are in it. Raises OutOfStock, NotForSale, CartIsFull."""
    cart = opened(shopper, if_match)
    items = {item.offer_id: item for item in cart.items.all()}
    if offer.pk not in items and len(items) >= MOST_ITEMS:
        raise CartIsFull(limit=MOST_ITEMS)
    item = items.get(offer.pk) or CartItem(cart=cart, quantity=0)
    item.offer = offer
    return keep(item, item.quantity + quantity)


@transaction.atomic
def change_cart_item(shopper: Shopper, *, item: CartItem, quantity: int, if_match: str | None = None) -> Cart:
    """Set how many copies of it are wanted; whoever does so has seen the price as it is now."""
    cart = opened(shopper, if_match)
    return keep(still_in(cart, item), quantity)


@transaction.atomic
def remove_from_cart(shopper: Shopper, *, item: CartItem, if_match: str | None = None) -> Cart:
    cart = opened(shopper, if_match)
    still_in(cart, item).delete()
    return touch(cart)


@transaction.atomic
def adopt_guest_cart(user: User, token: str) -> None:
    """Move what a guest had in the cart into the user's, as many copies of each as both had together."""
    guest = guest_key(token)
    if guest is None or not Cart.objects.filter(guest_key=guest).exists():
        return
    Cart.objects.get_or_create(user=user)
    carts = {cart.user_id: cart for cart in Cart.objects.filter(Q(user=user) | Q(guest_key=guest)).lock()}
    theirs, mine = carts.get(None), carts[user.pk]
    if theirs is None:
        return  # another request was first
    known = {item.offer_id: item for item in mine.items.all()}
    for item in theirs.items.order_by("pk"):
        merge(item, mine, known.get(item.offer_id), room=len(known) < MOST_ITEMS)
        known.setdefault(item.offer_id, item)
    theirs.delete()
    touch(mine)


def merge(item: CartItem, cart: Cart, there: CartItem | None, *, room: bool) -> None:
    if there is not None:
        there.quantity = min(there.quantity + item.quantity, MOST_COPIES)
        there.save(update_fields=["quantity", "updated_at"])
    elif room:
        item.cart = cart
        item.save(update_fields=["cart", "updated_at"])


def opened(shopper: Shopper, if_match: str | None) -> Cart:
    """The shopper's cart, made where there is none, locked until the end of the transaction."""
    cart = Cart.objects.of(shopper).lock().first()
    make_sure_it_is(cart, if_match)
    if cart is None:
        Cart.objects.get_or_create(**({"user": shopper.user} if shopper.user else {"guest_key": shopper.guest}))
        cart = Cart.objects.of(shopper).lock().get()
    return cart


def still_in(cart: Cart, item: CartItem) -> CartItem:
    found = cart.items.select_related("offer__edition").filter(pk=item.pk).first()
    if found is None:
        raise NotFound
    return found


def keep(item: CartItem, quantity: int) -> Cart:
    """Keep so many copies at today's price, if the shelf has them."""
    offer = item.offer
    left = min(offer.available, MOST_COPIES)
    if offer.currency != settings.SHOP_CURRENCY:
        raise CurrencyNotAccepted(title=offer.title, currency=offer.currency, accepted=settings.SHOP_CURRENCY)
    if not offer.is_for_sale:
        raise NotForSale(title=offer.title)
    if quantity > left:
        error = FieldError("max_value", _("Only {left} left.").format(left=left), "quantity")
        raise OutOfStock(errors=[error], title=offer.title, available=left, wanted=quantity)
    item.quantity, item.price_minor, item.currency = quantity, offer.price_minor, offer.currency
    item.save()
    return touch(item.cart)


def touch(cart: Cart) -> Cart:
    """Its ETag changes."""
    cart.save(update_fields=["updated_at"])
    return cart
