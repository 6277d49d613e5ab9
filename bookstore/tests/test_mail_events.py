"""What mail services report: who bounces or complains gets no more of what nobody needs."""

import base64
import json

import pytest
from django.core import mail

from accounts.models import User
from bookstore import mails
from bookstore.mail_addresses import Reason, mark
from bookstore.mail_events import SERVICES, webhook_of
from bookstore.models import MailCategory, OutboxMessage, SuppressedAddress
from bookstore.outbox import relay, repeat, send_mail
from bookstore.testing import at_once

pytestmark = pytest.mark.django_db
POSTMARK = "/api/v1/webhooks/mail/postmark/"
TO = "rosa@example.com"
KNOWN = "us:secret-words"


@pytest.fixture(autouse=True)
def known_secret(settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": KNOWN}


def tell(client, event, path=POSTMARK, secret=KNOWN, **headers):
    proof = "Basic " + base64.b64encode(secret.encode()).decode()
    body = event if isinstance(event, str | bytes) else json.dumps(event)
    return client.post(path, body, content_type="application/json", headers={"authorization": proof, **headers})


def bounce(**facts):
    """A hard bounce as Postmark tells it; without a time it is now."""
    return {"RecordType": "Bounce", "Type": "HardBounce", "ID": 42, "Email": TO, "MessageID": "883953f4",
            "Details": "550 no such user", **facts}  # fmt: skip


def marks():
    return list(SuppressedAddress.objects.order_by("id").values_list("address", "reason", "source"))


# ---- what is told ----------------------------------------------------------------------------------------------


def test_a_hard_bounce_marks_the_address_and_the_mail(client):
    message = send_mail("test", to=TO)
    relay()

    answer = tell(client, bounce(Metadata={"outbox": str(message.id)}))

    assert (answer.status_code, answer.content) == (200, b"")
    assert marks() == [(TO, "bounced", "postmark")]
    message.refresh_from_db()
    assert (message.status, "550 no such user" in message.last_error) == ("failed", True)


def test_a_mail_that_people_need_to_a_bounced_address_is_given_up_with_the_reason():
    mark(TO, Reason.BOUNCED, source="postmark", detail="550 no such user")
    message = send_mail("test", to="ROSA@Example.com")

    assert relay() == {"given_up": 1}

    message.refresh_from_db()
    assert (message.status, message.attempts) == ("failed", 1)
    assert "does not exist, postmark" in message.last_error
    assert "550 no such user" in message.last_error
    SuppressedAddress.objects.all().delete()
    repeat(OutboxMessage.objects.all())
    assert relay() == {"sent": 1}


@pytest.mark.parametrize(("reason", "arrives"), [("bounced", False), ("complained", True), ("unsubscribed", True)])
def test_what_people_need_goes_to_every_address_that_exists(reason, arrives):
    mark(TO, Reason(reason), source="postmark")
    send_mail("test", to=TO)

    relay()

    assert bool(mail.outbox) == arrives


@pytest.mark.parametrize("reason", Reason.values)
def test_what_nobody_needs_goes_to_no_marked_address(monkeypatch, reason):
    monkeypatch.setitem(mails.CATEGORIES, "test", MailCategory.NEWS)
    mark(TO, Reason(reason), source="postmark")
    message = send_mail("test", to=TO)

    assert relay() == {"withheld": 1}

    message.refresh_from_db()
    assert (message.status, mail.outbox) == ("withheld", [])


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"RecordType": "SpamComplaint", "Email": TO, "Type": "SpamComplaint"}, [(TO, "complained", "postmark")]),
        (bounce(Type="Unsubscribe"), [(TO, "unsubscribed", "postmark")]),
        (bounce(Type="BadEmailAddress"), [(TO, "bounced", "postmark")]),
        (bounce(Type="SoftBounce"), []),
        (bounce(Type="Transient"), []),
        (bounce(Type="Blocked"), []),
        (bounce(Email="ROSA@EXAMPLE.COM"), [(TO, "bounced", "postmark")]),
        ({"RecordType": "Delivery", "Recipient": TO, "MessageID": "1"}, []),
        ({"RecordType": "SomethingNew", "Email": TO}, []),
    ],
)
def test_each_event_marks_what_it_means(client, event, expected):
    assert tell(client, event).status_code == 200
    assert marks() == expected


@pytest.mark.parametrize(
    ("service", "event", "expected"),
    [
        ("brevo", {"event": "hard_bounce", "email": TO, "ts_event": 1}, ["bounced"]),
        ("brevo", {"event": "soft_bounce", "email": TO, "ts_event": 1}, []),
        ("mailjet", [{"event": "bounce", "email": TO, "time": 1, "hard_bounce": True, "error": "user unknown"},
                     {"event": "spam", "email": TO, "time": 2}], ["bounced", "complained"]),
        ("mailjet", [{"event": "bounce", "email": TO, "time": 1, "hard_bounce": False, "error": "quota exceeded"}], []),
        ("sparkpost", [{"msys": {"message_event": {"type": "bounce", "bounce_class": "22", "rcpt_to": TO,
                                                   "timestamp": "1"}}}], []),
    ],
)  # fmt: skip
def test_services_tell_it_each_in_its_own_words(client, service, event, expected):
    assert tell(client, event, f"/api/v1/webhooks/mail/{service}/").status_code == 200
    assert [reason for _address, reason, _source in marks()] == expected


def test_a_mail_is_found_by_its_message_id_where_nothing_came_along(client):
    message = send_mail("test", to=TO)
    relay()

    tell(client, bounce(MessageID=message.message_id))

    message.refresh_from_db()
    assert message.status == "failed"


def test_an_event_of_before_the_mail_was_sent_again_leaves_it_alone(client):
    message = send_mail("test", to=TO)
    relay()
    metadata = {"outbox": str(message.id)}

    tell(client, bounce(Metadata=metadata, BouncedAt="2020-11-05T16:33:54Z"))

    message.refresh_from_db()
    assert message.status == "sent"
    tell(client, bounce(Metadata=metadata, BouncedAt="2099-11-05T16:33:54Z"))
    message.refresh_from_db()
    assert message.status == "failed"


def test_an_event_about_another_address_leaves_the_mail_alone(client):
    message = send_mail("test", to=TO)
    relay()

    tell(client, bounce(Email="other@example.com", Metadata={"outbox": str(message.id)}))

    message.refresh_from_db()
    assert message.status == "sent"


# ---- told wrongly ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["us:guessed", "", "us", "é:ü"])
def test_a_forged_event_marks_nobody(client, secret):
    answer = tell(client, bounce(), secret=secret)

    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert client.post(POSTMARK, bounce(), content_type="application/json").status_code == 403
    assert marks() == []


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_without_a_secret_there_is_no_such_address(client, settings, service):
    settings.ANYMAIL = {}

    for ask in (client.get, client.post, client.head):
        assert ask(f"/api/v1/webhooks/mail/{service}/").status_code == 404


@pytest.mark.parametrize("service", ["nobody", "test", "base", "postmark.x", "é", "sendinblue", "inbound"])
def test_an_unknown_service_has_no_address(client, service):
    assert tell(client, bounce(), f"/api/v1/webhooks/mail/{service}/").status_code == 404


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_service_has_a_webhook_or_needs_a_key_of_its_own(settings, service):
    keys = ("MAILGUN_WEBHOOK_SIGNING_KEY", "MANDRILL_WEBHOOK_KEY", "MANDRILL_API_KEY", "MAILERSEND_SIGNING_SECRET",
            "UNISENDER_GO_API_KEY", "POSTAL_WEBHOOK_KEY")  # fmt: skip
    settings.ANYMAIL |= dict.fromkeys(keys, "key")

    assert webhook_of(service).esp_name


def test_a_service_whose_key_is_missing_has_no_address(client):
    assert tell(client, {}, "/api/v1/webhooks/mail/mailgun/").status_code == 404


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "1", "null", '"x"', "[1, 2]", b"\xff\xfe", b"\0", '{"RecordType": 1, "Type": []}',
     '{"RecordType": "Bounce", "Type": {}, "Email": []}', "[" * 5000],
)  # fmt: skip
def test_a_malformed_event_is_answered_and_marks_nobody(client, body):
    answer = tell(client, body)

    assert answer.status_code in {200, 400}
    assert marks() == []


@pytest.mark.parametrize("address", [None, 1, "", "rosa", "a@b.example, c@d.example", ["a@b.example"], "x" * 9000])
def test_an_event_about_no_address_costs_only_itself(client, address):
    events = [{"event": "spam", "email": email, "time": 1} for email in (address, TO)]

    assert tell(client, events, "/api/v1/webhooks/mail/mailjet/").status_code == 200

    assert marks() == [(TO, "complained", "mailjet")]


def test_words_that_no_database_takes_are_made_fit(client):
    tell(client, json.dumps(bounce(Details="NUL")).replace("NUL", "\\u0000 \\ud800"))

    assert marks() == [(TO, "bounced", "postmark")]


def test_a_huge_event_is_refused(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000

    answer = tell(client, bounce(Details="x" * 20_000))

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_other_methods_are_refused_and_a_look_is_answered(client):
    assert client.get(POSTMARK).status_code == 405
    assert client.head(POSTMARK).status_code == 200


def test_an_event_told_again_is_one_mark_with_the_latest_words(client):
    tell(client, bounce(Details="550 first"))
    tell(client, bounce(Details="550 second"))

    [told] = SuppressedAddress.objects.all()
    assert told.detail == "550 second"
    assert told.last_at > told.created_at


@pytest.mark.django_db(transaction=True)
def test_an_event_told_at_once_from_many_sides_is_one_mark(client):
    statuses = at_once(lambda _: tell(type(client)(), bounce()).status_code, range(6))

    assert statuses == [200] * 6
    assert len(marks()) == 1


# ---- in the console --------------------------------------------------------------------------------------------


def test_a_person_clears_a_mark_and_mail_goes_there_again(client):
    client.force_login(User.objects.create_superuser("admin@shop.example", "secret-words"))
    found = mark(TO, Reason.BOUNCED, source="postmark")
    row = SuppressedAddress.objects.get()
    assert row.pk == found.pk

    answer = client.post(f"/console/bookstore/suppressedaddress/{row.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 302
    send_mail("test", to=TO)
    assert relay() == {"sent": 1}


def test_a_person_unsubscribes_somebody_who_has_telephoned(client, monkeypatch):
    client.force_login(User.objects.create_superuser("admin@shop.example", "secret-words"))
    add = "/console/bookstore/suppressedaddress/add/"

    first = client.post(add, {"address": "ROSA@example.com", "category": "", "detail": "by telephone"})
    again = client.post(add, {"address": TO, "category": "", "detail": ""})
    wrong = client.post(add, {"address": "rosa", "category": "x"})

    assert (first.status_code, again.status_code, wrong.status_code) == (302, 200, 200)
    assert marks() == [(TO, "unsubscribed", "console")]
    assert "already" in again.content.decode()


def test_the_outbox_shows_what_is_known_of_an_address_and_the_first_page_the_queue(client):
    client.force_login(User.objects.create_superuser("admin@shop.example", "secret-words"))
    mark(TO, Reason.BOUNCED, source="postmark")
    message = send_mail("test", to=TO)

    assert "does not exist" in client.get(f"/console/bookstore/outboxmessage/{message.pk}/change/").content.decode()
    panels = client.get("/console/").context["panels"]
    numbers = [figure["number"] for panel in panels for figure in panel.get("figures", [])]
    assert numbers[0] == "1"
