"""Mail that nobody needs can be stopped with one click (RFC 8058), and mail that people need cannot."""

import pytest
from django.core import mail, signing
from django.test import Client

from bookstore import mails
from bookstore.mail_addresses import Reason, mark, unsubscribe_link
from bookstore.models import MailCategory, OutboxMessage, SuppressedAddress
from bookstore.outbox import relay, send_mail
from bookstore.testing import at_once

pytestmark = pytest.mark.django_db
TO = "Rosa@example.com"
NOTICES, NEWS = MailCategory.NOTICES, MailCategory.NEWS


@pytest.fixture(autouse=True)
def mails_nobody_needs(monkeypatch, settings):
    """Two mails of the test's own, with the layout that all have."""
    layout = '{{% extends "mail/layout.{}" %}}{{% block content %}}Hm{{% endblock %}}'
    templates = {}
    for name in ("wished", "letter"):
        templates |= {f"mail/{name}.{kind}": layout.format(kind) for kind in ("txt", "html")}
        templates[f"mail/{name}.subject.txt"] = name
    loaders = [
        ("django.template.loaders.locmem.Loader", templates),
        ("django.template.loaders.filesystem.Loader", [settings.BASE_DIR / "templates"]),
    ]
    options = {**settings.TEMPLATES[0]["OPTIONS"], "loaders": loaders}
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "APP_DIRS": False, "OPTIONS": options}]
    for name, category in (("wished", NOTICES), ("letter", NEWS)):
        monkeypatch.setitem(mails.MAILS, name, nothing)
        monkeypatch.setitem(mails.CATEGORIES, name, category)


def nothing():
    return {}


def path_in(letter):
    return letter.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")


def sent(*names):
    """The mails of these names that arrive at TO now."""
    for name in names:
        send_mail(name, to=TO)
    before = len(mail.outbox)
    relay()
    return [letter.subject for letter in mail.outbox[before:]]


def test_a_mail_nobody_needs_says_how_to_stop_it():
    send_mail("wished", to=TO)
    relay()

    [letter] = mail.outbox
    assert letter.message()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert link in letter.body
    assert link in letter.alternatives[0].content


def test_a_mail_people_need_has_no_such_link():
    send_mail("test", to=TO)
    relay()

    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers
    assert "nsubscribe" not in mail.outbox[0].body + mail.outbox[0].alternatives[0].content


def test_one_click_stops_mails_of_that_kind_and_no_others():
    assert sent("wished") == ["wished"]

    click = Client(enforce_csrf_checks=True).post(path_in(mail.outbox[0]), {"List-Unsubscribe": "One-Click"})

    assert click.status_code == 200
    assert sent("wished", "letter", "test") == ["letter", "A test mail from Bookstore"]
    withheld = OutboxMessage.objects.get(status="withheld")
    assert (withheld.name, withheld.last_error[:20]) == ("wished", "unsubscribed, link, ")


def test_a_look_at_the_page_changes_nothing(client):
    path = unsubscribe_link(TO, NOTICES).removeprefix("http://localhost:8000")

    page = client.get(path)

    assert "No more of these mails" in page.content.decode()
    assert "form-action 'self'" in page["Content-Security-Policy"]
    assert client.head(path).status_code == 200
    assert not SuppressedAddress.objects.exists()


def test_a_click_by_mistake_is_taken_back(client):
    path = unsubscribe_link(TO, NOTICES).removeprefix("http://localhost:8000")
    client.post(path)

    page = client.post(path, {"again": "1"}).content.decode()

    assert "subscribed again" in page
    assert sent("wished") == ["wished"]


def test_what_somebody_else_told_is_not_taken_back_by_the_link(client):
    mark(TO, Reason.COMPLAINED, source="postmark")
    mark(TO, Reason.UNSUBSCRIBED, source="postmark")

    client.post(unsubscribe_link(TO, NOTICES).removeprefix("http://localhost:8000"), {"again": "1"})

    assert sent("wished", "letter") == []


@pytest.mark.django_db(transaction=True)
def test_twice_and_at_once_is_once():
    path = unsubscribe_link(TO, NOTICES).removeprefix("http://localhost:8000")

    statuses = at_once(lambda _: Client().post(path).status_code, range(6))

    assert statuses == [200] * 6
    assert SuppressedAddress.objects.count() == 1


@pytest.mark.parametrize(
    "token",
    ["x", "é", "a:b", "a" * 4000, signing.dumps(["a@b.example", "news"]),
     signing.dumps(1, salt="bookstore.unsubscribe"),
     signing.dumps(["a@b.example", "no such kind"], salt="bookstore.unsubscribe")],
    ids=["x", "é", "a:b", "4,000 letters", "for another use", "no list", "no such kind"],
)  # fmt: skip
def test_a_link_that_is_not_ours_marks_nobody(client, token):
    for ask in (client.get, client.post):
        page = ask(f"/mail/unsubscribe/{token}")
        assert (page.status_code, "not whole" in page.content.decode()) == (404, True)

    assert not SuppressedAddress.objects.exists()


def test_other_methods_are_refused(client):
    path = unsubscribe_link(TO, NOTICES).removeprefix("http://localhost:8000")

    assert client.delete(path).status_code == 405
    assert client.put(path).json()["code"] == "method_not_allowed"


def test_a_link_is_for_its_address_in_any_spelling(client):
    client.post(unsubscribe_link("ROSA@EXAMPLE.COM", NOTICES).removeprefix("http://localhost:8000"))

    assert sent("wished") == []
