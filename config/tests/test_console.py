"""The console as a whole: every page of it, for those who may and those who may not."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertTemplateUsed

from accounts.models import EventKind, Invitation, Membership, SecurityEvent, User
from accounts.services import note
from bookstore.admin import ConsoleAdmin, Pages
from bookstore.mail_addresses import Reason, mark
from bookstore.models import OutboxMessage, SuppressedAddress
from bookstore.outbox import send_mail
from bookstore.testing import count_queries
from catalog.models import (
    Book,
    CoverFetch,
    ImportRun,
    LikelyDuplicate,
    ListPrice,
    MissedSearch,
    NameIdentifier,
    Offer,
    ProductFacts,
    Series,
    SeriesEntry,
    Subject,
    SubjectLink,
    WorkChange,
)
from catalog.services import merge_books
from catalog.services.searches import note_missed_search
from catalog.tests.factories import make_book, make_edition, make_offer, make_publisher, make_seller
from orders.models import Order, Payment, Purchase, ShippingMethod, TaxRate
from orders.tests.factories import make_purchase
from reviews.models import Review
from reviews.tests.factories import make_review

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
CATALOGUE = [model for model in MODELS if model._meta.app_label == "catalog"]
# What comes about elsewhere is not added here, and what has happened is not deleted.
HAPPENS = {CoverFetch, LikelyDuplicate, MissedSearch, SecurityEvent, WorkChange}
NOT_ADDED = {*HAPPENS, Membership, Review, Order, Purchase, Payment, OutboxMessage}
NOT_DELETED = NOT_ADDED - {Membership, Review} | {ImportRun, Invitation}
FOR_SHOP_STAFF = {CoverFetch, User, LikelyDuplicate, WorkChange, Review, Purchase, Payment, ShippingMethod, TaxRate}
FOR_SHOP_STAFF |= {OutboxMessage, SecurityEvent, SuppressedAddress}
FOR_SELLERS_TO_WRITE = {Offer, Order, Membership}  # owners of a seller; of the last only their own
NOT_FOR_SUPPORT = {SecurityEvent}


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


@pytest.fixture
def shop_admin():
    return User.objects.create_superuser("admin@shop.example", "secret-words")


@pytest.fixture
def seller():
    return make_seller()


@pytest.fixture
def member(seller):
    user = User.objects.create_user("sal@shop.example", "secret-words", is_staff=True)
    Membership.objects.create(seller=seller, user=user, role=Membership.Role.OWNER)
    return user


def make_rows(number):
    """One row of every model in the console, with all that its list shows."""
    seller = make_seller(f"Seller {number}")
    user = User.objects.create_user(f"reader{number}@shop.example")
    Membership.objects.create(seller=seller, user=user)
    Invitation.objects.create(seller=seller, email=f"invited{number}@example.com", invited_by=user)
    book = make_book(f"Book {number}", author=f"Author {number}")
    top = Subject.objects.create(scheme="thema", code=f"A{number}", label="Top")
    subject = Subject.objects.create(scheme="thema", code=f"F{number}", label=f"Subject {number}", parent=top)
    SubjectLink.objects.create(book=book, subject=subject)
    SeriesEntry.objects.create(book=book, series=Series.objects.create(name=f"Series {number}"))
    edition = make_edition(book, language="en", publisher=make_publisher(f"House {number}"), cover="covers/x.webp")
    ListPrice.objects.create(edition=edition, price_type="02", amount_minor=1290, currency="EUR", is_consumer=True)
    text = {"kind": "description", "type": "03", "html": "<p>Said of it.</p>"}
    ProductFacts.objects.create(edition=edition, reference=f"a/{number}", facts={"texts": [text], "onix": {"x": "y"}})
    who = book.contributions.get().contributor
    NameIdentifier.objects.create(contributor=who, scheme="01", scheme_name="House", value=str(number))
    make_purchase(user, make_offer(edition, seller=seller))
    make_review(book, user)
    merge_books(book, [make_book(f"Book {number}, again", author=None)], user)
    pair = sorted([book, make_book(f"Book {number}: A Novel", author=None)], key=lambda book: book.pk)
    LikelyDuplicate.objects.create(first=pair[0], second=pair[1], reason="same title and author")
    ImportRun.objects.create(format="csv", file_name=f"{number}.csv", seller=seller, counts={"kinds": {"created": 1}})
    CoverFetch.objects.create(edition=edition, url=f"https://pictures.example/{number}.jpg", host="pictures.example")
    note_missed_search(f"no such book {number}")
    send_mail("test", to=user.email)
    mark(user.email, Reason.BOUNCED, source="postmark", detail="550 no such user")
    note(EventKind.LOGIN, user, device_name="Phone")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_shop_admin_opens_every_page(client, shop_admin, model):
    client.force_login(shop_admin)
    make_rows(1)
    row = model.objects.first()

    assert client.get(page(model, "changelist")).status_code == 200
    assert client.get(page(model, "change", row.pk)).status_code == 200
    assert client.get(page(model, "history", row.pk)).status_code == 200
    assert client.get(page(model, "add")).status_code == (403 if model in NOT_ADDED else 200)
    assert client.get(page(model, "delete", row.pk)).status_code == (403 if model in NOT_DELETED else 200)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
@pytest.mark.parametrize("search", ["", "?q=1"])
def test_a_list_of_many_costs_as_many_queries_as_one_of_few(client, shop_admin, model, search):
    client.force_login(shop_admin)
    url = page(model, "changelist") + search
    make_rows(1)
    client.get(url)
    few = count_queries(lambda: client.get(url))

    for number in range(2, 6):
        make_rows(number)

    assert count_queries(lambda: client.get(url)) == few


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_list_counts_a_whole_table(client, shop_admin, model):
    client.force_login(shop_admin)
    make_rows(1)

    with CaptureQueriesContext(connection) as queries:
        client.get(page(model, "changelist") + "?q=book")
        client.get(reverse("admin:index"))

    assert all("LIMIT" in query["sql"] for query in queries if "COUNT(" in query["sql"])
    assert not [query["sql"] for query in queries if "UPPER(" in query["sql"] and model in CATALOGUE]


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: model._meta.label)
@pytest.mark.parametrize("term", ["é", "!!!", "a" * 5000, "' & | ! :*", "😀", "978", "\\"])
def test_no_search_breaks(client, shop_admin, model, term):
    client.force_login(shop_admin)
    make_rows(1)

    assert client.get(page(model, "changelist"), {"q": term}).status_code == 200


def test_pages_reach_the_first_rows_and_the_rest_is_estimated(client, shop_admin, monkeypatch):
    monkeypatch.setattr(Pages, "REACH", 10)
    monkeypatch.setattr(ConsoleAdmin, "list_per_page", 5)
    client.force_login(shop_admin)
    for number in range(12):
        make_book(f"Book {number}", author=None)
    url = page(Book, "changelist")

    first, second = client.get(url), client.get(url, {"p": 2})

    assert "about" in first.content.decode()
    assert [len(answer.context["cl"].result_list) for answer in (first, second)] == [5, 5]
    assert client.get(url, {"p": 3}).status_code == 302


def test_the_first_page_of_the_console(client, shop_admin, member):
    make_rows(1)
    for user in (shop_admin, member):
        client.force_login(user)
        for name in ("index", "password_change"):
            response = client.get(reverse(f"admin:{name}"))

            assert response.status_code == 200
            assert b"<script>" not in response.content


def test_a_page_of_the_search_that_is_no_number_is_not_found(client, shop_admin):
    client.force_login(shop_admin)

    assert client.get("/console/search/?s=admin&page=x").status_code == 404


@pytest.mark.parametrize("path", ["/console/nowhere/", "/console/catalog/none/", "/console/search/?s=admin&page=x"])
def test_what_is_not_there_is_said_inside_the_console(client, shop_admin, path):
    client.force_login(shop_admin)

    response = client.get(path, headers={"accept-language": "de"})

    assert response.status_code == 404
    assertTemplateUsed(response, "console/refusal.html")
    assertContains(response, 'href="/console/"', status_code=404)
    assertContains(response, "Zurück zur Übersicht", status_code=404)
    assertContains(response, reverse("admin:catalog_book_changelist"), status_code=404)  # the menu


def test_what_may_not_be_seen_is_said_inside_the_console(client, member):
    client.force_login(member)

    response = client.get(page(User, "changelist"))

    assertTemplateUsed(response, "console/refusal.html")
    assertContains(response, "You may not do this.", status_code=403)
    assertContains(response, page(Offer, "changelist"), status_code=403)
    assertNotContains(response, page(User, "changelist"), status_code=403)


def test_a_form_that_is_not_of_this_page_is_told_what_to_do():
    response = Client(enforce_csrf_checks=True).post("/console/login/", {"username": "a", "password": "b"})

    assertContains(response, "Load the page again", status_code=403)
    assertContains(response, 'href="/console/"', status_code=403)


def test_a_fault_of_ours_has_a_page_that_needs_no_database(client, shop_admin, monkeypatch):
    client.force_login(shop_admin)
    client.raise_request_exception = False
    monkeypatch.setattr(admin.site, "index_template", "no/such/template.html")

    response = client.get("/console/")

    assertContains(response, "Something went wrong on our side.", status_code=500)
    assertContains(response, response["X-Request-ID"], status_code=500)


def test_a_reader_cannot_enter(client, seller):
    reader = User.objects.create_user("reader@shop.example", "secret-words")
    client.force_login(reader)

    for model in MODELS:
        response = client.get(page(model, "changelist"))
        assert response.status_code == 302
        assert response.url.startswith(reverse("admin:login"))


def test_staff_without_an_organization_see_nothing(client):
    client.force_login(User.objects.create_user("new@shop.example", is_staff=True))
    make_rows(1)

    assert client.get(reverse("admin:index")).status_code == 200
    assert {client.get(page(model, "changelist")).status_code for model in MODELS} == {403}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_an_owner_reads_the_catalogue_and_writes_only_offers_orders_and_the_team(client, member, model):
    client.force_login(member)
    make_rows(1)
    make_purchase(member, make_offer(seller=member.sellers.get()))
    ImportRun.objects.create(format="csv", file_name="own.csv", seller=member.sellers.get())
    Invitation.objects.create(seller=member.sellers.get(), email="nora@shop.example")
    rows = model.objects.visible_to(member) if hasattr(model.objects, "visible_to") else model.objects.all()
    row, may_see = rows.first(), model not in FOR_SHOP_STAFF
    may_write, may_add = model in FOR_SELLERS_TO_WRITE, model in {Offer, ImportRun, Invitation}

    assert client.get(page(model, "changelist")).status_code == (200 if may_see else 403)
    assert client.get(page(model, "change", row.pk)).status_code == (200 if may_see else 403)
    assert client.get(page(model, "add")).status_code == (200 if may_add else 403)
    assert client.get(page(model, "delete", row.pk)).status_code == (200 if model is Membership else 403)
    if not may_write:
        assert client.post(page(model, "change", row.pk), {"title": "x", "name": "x"}).status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
@pytest.mark.parametrize("sells_too", [False, True])
def test_support_sees_what_the_shop_sees_and_changes_nothing(client, member, model, sells_too):
    user = member if sells_too else User.objects.create_user("sue@shop.example")
    User.objects.filter(pk=user.pk).update(is_support=True, is_staff=False)
    client.force_login(User.objects.get(pk=user.pk))
    make_rows(1)
    row, seen = model.objects.first(), 403 if model in NOT_FOR_SUPPORT else 200
    before = model.objects.values().get(pk=row.pk)

    assert client.get(reverse("admin:index")).status_code == 200
    assert client.get(page(model, "changelist")).status_code == seen
    assert client.get(page(model, "change", row.pk)).status_code == seen
    for answer in (client.get(page(model, "add")), client.get(page(model, "delete", row.pk)),
                   client.post(page(model, "change", row.pk), {"title": "x", "name": "x", "role": "owner"}),
                   client.post(page(model, "delete", row.pk), {"post": "yes"})):  # fmt: skip
        assert answer.status_code == 403
    assert model.objects.values().get(pk=row.pk) == before


def test_permissions_granted_by_hand_count_for_nothing(client, member):
    member.user_permissions.set(Permission.objects.all())
    client.force_login(member)
    book = make_book()

    assert client.post(page(type(book), "change", book.pk), {"title": "Mine"}).status_code == 403
