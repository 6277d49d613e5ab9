"""The console's page of all mails: each with made-up contents, in every language."""

import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bookstore import mails

pytestmark = pytest.mark.django_db
LIST = "/console/bookstore/outboxmessage/mails/"
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.fixture(autouse=True)
def shop_admin(client):
    client.force_login(User.objects.create_superuser("admin@shop.example", "secret-words"))


def test_every_mail_is_listed_and_opens(client):
    page = client.get(LIST).content.decode()

    for name in mails.MAILS:
        assert f"{LIST}{name}/" in page
        shown = client.get(f"{LIST}{name}/")
        assert shown.status_code == 200
        assert [(letter.code, letter.error) for letter in shown.context["letters"]] == [
            (code, "") for code in LANGUAGES
        ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(mails.MAILS))
def test_a_sample_needs_no_row_and_leaves_no_gap(name, language):
    with CaptureQueriesContext(connection) as queries:
        letter = mails.sample(name, language)

    html = letter.alternatives[0].content
    assert len(queries) == 0
    assert letter.subject
    assert f'<html lang="{language}">' in html
    assert re.findall(r"<(?:img|link|script|iframe|object)|url\(|@import|\bsrc=|\bbackground=", html) == []
    assert re.search(r'opacity:0;">\S', html), "there is no preheader"
    for text in (letter.subject, letter.body, html):
        assert "None" not in text
        assert not re.search(r"\{\{|\{%|, ,|: \n|\( ?\)", text)


@pytest.mark.parametrize("name", sorted(mails.MAILS))
def test_a_sample_says_all_that_the_templates_ask_for(name, settings):
    missing = "«missing»"
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "OPTIONS": {**settings.TEMPLATES[0]["OPTIONS"], "string_if_invalid": missing}}
    ]

    letter = mails.sample(name, "en")

    assert missing not in letter.subject + letter.body + letter.alternatives[0].content


def test_the_mail_is_shown_where_it_can_do_nothing(client):
    page = client.get(LIST + "verify_email/").content.decode()

    assert page.count('<iframe sandbox=""') == 2 * len(LANGUAGES)
    assert "402817" in page


def test_a_mail_that_cannot_be_made_says_why(client, monkeypatch):
    monkeypatch.setitem(mails.MAILS, "unwritten", dict)

    assert "There is no sample of a mail named unwritten." in client.get(LIST + "unwritten/").content.decode()
    monkeypatch.setitem(mails.SAMPLES, "unwritten", dict)
    assert "TemplateDoesNotExist: mail/unwritten.subject.txt" in client.get(LIST + "unwritten/").content.decode()


@pytest.mark.parametrize("name", ["no_such_mail", "é", "a" * 500, "..", "%00"])
def test_a_mail_that_is_not_there_has_no_page(client, name):
    assert client.get(f"{LIST}{name}/").status_code in {302, 400, 404}


def test_only_who_may_see_the_outbox_sees_the_mails(client):
    client.force_login(User.objects.create_user("staff@shop.example", is_staff=True))

    assert [client.get(page).status_code for page in (LIST, LIST + "test/")] == [403, 403]
    client.logout()
    assert client.get(LIST).status_code == 302
