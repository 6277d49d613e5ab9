import pytest
from django.test import Client

from accounts.models import Seller
from accounts.tests.factories import make_member, make_user, sign_in
from bookstore.testing import count_queries
from catalog.tests.factories import make_edition, make_offer, make_seller

pytestmark = pytest.mark.django_db
PAGE = "/api/v1/sellers/corner-bookshop/"


@pytest.fixture
def corner():
    return make_seller()


def change(client, **said):
    return client.patch(PAGE, said, content_type="application/json")


def test_everybody_reads_who_sells_and_nothing_of_who_works_there(client, corner):
    Seller.objects.update(description="Used books.", country="DE")
    make_member(corner, "owner", email="sal@example.com")
    make_offer(make_edition(), seller=corner)
    make_offer(make_edition(isbn="9780441478125"), seller=corner)
    make_offer(make_edition(isbn="9780575079038"), seller=make_seller("Attic"))
    corner.offers.filter(edition__isbn="9780441478125").update(archived_at="2026-01-01T00:00Z")

    answer = client.get(PAGE)

    assert answer.json() == {
        "id": str(corner.pk),
        "slug": "corner-bookshop",
        "name": "Corner Bookshop",
        "description": "Used books.",
        "country": "DE",
        "since": corner.created_at.date().isoformat(),
        "offers": {"count": 1, "exact": True},
    }
    assert answer["ETag"]
    assert b"sal@" not in answer.content
    assert client.get(PAGE, headers={"authorization": "Bearer null"}).status_code == 200


@pytest.mark.parametrize("slug", ["nowhere", "ä", "a" * 300, "corner'bookshop", "..."])
def test_an_unknown_seller_is_not_found(client, corner, slug):
    assert client.get(f"/api/v1/sellers/{slug}/").status_code == 404


def test_a_page_takes_two_queries_at_most(client, corner):
    for number in range(3):
        make_offer(make_edition(isbn=None, title=f"Book {number}"), seller=corner)

    assert count_queries(lambda: client.get(PAGE)) <= 2


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 200), ("manager", 200), ("staff", 403), ("reader", 403), ("other", 403), (None, 401)]
)
def test_owners_and_managers_say_what_it_is_about(corner, who, status):
    if who is None:
        client = Client()
    elif who == "reader":
        client = sign_in(None, make_user())
    else:
        client = sign_in(
            None, make_member(make_seller("Attic") if who == "other" else corner, who.replace("other", "owner"))
        )

    answer = change(client, description="About us.\nOpen daily.", country="de")

    corner.refresh_from_db()
    assert answer.status_code == status
    assert (corner.description, corner.country) == (("About us.\nOpen daily.", "DE") if status == 200 else ("", ""))


@pytest.mark.parametrize(
    "said",
    [{"country": "XX"}, {"country": 5}, {"description": None}, {"description": "a" * 5001}, {"description": "\0"}],
)
def test_what_cannot_be_said_is_refused(corner, said):
    assert change(sign_in(None, make_member(corner)), **said).status_code == 400


def test_the_name_is_the_shops_to_change(corner):
    change(sign_in(None, make_member(corner)), name="Amazon", slug="amazon", country="FR")

    corner.refresh_from_db()
    assert (corner.name, corner.slug, corner.country) == ("Corner Bookshop", "corner-bookshop", "FR")


@pytest.mark.django_db(transaction=True)
def test_a_change_is_read_at_once(client, corner):
    member = sign_in(None, make_member(corner))
    before = client.get(PAGE)
    change(member, country="FR")

    after = client.get(PAGE, headers={"if-none-match": before["ETag"]})

    assert (after.status_code, after.json()["country"]) == (200, "FR")
