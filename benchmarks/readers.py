"""A shop with readers who buy."""

from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection
from django.db.models import F, Sum
from django.utils import timezone
from uuid6 import uuid7

from accounts.models import Seller, User
from accounts.services import Device, start_session
from catalog.models import Book, Edition, Offer
from catalog.services import refresh_listings
from orders.models import Purchase, ShippingMethod

SELLERS = 4
STOCK = 100_000


@dataclass
class MeasuredShop:
    """What the clients need to know, and what is to be looked at afterwards."""

    tokens: list[str]
    offers: list[str]
    method: str

    def make_offer(self, on_hand: int) -> str:
        return make_offer(on_hand, Seller.objects.first())

    def left(self, offer: str) -> int:
        return Offer.objects.get(pk=offer).on_hand

    def purchases(self) -> int:
        return Purchase.objects.count()

    def deadlocks(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot(), pg_stat_force_next_flush()")
            cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            return int(cursor.fetchone()[0])

    def is_in_order(self) -> bool:
        """Nothing is held for what is paid, and the ledger says what the shelf says."""
        moved = Offer.objects.annotate(moved=Sum("movements__quantity")).exclude(on_hand=F("moved"))
        return not Offer.objects.exclude(held=0).exists() and not moved.exclude(on_hand=0).exists()


def make_shop(*, offers: int, readers: int) -> MeasuredShop:
    call_command("migrate", verbosity=0)
    call_command("load_terms", verbosity=0)
    sellers = [
        Seller.objects.get_or_create(slug=f"seller-{n}", defaults={"name": f"Seller {n}"})[0] for n in range(SELLERS)
    ]
    made = [make_offer(STOCK, sellers[number % SELLERS]) for number in range(offers)]
    users = [make_reader() for _ in range(readers)]
    tokens = [start_session(user, Device(device_name="benchmark")).access for user in users]
    return MeasuredShop(tokens, made, str(ShippingMethod.objects.earliest("price_minor").pk))


def make_reader() -> User:
    return User.objects.create_user(f"{uuid7().hex}@example.com", email_verified_at=timezone.now())


def make_offer(on_hand: int, seller: Seller) -> str:
    book = Book.objects.create(title=f"Book {uuid7().hex}")
    edition = Edition.objects.create(book=book, format="paperback")
    offer = Offer.objects.create(edition=edition, seller=seller, price_minor=1290, on_hand=on_hand)
    refresh_listings([book.pk])
    return str(offer.pk)
