"""Mail through a real mail server that refuses, hangs, hangs up or is gone, and workers killed at the worst moments."""

import signal
import smtplib
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings as shop_settings
from django.core import mail
from django.db import connection
from django.utils import timezone

from bookstore.models import OutboxMessage, SuppressedAddress
from bookstore.outbox import LEASE, PAUSES, relay, send_mail
from bookstore.tests.mail_server import MailServer, Manner, mail_server
from bookstore.tests.processes import eventually, start

SMTP = "django.core.mail.backends.smtp.EmailBackend"
TO = "rosa@example.com"


@pytest.fixture
def server(settings):
    with mail_server() as server:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", server.port
        settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = False, 0.5
        yield server


def make_due():
    """As if the time of pauses and leases had passed."""
    OutboxMessage.objects.unsent().update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def status_of(message):
    message.refresh_from_db()
    return message.status, message.attempts


# ---- servers that misbehave ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_mails_go_over_one_connection(server):
    for _ in range(5):
        send_mail("test", to=TO)

    assert relay() == {"sent": 5}

    assert (len(server.letters), server.connections) == (5, 1)
    assert server.letters[0]["Subject"] == "A test mail from Bookstore"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("manner", "error"),
    [
        (Manner.NEVER_GREETS, "timed out"),
        (Manner.KEEPS_AND_NEVER_ANSWERS, "timed out"),
        (Manner.HANGS_UP_AMONG_THE_LINES, "SMTPServerDisconnected"),
        (Manner.GREYLISTS, "451"),
        (Manner.IS_BUSY, "451"),
    ],
)
def test_a_mail_waits_until_the_server_is_itself_again(server, manner, error):
    message = send_mail("test", to=TO)
    server.manner = manner

    assert relay() == {"put_off": 1}

    assert status_of(message) == ("waiting", 1)
    assert error in message.last_error
    assert message.next_attempt_at > timezone.now() + PAUSES[0] / 2
    server.manner = Manner.TAKES
    make_due()
    assert relay() == {"sent": 1}
    assert set(server.ids()) == {message.message_id}


@pytest.mark.django_db
def test_who_is_greylisted_comes_again(server):
    message = send_mail("test", to=TO)
    server.manner = Manner.GREYLISTS
    relay()
    make_due()

    assert relay() == {"sent": 1}

    assert status_of(message) == ("sent", 2)


@pytest.mark.django_db
def test_addresses_that_nobody_has_do_not_keep_the_others_waiting(server):
    gone = [send_mail("test", to=f"gone{number}@example.com") for number in range(8)]
    server.unknown = {message.recipient for message in gone}
    last = send_mail("test", to=TO)

    assert relay() == {"given_up": 8, "sent": 1}

    assert {status_of(message) for message in gone} == {("failed", 1)}
    assert "550" in gone[0].last_error
    assert status_of(last) == ("sent", 1)


@pytest.mark.django_db
@pytest.mark.parametrize("at_the_letter", [False, True])
@pytest.mark.parametrize(
    ("refusal", "marked"),
    [
        ("550 5.1.1 no such user", True),
        ("550-5.1.1 The account does not exist.\r\n550 5.1.1 Look for typing errors.", True),
        ("553 5.1.3 bad syntax", True),
        ("556 5.1.10 null MX", True),
        ("550 5.1.2 no such host", True),
        ("550 5.7.1 you are on a list", False),
        ("550 5.1.8 bad sender", False),
        ("550 5.1.100 nobody knows", False),
        ("552 5.2.2 mailbox full", False),
        ("550 no such user", False),
        ("450 4.1.1 not yet known", False),
    ],
)
def test_an_address_that_the_mail_server_says_nobody_has_is_marked(server, refusal, marked, at_the_letter):
    message = send_mail("test", to=TO)
    server.refusal, server.refuses_letters = refusal, at_the_letter
    server.unknown = set() if at_the_letter else {TO}

    relay()

    marks = SuppressedAddress.objects.values_list("address", "reason", "source")
    assert list(marks) == ([(TO, "bounced", "smtp")] if marked else [])
    if marked:
        assert status_of(message) == ("failed", 1)
        assert refusal[4:9] in SuppressedAddress.objects.get().detail
        again = send_mail("test", to=TO)
        assert relay() == {"given_up": 1}  # without asking the server
        assert status_of(again) == ("failed", 1)
        assert (server.connections, "AddressBounced" in again.last_error) == (1, True)


@pytest.mark.django_db
def test_a_mail_waits_for_a_server_that_is_gone(settings):
    with mail_server() as server:
        port = server.port
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", port
    settings.EMAIL_USE_TLS = False
    message = send_mail("test", to=TO)

    assert relay() == {"put_off": 1}

    assert status_of(message) == ("waiting", 1)
    assert "ConnectionRefusedError" in message.last_error


@pytest.mark.django_db
@pytest.mark.parametrize("manner", Manner)
def test_the_server_of_these_tests_speaks_as_a_mail_server_does(server, manner):
    server.manner = manner
    well = {Manner.TAKES: 1}.get(manner, 0)

    try:
        mail.get_connection().send_messages([mail.EmailMessage("Hello", "there", to=[TO])])
    except (smtplib.SMTPException, TimeoutError):
        assert not well
    else:
        assert well


# ---- workers that are killed -----------------------------------------------------------------------------------


def start_relay(server: MailServer):
    """A worker of its own, on the test's database."""
    place = connection.settings_dict
    database = f"postgresql:///{place['NAME']}?host={place['HOST']}&user={place['USER']}&port={place['PORT']}"
    return start(
        ["manage.py", "relay_outbox"],
        shop_settings.DATA_DIR,
        DATABASE_URL=database,
        REDIS_URL=shop_settings.REDIS_URL,
        SECRET_KEY=shop_settings.SECRET_KEY,
        HTTPS="false",
        EMAIL_BACKEND=SMTP,
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=str(server.port),
        EMAIL_USE_TLS="false",
    )


def kill(worker):
    worker.kill()
    assert worker.wait(timeout=10) == -signal.SIGKILL
    worker.stdout.close()


def finish(worker):
    said, _ = worker.communicate(timeout=60)
    assert worker.returncode == 0, said
    return said


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_claim_and_sending_loses_nothing(server):
    message = send_mail("test", to=TO)
    server.manner = Manner.NEVER_GREETS
    worker = start_relay(server)
    assert eventually(lambda: server.connections, within=30)

    kill(worker)

    assert status_of(message) == ("sending", 1)
    assert timezone.now() < message.next_attempt_at < timezone.now() + LEASE
    server.manner = Manner.TAKES
    assert "Sent 0" in finish(start_relay(server))  # for as long as the killed one might still be sending
    make_due()
    assert "Sent 1" in finish(start_relay(server))
    assert server.ids() == [message.message_id]
    assert status_of(message) == ("sent", 2)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_sending_and_noting_sends_a_double_of_the_same_id(server):
    message = send_mail("test", to=TO)
    server.manner = Manner.KEEPS_AND_NEVER_ANSWERS
    worker = start_relay(server)
    assert eventually(lambda: server.letters, within=30)

    kill(worker)

    server.manner = Manner.TAKES
    make_due()
    assert "Sent 1" in finish(start_relay(server))
    assert server.ids() == [message.message_id] * 2
    assert [letter["X-Entity-Ref-ID"] for letter in server.letters] == [str(message.id)] * 2
    assert status_of(message) == ("sent", 2)


@pytest.mark.django_db(transaction=True)
def test_workers_killed_among_many_mails_lose_none(server):
    expected = {send_mail("test", to=f"reader{number}@example.com").message_id for number in range(150)}
    killed = 0
    while killed < 3:
        before = len(server.letters)
        worker = start_relay(server)
        assert eventually(lambda seen=before: len(server.letters) > seen, within=30)
        kill(worker)
        killed += 1
        make_due()
        if len(server.letters) >= 120:
            break

    workers = [start_relay(server) for _ in range(2)]
    for worker in workers:
        finish(worker)

    arrived = Counter(server.ids())
    assert set(arrived) == expected
    assert sum(arrived.values()) <= len(expected) + killed
    assert not OutboxMessage.objects.exclude(status="sent").exists()
