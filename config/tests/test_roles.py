"""Who may do what for a selling organization, over the whole API: one row for each operation."""

import pytest
from django.test import Client

from accounts.models import Invitation, Membership, Seller, User
from accounts.tests.factories import PASSWORD, make_member, make_user, sign_in
from catalog.models import Edition, Offer
from catalog.tests.factories import make_edition, make_offer, make_seller
from orders.models import Order
from orders.tests.factories import make_purchase

pytestmark = pytest.mark.django_db
WHO = ("owner", "manager", "staff", "other", "reader", "support", "admin", "guest")
HARDBACK = "9780441478125"
A_BOOK = {"title": "A Book", "authors": [{"name": "Ann Author"}]}
NEW = {"isbn": HARDBACK, "condition": "good", "price": {"amount": "5.00"}, "quantity": 1}

# Operation: how it is asked for, and the answer to each of WHO. “other” is the owner of another organization.
TABLE = {
    "list offers": ("get", "offers/", None, (200, 200, 200, 200, 403, 403, 403, 401)),
    "see an offer": ("get", "offers/{offer}/", None, (200, 200, 200, 404, 403, 403, 403, 401)),
    "add an offer": ("post", "offers/", {**NEW, "seller": "corner"}, (201, 201, 201, 400, 403, 403, 403, 401)),
    "change an offer": ("patch", "offers/{offer}/", {"quantity": 2}, (200, 200, 200, 404, 403, 403, 403, 401)),
    "withdraw an offer": ("delete", "offers/{offer}/", None, (204, 204, 204, 404, 403, 403, 403, 401)),
    "see old prices": ("get", "offers/{offer}/prices/", None, (200, 200, 200, 404, 403, 403, 403, 401)),
    "add a book": ("post", "books/", A_BOOK, (201, 201, 201, 201, 403, 403, 201, 401)),
    "change a book": ("patch", "books/{book}/", {"title": "Another"}, (200, 200, 200, 403, 403, 403, 200, 401)),
    "change an edition": ("patch", "editions/{edition}/", {"pages": 5}, (200, 200, 200, 403, 403, 403, 200, 401)),
    "archive a book": ("delete", "books/{book}/", None, (204, 204, 204, 403, 403, 403, 204, 401)),
    "see an order": ("get", "orders/{order}/", None, (200, 200, 200, 404, 404, 404, 404, 404)),
    "ship an order": ("post", "orders/{order}/ship/", {}, (200, 200, 200, 404, 404, 404, 404, 401)),
    "cancel an order": ("post", "orders/{order}/cancel/", {}, (200, 200, 200, 404, 404, 404, 404, 404)),
    "read the page": ("get", "sellers/corner/", None, (200,) * 8),
    "write the page": ("patch", "sellers/corner/", {"country": "DE"}, (200, 200, 403, 403, 403, 403, 200, 401)),
    "see the team": ("get", "sellers/corner/members/", None, (200, 200, 200, 404, 404, 404, 200, 401)),
    "give a role": (
        "patch", "sellers/corner/members/{staff}/", {"role": "manager"}, (200, 403, 403, 404, 404, 404, 200, 401),
    ),
    "remove a manager": ("delete", "sellers/corner/members/{second}/", None, (204, 403, 403, 404, 404, 404, 204, 401)),
    "remove staff": ("delete", "sellers/corner/members/{helper}/", None, (204, 204, 403, 404, 404, 404, 204, 401)),
    "see invitations": ("get", "sellers/corner/invitations/", None, (200, 200, 403, 404, 404, 404, 200, 401)),
    "invite staff": (
        "post", "sellers/corner/invitations/", {"email": "new@example.com", "role": "staff"},
        (201, 201, 403, 404, 404, 404, 201, 401),
    ),
    "invite an owner": (
        "post", "sellers/corner/invitations/", {"email": "new@example.com", "role": "owner"},
        (201, 403, 403, 404, 404, 404, 201, 401),
    ),
    "send an invitation again": (
        "post", "sellers/corner/invitations/{invitation}/resend/", {}, (200, 200, 403, 404, 404, 404, 200, 401),
    ),
    "take an invitation back": (
        "delete", "sellers/corner/invitations/{invitation}/", None, (204, 204, 403, 404, 404, 404, 204, 401),
    ),
    "hand over": (
        "post", "sellers/corner/transfer/", {"member": "{helper}", "password": PASSWORD},
        (200, 403, 403, 404, 404, 404, 403, 401),
    ),
}  # fmt: skip


@pytest.fixture
def things():
    """What the operations are about, by the names in their addresses."""
    corner = Seller.objects.create(name="Corner", slug="corner")
    members = [make_member(corner, role, email=f"{role}@example.com") for role in ("owner", "manager", "staff")]
    second = make_member(corner, "manager", email="second@example.com")
    helper = make_member(corner, "staff", email="helper@example.com")
    make_edition(isbn=HARDBACK)
    edition = make_edition(title="Own Book")
    Edition.objects.filter(pk=edition.pk).update(created_by=corner)
    make_purchase(make_user("buyer@example.com"), make_offer(edition, seller=corner))
    places = {user.pk: str(Membership.objects.get(user=user).pk) for user in (*members, second, helper)}
    return {
        "offer": Offer.objects.get().pk,
        "book": edition.book_id,
        "edition": edition.isbn or edition.pk,
        "order": Order.objects.get().pk,
        "staff": places[members[2].pk],
        "second": places[second.pk],
        "helper": places[helper.pk],
        "invitation": Invitation.objects.create(seller=corner, email="nora@example.com").pk,
    }


def client_of(who):
    if who == "guest":
        return Client()
    users = {
        "other": lambda: make_member(make_seller("Attic"), "owner", email="other@example.com"),
        "reader": make_user,
        "support": lambda: make_user("support@example.com", is_support=True),
        "admin": lambda: User.objects.create_superuser("admin@example.com", PASSWORD),
    }
    return sign_in(None, users[who]() if who in users else User.objects.get(email=f"{who}@example.com"))


@pytest.mark.parametrize("operation", TABLE)
@pytest.mark.parametrize("who", WHO)
def test_who_may_do_what(things, who, operation):
    method, path, body, answers = TABLE[operation]
    sent = body and {name: value.format(**things) if isinstance(value, str) else value for name, value in body.items()}

    answer = getattr(client_of(who), method)(
        f"/api/v1/{path.format(**things)}", sent, **({"content_type": "application/json"} if method != "get" else {})
    )

    assert answer.status_code == dict(zip(WHO, answers, strict=True))[who], answer.content[:300]
