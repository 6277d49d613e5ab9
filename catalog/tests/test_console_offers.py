import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from bookstore.testing import at_once
from catalog.models import Listing, Offer
from catalog.services import Wanted, hold_copies
from catalog.tests.factories import make_book, make_edition, make_offer, make_seller

pytestmark = pytest.mark.django_db
LIST, ADD = "/console/catalog/offer/", "/console/catalog/offer/add/"
HISTORY = {"movements-TOTAL_FORMS": 0, "movements-INITIAL_FORMS": 0}  # read-only, and yet a browser sends it


def page(offer):
    return reverse("admin:catalog_offer_change", args=[offer.pk])


@pytest.fixture
def seller():
    return make_seller()


@pytest.fixture
def client(client, seller):
    """A browser signed in by a member of the seller."""
    user = User.objects.create_user("sal@shop.example", is_staff=True)
    Membership.objects.create(seller=seller, user=user)
    client.force_login(user)
    return client


def offered(edition, seller, **fields):
    return {
        "edition": edition.pk,
        "seller": seller.pk,
        "condition": "new",
        "price_minor": "12.90",
        "on_hand": 3,
        **HISTORY,
        **fields,
    }


def errors(response):
    return str(response.context["adminform"].form.errors)


def test_a_seller_offers_an_edition(client, seller):
    edition = make_edition()

    response = client.post(ADD, offered(edition, seller))

    assert response.status_code == 302
    offer = Offer.objects.get()
    assert (str(offer.price), offer.on_hand) == ("12.90 EUR", 3)
    assert Listing.objects.get(book=edition.book_id).price_minor == 1290


@pytest.mark.parametrize(
    ("typed", "minor"), [("12.90", 1290), ("12,90", 1290), ("12.9", 1290), ("12", 1200), (" 0.05 ", 5), ("0", 0)]
)
def test_prices_are_written_as_people_write_them(client, seller, typed, minor):
    client.post(ADD, offered(make_edition(), seller, price_minor=typed))

    assert Offer.objects.get().price_minor == minor


@pytest.mark.parametrize(
    "typed", ["", "-1", "12.905", "1,234", "1.234,50", "1e3", "NaN", "Infinity", "twelve", "9" * 15, "9" * 400, "١٢"]
)
def test_what_is_no_price_is_refused(client, seller, typed):
    response = client.post(ADD, offered(make_edition(), seller, price_minor=typed))

    assert "price_minor" in errors(response)
    assert not Offer.objects.exists()


@pytest.mark.parametrize("copies", ["-1", "1000001", "1.5", "9" * 30])
def test_stock_is_a_number_of_copies(client, seller, copies):
    response = client.post(ADD, offered(make_edition(), seller, on_hand=copies))

    assert "on_hand" in errors(response)
    assert not Offer.objects.exists()


def test_new_copies_are_offered_once(client, seller):
    offer = make_offer(seller=seller)

    response = client.post(ADD, offered(offer.edition, seller))

    assert response.status_code == 200
    assert Offer.objects.count() == 1


def test_a_used_copy_does_not_become_a_second_offer_of_new_ones(client, seller):
    offer = make_offer(seller=seller)
    used = make_offer(offer.edition, seller=seller, condition="good")

    response = client.post(page(used), offered(offer.edition, seller))

    assert response.status_code == 200
    used.refresh_from_db()
    assert used.condition == "good"


def test_a_seller_does_not_offer_in_the_name_of_others(client):
    other = make_seller("Other Shop")

    response = client.post(ADD, offered(make_edition(), other))

    assert "seller" in errors(response)
    assert not Offer.objects.exists()


def test_offers_of_others_do_not_exist(client):
    other = make_offer(seller=make_seller("Other Shop"))

    assert "Other Shop" not in client.get(LIST).content.decode()
    assert client.get(page(other)).status_code == 302
    assert (
        client.post(page(other), {"price_minor": "0.01", "on_hand": 1, "condition": "new", **HISTORY}).status_code
        == 302
    )
    client.post(LIST, {"action": "withdraw", "_selected_action": [other.pk]})
    other.refresh_from_db()
    assert (other.price_minor, other.archived_at) == (1290, None)


def test_sellers_of_others_are_no_choice(client, seller):
    make_seller("Corner Pirates")

    found = client.get(
        "/console/autocomplete/",
        {"app_label": "catalog", "model_name": "offer", "field_name": "seller", "term": "corner"},
    )

    assert [choice["text"] for choice in found.json()["results"]] == [seller.name]


def test_who_sells_for_one_organization_need_not_choose_it(client, seller):
    form = client.get(ADD).context["adminform"].form

    assert form.initial["seller"] == seller.pk


def test_stock_sold_while_the_form_was_open_stays_sold(client, seller):
    offer = make_offer(seller=seller, on_hand=5)
    typed = {"condition": "new", "price_minor": "9.50", "on_hand": 5, **HISTORY}
    seen = {"initial-price_minor": "12.90", "initial-on_hand": 5}
    Offer.objects.update(on_hand=3)

    client.post(page(offer), {**typed, **seen})

    offer.refresh_from_db()
    assert (offer.price_minor, offer.on_hand) == (950, 3)


def test_new_stock_is_not_counted_from_an_old_figure(client, seller):
    offer = make_offer(seller=seller, on_hand=5)
    typed = {"condition": "new", "price_minor": "12.90", "on_hand": 8, **HISTORY}
    Offer.objects.update(on_hand=3)

    response = client.post(page(offer), {**typed, "initial-price_minor": "12.90", "initial-on_hand": 5})

    assert "Meanwhile this has become 3" in errors(response)
    again = {
        **typed,
        "initial-price_minor": "12.90",
        "initial-on_hand": response.context["adminform"].form.data["initial-on_hand"],
    }
    assert client.post(page(offer), again).status_code == 302
    offer.refresh_from_db()
    assert offer.on_hand == 8


@pytest.mark.django_db(transaction=True)
def test_stock_counted_twice_at_once_is_written_once(client, seller):
    offer = make_offer(seller=seller, on_hand=5)
    seen = {"condition": "new", "price_minor": "12.90", "initial-price_minor": "12.90", "initial-on_hand": 5, **HISTORY}
    browsers = [Client() for _ in range(4)]
    for browser in browsers:
        browser.force_login(User.objects.get(email="sal@shop.example"))

    answers = at_once(
        lambda browser: browser.post(page(offer), {**seen, "on_hand": 6 + browsers.index(browser)}).status_code,
        browsers,
    )

    assert sorted(answers) == [200, 200, 200, 302]


def test_an_offer_stays_with_its_edition_and_seller(client, seller):
    offer = make_offer(seller=seller)
    other = make_edition(make_book("Other"))

    client.post(page(offer), {**offered(other, make_seller("Other Shop")), "initial-on_hand": 3})

    offer.refresh_from_db()
    assert (offer.seller, offer.edition_id == other.pk) == (seller, False)


def test_offers_are_withdrawn_and_opened_again(client, seller):
    offer = make_offer(seller=seller)
    listing = Listing.objects.filter(book=offer.edition.book_id)

    client.post(LIST, {"action": "withdraw", "_selected_action": [offer.pk]})
    assert listing.get().get_availability_display() == "Unavailable"
    client.post(LIST, {"action": "reopen", "_selected_action": [offer.pk]})
    assert listing.get().get_availability_display() == "In stock"


def test_an_offer_is_not_opened_beside_another_of_new_copies(client, seller):
    old = make_offer(seller=seller)
    client.post(LIST, {"action": "withdraw", "_selected_action": [old.pk]})
    make_offer(old.edition, seller=seller)
    used = make_offer(old.edition, seller=seller, condition="good", archived_at=old.created_at)

    response = client.post(LIST, {"action": "reopen", "_selected_action": [old.pk, used.pk]}, follow=True)

    told = [str(message) for message in response.context["messages"]]
    assert told[1:] == [f"{old}: You have an open offer of new copies of this edition. Change that one.",
                        "1 offer is open again."]  # fmt: skip
    old.refresh_from_db()
    used.refresh_from_db()
    assert (old.is_withdrawn, used.is_withdrawn) == (True, False)


@pytest.mark.parametrize(
    "term", ["978-0-06-051275-0", "006051275X", "9780060512750", "97800605", "le guin dispo", "Dispossessed"]
)
def test_offers_are_found(client, seller, term):
    make_offer(make_edition(isbn="9780060512750"), seller=seller)
    make_offer(make_edition(make_book("Emma", author="Jane Austen")), seller=seller)

    rows = client.get(LIST, {"q": term}).context["cl"].result_list

    assert [offer.edition.isbn for offer in rows] == ["9780060512750"]


@pytest.mark.parametrize(
    ("state", "found"), [("", 3), ("open", 2), ("last", 1), ("sold_out", 1), ("withdrawn", 1), ("nonsense", 3)]
)
def test_offers_are_filtered_by_stock(client, seller, state, found):
    for copies in (0, 1):
        make_offer(make_edition(make_book(f"Book {copies}")), seller=seller, on_hand=copies)
    withdrawn = make_offer(make_edition(make_book("Gone")), seller=seller)
    client.post(LIST, {"action": "withdraw", "_selected_action": [withdrawn.pk]})

    assert client.get(LIST, {"stock": state}).context["cl"].result_count == found


def as_a_browser(response):
    """What a browser sends back of the history, which it only shows."""
    [history] = [inline.formset for inline in response.context["inline_admin_formsets"]]
    rows = {f"{form.prefix}-id": form.instance.pk for form in history.initial_forms}
    count = len(history.initial_forms)
    return {**rows, "movements-TOTAL_FORMS": count, "movements-INITIAL_FORMS": count}


def test_what_a_seller_counts_is_in_the_history_under_their_name(client, seller):
    client.post(ADD, offered(make_edition(), seller))
    offer = Offer.objects.get()

    client.post(page(offer), {**offered(offer.edition, seller, on_hand=8), "initial-on_hand": 3})

    moved = offer.movements.order_by("id").values_list("quantity", "on_hand", "reason", "by__email")
    assert list(moved) == [(3, 3, "opening", "sal@shop.example"), (5, 8, "count", "sal@shop.example")]
    shown = client.get(page(offer)).content.decode()
    assert all(word in shown for word in ("Counted", "First offered", "sal@shop.example"))


def test_what_shop_staff_count_on_an_editions_page_is_in_the_history_too(client, seller, admin_user):
    offer = make_offer(seller=seller)
    client.force_login(admin_user)
    edition = reverse("admin:catalog_edition_change", args=[offer.edition.pk])
    rows = {"offers-0-id": offer.pk, "offers-0-seller": seller.pk, "offers-0-condition": "new"}
    counts = {f"{name}-{part}_FORMS": 0 for name in ("offers", "source_records") for part in ("TOTAL", "INITIAL")}
    one = {"offers-TOTAL_FORMS": 1, "offers-INITIAL_FORMS": 1, "offers-0-price_minor": "12.90", "offers-0-on_hand": 9}
    typed = {"book": offer.edition.book_id, "format": "paperback", **counts, **one, **rows}

    response = client.post(edition, typed)

    assert response.status_code == 302
    moved = offer.movements.first()
    assert (moved.quantity, moved.reason, moved.by) == (6, "count", admin_user)


def test_the_history_shows_the_latest_and_stands_in_nobodys_way(client, seller):
    offer = make_offer(seller=seller, on_hand=1)
    for copies in range(2, 27):
        Offer.objects.update(on_hand=copies)
    seen = client.get(page(offer))
    Offer.objects.update(on_hand=30)

    typed = {"condition": "new", "price_minor": "9.50", "on_hand": 26, "initial-on_hand": 26, **as_a_browser(seen)}
    response = client.post(page(offer), typed)

    assert (response.status_code, as_a_browser(seen)["movements-TOTAL_FORMS"]) == (302, 20)
    offer.refresh_from_db()
    assert (offer.price_minor, offer.on_hand) == (950, 30)


def test_stock_is_not_counted_below_what_is_held(client, seller):
    offer = make_offer(seller=seller, on_hand=5)
    hold_copies([Wanted(offer.pk, 4, offer.price)])

    response = client.post(page(offer), {**offered(offer.edition, seller, on_hand=3), "initial-on_hand": 5})

    assert "4 copies are held for purchases" in errors(response)
    assert "4 held" in client.get(LIST).content.decode()
    offer.refresh_from_db()
    assert (offer.on_hand, offer.held) == (5, 4)


def test_an_offer_whose_last_copies_are_held_is_sold_out(client, seller):
    offer = make_offer(seller=seller, on_hand=2)
    hold_copies([Wanted(offer.pk, 2, offer.price)])

    assert client.get(LIST, {"stock": "sold_out"}).context["cl"].result_count == 1
    assert "Sold out" in client.get(LIST).content.decode()
    assert str(offer.pk) in client.get("/console/").content.decode()
