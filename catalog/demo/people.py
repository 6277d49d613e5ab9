"""Who signs in to the demo shop, and who sells there."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Seller, User
from catalog.models import Book

PASSWORD = "bookstore-demo"
DOMAIN = "@example.com"
READER, SELLER, ADMIN = f"reader{DOMAIN}", f"seller{DOMAIN}", f"admin{DOMAIN}"

BOOKSHOP = {
    "slug": "lamplight-books",
    "name": "Lamplight Books",
    "description": "An independent bookshop with creaking stairs. New books, chosen by people who read them; "
    "what is not on the shelf is ordered by noon and here the next morning.",
}
USED_BOOKS = {
    "slug": "second-shelf",
    "name": "Second Shelf",
    "description": "Used and out-of-print books, each described by hand. We mention every stain, and some of the "
    "letters that we find between the pages.",
}
E_BOOKS = {
    "slug": "loose-leaf-digital",
    "name": "Loose Leaf Digital",
    "description": "E-books without fuss: EPUB files that belong to you, on any reader that you like.",
}


class NotADemoShop(Exception):
    """The shop has rows of its own; demo rows among them could not be told apart."""


@dataclass(frozen=True)
class Sellers:
    bookshop: Seller
    used_books: Seller
    e_books: Seller


def make_sure_it_is_a_demo_shop() -> None:
    """Pass when the shop is empty or was filled by the demo; raise NotADemoShop when it is anybody's."""
    strangers = User.objects.exclude(email__endswith=DOMAIN)
    if strangers.exists():
        raise NotADemoShop("The shop has users of its own; the demo is for an empty shop.")
    filled = Book.objects.exists() or Seller.objects.exists() or User.objects.exists()
    if filled and not is_demo_shop():
        raise NotADemoShop("The shop is not empty; the demo is for an empty shop.")


def is_demo_shop() -> bool:
    """Whether the demo's sellers, no others, and its admin are here."""
    slugs = {seller["slug"] for seller in (BOOKSHOP, USED_BOOKS, E_BOOKS)}
    admins = User.objects.filter(email=ADMIN, is_superuser=True)
    return admins.exists() and set(Seller.objects.values_list("slug", flat=True)) == slugs


@transaction.atomic
def make_people() -> Sellers:
    """The demo's users and sellers; those that are there already stay as they are."""
    sellers = Sellers(*(make_seller(fields) for fields in (BOOKSHOP, USED_BOOKS, E_BOOKS)))
    make_user(READER, first_name="Rosa", last_name="Reader")
    seller = make_user(SELLER, first_name="Sal", last_name="Seller", is_staff=True)
    make_user(ADMIN, first_name="Ada", last_name="Admin", is_staff=True, is_superuser=True)
    owner = {"role": Membership.Role.OWNER}
    Membership.objects.get_or_create(seller=sellers.bookshop, user=seller, defaults=owner)
    return sellers


def make_seller(fields: dict[str, str]) -> Seller:
    return Seller.objects.get_or_create(slug=fields["slug"], defaults=fields)[0]


def make_user(email: str, **fields: object) -> User:
    user = User.objects.filter(email=email).first()
    return user or User.objects.create_user(email, PASSWORD, email_verified_at=timezone.now(), **fields)
