import pytest
from django.urls import reverse

from accounts.models import User
from bookstore import mails
from bookstore.models import OutboxMessage
from bookstore.outbox import relay, send_mail
from bookstore.testing import deliver_mails

pytestmark = pytest.mark.django_db
LIST = "/console/bookstore/outboxmessage/"
NASTY = "\"><script>alert('x')</script>"


@pytest.fixture
def client(client):
    """A browser signed in by an admin of the shop."""
    client.force_login(User.objects.create_superuser("admin@shop.example"))
    return client


def page(message):
    return reverse("admin:bookstore_outboxmessage_change", args=[message.pk])


def failed(error="no such user"):
    message = send_mail("test", to="rosa@example.com")
    OutboxMessage.objects.filter(pk=message.pk).update(status="failed", last_error=error)
    return message


def send_again(client, *messages):
    return client.post(LIST, {"action": "send_again", "_selected_action": [str(message.pk) for message in messages]})


def test_an_admin_reads_a_mail_as_it_would_be_sent(client):
    said = client.get(page(send_mail("test", to="rosa@example.com"))).content.decode()

    assert "A test mail from Bookstore" in said
    assert 'sandbox="" srcdoc="&lt;!DOCTYPE html&gt;' in said
    assert "If you read this, Bookstore can send mails." in said


def test_a_mail_with_a_code_in_it_is_not_shown(client, monkeypatch):
    monkeypatch.setattr(mails, "CONFIDENTIAL", {"test"})

    said = client.get(page(send_mail("test", to="rosa@example.com"))).content.decode()

    assert "It is not shown here." in said
    assert "srcdoc" not in said


def test_a_mail_that_cannot_be_made_says_why(client, monkeypatch):
    message = send_mail("test", to="rosa@example.com")
    monkeypatch.setattr(mails, "MAILS", {})

    assert "There is no mail named test." in client.get(page(message)).content.decode()


def test_whatever_an_error_says_is_only_text(client):
    message = failed(NASTY)

    for address in (LIST, page(message), "/console/"):
        said = client.get(address).content.decode()
        assert "alert(" in said
        assert "<script>alert" not in said


def test_what_was_given_up_and_what_was_sent_is_sent_again(client):
    send_mail("test", to="sal@example.com")
    relay()
    messages = [*OutboxMessage.objects.all(), failed()]

    response = send_again(client, *messages)

    assert response.status_code == 302
    assert OutboxMessage.objects.filter(status="waiting", attempts=0, last_error="").count() == 2
    assert [letter.to[0] for letter in deliver_mails()] == ["sal@example.com", "sal@example.com", "rosa@example.com"]


def test_only_admins_send_again(client):
    message = failed()
    client.force_login(User.objects.create_user("staff@shop.example", is_staff=True))

    assert send_again(client, message).status_code == 403

    message.refresh_from_db()
    assert message.status == "failed"


def test_nothing_is_written_added_or_deleted_by_hand(client):
    message = failed()

    assert client.post(page(message), {"recipient": "thief@example.com", "status": "sent"}).status_code == 403
    assert client.get(LIST + "add/").status_code == 403
    assert client.post(reverse("admin:bookstore_outboxmessage_delete", args=[message.pk])).status_code == 403
    assert list(OutboxMessage.objects.values_list("recipient", "status")) == [("rosa@example.com", "failed")]


@pytest.mark.parametrize("term", ["rosa@", "ROSA@example.com", "{0.id}", "{0.message_id}"])
def test_a_mail_is_found_by_its_recipient_or_its_id(client, term):
    message = send_mail("test", to="Rosa@example.com")
    send_mail("test", to="sal@example.com")

    response = client.get(LIST, {"q": term.format(message)})

    assert list(response.context["cl"].result_list) == [message]


@pytest.mark.parametrize("term", ["é", "%", "\\", "a" * 5000, "<@>", "😀"])
def test_no_search_breaks(client, term):
    assert client.get(LIST, {"q": term}).status_code == 200


def test_the_list_is_narrowed_by_status_and_mail(client):
    message = failed()
    send_mail("test", to="sal@example.com")

    found = client.get(LIST, {"status__exact": "failed", "name": "test"}).context["cl"].result_list

    assert list(found) == [message]
    assert not client.get(LIST, {"name": "other"}).context["cl"].result_list


def test_the_first_page_tells_admins_of_mail_given_up(client):
    assert "could not be sent" not in client.get("/console/").content.decode()

    failed()

    assert "Mail that could not be sent" in client.get("/console/").content.decode()
    client.force_login(User.objects.create_user("staff@shop.example", is_staff=True))
    assert "could not be sent" not in client.get("/console/").content.decode()
