import smtplib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from django.core import mail
from django.core.exceptions import ObjectDoesNotExist
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

from bookstore import mails, outbox, shared_redis
from bookstore.models import OutboxMessage, OutboxStatus
from bookstore.outbox import relay, repeat, send_mail
from bookstore.testing import at_once, deliver_mails
from bookstore.tests.processes import free_port

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
TO = "rosa@example.com"


class Refusing(BaseEmailBackend):
    """A mail server that knows no recipient."""

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"no such\0 user") for message in messages})


class Dying(BaseEmailBackend):
    """A worker that is killed when the mail has left and nobody has noted it."""

    def send_messages(self, messages):
        mail.outbox.extend(messages)
        raise SystemExit


@contextmanager
def silent_server() -> Iterator[int]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def use(settings, backend):
    settings.EMAIL_BACKEND = f"{__name__}.{backend.__name__}"


@pytest.fixture
def smtp_gone(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()


# ---- writing ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_mail_is_sent_once_to_whom_it_is_for():
    message = send_mail("test", to=TO)

    [sent] = deliver_mails()

    assert (sent.to, sent.subject) == ([TO], "A test mail from Bookstore")
    assert deliver_mails() == [sent]
    message.refresh_from_db()
    assert (message.status, message.attempts, message.last_error) == ("sent", 1, "")


@pytest.mark.django_db
def test_a_mail_of_a_change_rolled_back_is_never_sent():
    with transaction.atomic():
        send_mail("test", to=TO)
        transaction.set_rollback(True)

    assert not OutboxMessage.objects.exists()
    assert deliver_mails() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["", "rosa", "a@b.example\nBcc: c@d.example", "a@b.example, c@d.example", "<a@b.example>"]
)
def test_what_is_no_address_is_refused_at_once(address):
    with pytest.raises(ValueError, match="no mail address"):
        send_mail("test", to=address)

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_a_mail_that_is_not_there_or_lacks_its_facts_is_refused_at_once():
    with pytest.raises(mails.UnknownMail):
        send_mail("nothing_of_the_kind", to=TO)
    with pytest.raises(TypeError):
        send_mail("test", to=TO, order="1")

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_a_request_id_and_a_language_stay_with_the_mail(client, settings):
    shared = outbox.structlog.contextvars.bound_contextvars(request_id="request-1")
    with shared, mails.translation.override("de"):
        message = send_mail("test", to=TO)

    assert (message.request_id, message.language) == ("request-1", "de")
    assert send_mail("test", to=TO, language="xx-nowhere").language == "en"


# ---- sending ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_four_relays_at_once_send_each_mail_once():
    with transaction.atomic():
        expected = {send_mail("test", to=f"reader{number}@example.com").message_id for number in range(200)}

    outcomes = at_once(lambda _: relay(), range(4))

    sent = [letter.extra_headers["Message-ID"] for letter in mail.outbox]
    assert (len(sent), set(sent)) == (200, expected)
    assert sum(outcome["sent"] for outcome in outcomes) == 200


@pytest.mark.django_db
def test_a_mail_is_tried_again_after_longer_and_longer_pauses_and_then_given_up(smtp_gone):
    pauses = []
    with time_machine.travel(NOON, tick=False) as now:
        message = send_mail("test", to=TO)
        while relay() == {"put_off": 1}:
            message.refresh_from_db()
            pauses.append(message.next_attempt_at - timezone.now())
            assert relay() == {}
            now.move_to(message.next_attempt_at)

    message.refresh_from_db()
    assert pauses == outbox.PAUSES
    assert (message.status, message.attempts) == ("failed", 10)
    assert "ConnectionRefusedError" in message.last_error


@pytest.mark.django_db
def test_a_mail_server_that_is_gone_is_asked_three_times_and_then_left_alone(smtp_gone):
    for _ in range(5):
        send_mail("test", to=TO)

    assert relay() == {"put_off": 3}

    assert OutboxMessage.objects.filter(attempts=0, status="waiting").count() == 2


@pytest.mark.django_db
def test_a_mail_server_that_says_nothing_is_not_waited_for_long(settings):
    with silent_server() as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 0.2
        send_mail("test", to=TO)

        assert relay() == {"put_off": 1}

    assert "timed out" in OutboxMessage.objects.get().last_error


@pytest.mark.django_db
def test_an_address_that_does_not_exist_is_not_tried_again(settings):
    use(settings, Refusing)
    message = send_mail("test", to=TO)

    assert relay() == {"given_up": 1}

    message.refresh_from_db()
    assert (message.status, message.attempts) == ("failed", 1)
    assert "no such" in message.last_error


@pytest.mark.django_db
def test_a_worker_killed_after_sending_sends_again_under_the_same_id(settings):
    with time_machine.travel(NOON, tick=False) as now:
        message = send_mail("test", to=TO)
        backend = settings.EMAIL_BACKEND
        use(settings, Dying)
        with pytest.raises(SystemExit):
            relay()
        settings.EMAIL_BACKEND = backend
        assert relay() == {}

        now.shift(outbox.LEASE)

        assert relay() == {"sent": 1}
    assert [letter.extra_headers["Message-ID"] for letter in mail.outbox] == [message.message_id] * 2


@pytest.mark.django_db
def test_a_mail_that_kills_every_worker_is_given_up(settings):
    use(settings, Dying)
    with time_machine.travel(NOON, tick=False) as now:
        message = send_mail("test", to=TO)
        for _ in range(outbox.MOST_ATTEMPTS):
            with pytest.raises(SystemExit):
                relay()
            now.shift(outbox.LEASE)

        assert relay() == {"given_up": 1}

    message.refresh_from_db()
    assert message.last_error == "The worker ended at each attempt."


@pytest.mark.django_db
def test_a_late_failure_does_not_undo_what_another_worker_did():
    with time_machine.travel(NOON, tick=False) as now:
        send_mail("test", to=TO)
        slow = outbox.claim()
        now.shift(outbox.LEASE)
        relay()

        outbox.note_failure(slow, "TimeoutError", hopeless=False)

    slow.refresh_from_db()
    assert (slow.status, slow.last_error) == ("sent", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "status"), [(ObjectDoesNotExist("gone"), "failed"), (KeyError("title"), "waiting")], ids=["gone", "bug"]
)
def test_a_mail_that_cannot_be_made_does_not_stand_in_the_way_of_others(monkeypatch, error, status):
    def broken():
        raise error

    monkeypatch.setitem(mails.MAILS, "broken", broken)
    message = send_mail("broken", to=TO)
    send_mail("test", to=TO)

    outcomes = relay()

    assert outcomes["sent"] == 1
    message.refresh_from_db()
    assert message.status == status
    assert type(error).__name__ in message.last_error


@pytest.mark.django_db
def test_a_mail_without_templates_waits_for_them_and_tells(monkeypatch):
    def unwritten():
        return {}

    monkeypatch.setitem(mails.MAILS, "unwritten", unwritten)
    message = send_mail("unwritten", to=TO)

    assert relay() == {"put_off": 1}

    message.refresh_from_db()
    assert message.last_error == "TemplateDoesNotExist: mail/unwritten.subject.txt"
    repeat(OutboxMessage.objects.all())
    with pytest.raises(AssertionError, match="unwritten"):
        deliver_mails()


@pytest.mark.django_db(transaction=True)
def test_a_relay_whose_time_is_up_leaves_the_rest_to_the_next():
    for _ in range(3):
        send_mail("test", to=TO)

    assert relay(seconds=0) == {"sent": 1}

    assert shared_redis.client.exists(outbox.NUDGED)
    assert relay() == {"sent": 2}


# ---- the nudge -------------------------------------------------------------------------------------------------


def queue(settings) -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL)


@pytest.mark.django_db(transaction=True)
def test_many_mails_ask_the_workers_once(settings):
    shared_redis.client.delete(outbox.NUDGED)
    before = queue(settings).llen("celery")

    for _ in range(20):
        send_mail("test", to=TO)

    assert queue(settings).llen("celery") == before + 1
    relay()
    send_mail("test", to=TO)
    assert queue(settings).llen("celery") == before + 2


@pytest.mark.django_db(transaction=True)
def test_without_redis_a_mail_is_written_without_waiting(monkeypatch):
    nobody = redis.Redis(port=free_port(), retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(shared_redis, "client", nobody)
    began = time.monotonic()

    for _ in range(20):
        send_mail("test", to=TO)

    assert time.monotonic() - began < 2
    assert relay() == {"sent": 20}


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_costs_a_moment(celery_broker):
    with silent_server() as port:
        celery_broker(f"redis://127.0.0.1:{port}/0")
        shared_redis.client.delete(outbox.NUDGED)
        began = time.monotonic()

        send_mail("test", to=TO)

        assert time.monotonic() - began < 2
    assert relay() == {"sent": 1}


@pytest.fixture
def celery_broker(monkeypatch):
    from celery import current_app

    return lambda url: monkeypatch.setattr(current_app.conf, "broker_write_url", url)


# ---- again, and no more ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_repeated_mail_keeps_its_id():
    message = send_mail("test", to=TO)
    relay()

    assert repeat(OutboxMessage.objects.all()) == 1

    assert [letter.extra_headers["Message-ID"] for letter in deliver_mails()] == [message.message_id] * 2


@pytest.mark.django_db
def test_what_is_being_sent_is_not_repeated():
    send_mail("test", to=TO)
    outbox.claim()

    assert repeat(OutboxMessage.objects.all()) == 0


@pytest.mark.django_db
def test_old_mails_are_deleted_once_they_are_sent(capsys, settings, smtp_gone):
    with time_machine.travel(NOON - timedelta(days=31)):
        send_mail("test", to=TO)
        relay()
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        sent = send_mail("test", to=TO)
        relay()

    with time_machine.travel(NOON):
        call_command("purge_outbox")

    assert capsys.readouterr().out == "Deleted 1 messages.\n"
    assert OutboxMessage.objects.exclude(pk=sent.pk).count() == OutboxMessage.objects.count() == 1


@pytest.mark.django_db
def test_what_is_withheld_or_given_up_is_deleted_in_its_time(capsys):
    given_up, withheld, outdated, waiting = (send_mail("test", to=TO) for _ in range(4))
    claimed = [outbox.claim() for _ in range(3)]
    outbox.note_failure(claimed[0], "no such user", hopeless=True)
    outbox.note_left(claimed[1], OutboxStatus.WITHHELD, "unsubscribed")
    outbox.note_left(claimed[2], OutboxStatus.OUTDATED, "a newer code")
    left = []
    for days in (29, 31, 179, 181):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            call_command("purge_outbox")
        left.append(set(OutboxMessage.objects.values_list("pk", flat=True)))

    everything = {given_up.pk, withheld.pk, outdated.pk, waiting.pk}
    assert left == [everything, *[{given_up.pk, waiting.pk}] * 2, {waiting.pk}]


@pytest.mark.django_db
def test_a_dry_run_deletes_nothing_and_says_how_many_it_would(capsys):
    with time_machine.travel(NOON - timedelta(days=31)):
        send_mail("test", to=TO)
        relay()

    with time_machine.travel(NOON):
        call_command("purge_outbox", "--dry-run")

    assert capsys.readouterr().out == "1 messages would be deleted.\n"
    assert OutboxMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_purges_at_once_delete_each_message_once(monkeypatch):
    monkeypatch.setattr(outbox, "FORGOTTEN_AT_ONCE", 7)
    with time_machine.travel(NOON - timedelta(days=31), tick=False):
        for _ in range(40):
            send_mail("test", to=TO)
        relay()

    with time_machine.travel(NOON, tick=False):
        assert sum(at_once(lambda _: outbox.forget(), range(2))) == 40


@pytest.mark.django_db
def test_a_mail_of_another_release_waits_and_lets_others_pass():
    """While workers of two releases run, an old one may not know a new mail."""
    message = OutboxMessage.objects.create(name="new_one", recipient=TO, language="en")
    send_mail("test", to=TO)

    assert relay() == {"put_off": 1, "sent": 1}

    message.refresh_from_db()
    assert message.last_error == "UnknownMail: There is no mail named new_one."


# ---- for operators ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_operator_learns_that_no_worker_runs(capsys):
    with pytest.raises(CommandError, match="No worker"):
        call_command("send_test_mail", TO, wait=0.2)

    call_command("relay_outbox")

    assert capsys.readouterr().out.endswith("Sent 1, put off 0, gave up 0.\n")
    assert mail.outbox[0].to == [TO]


@pytest.mark.django_db
def test_a_test_mail_to_nowhere_is_refused():
    with pytest.raises(CommandError, match="no mail address"):
        call_command("send_test_mail", "nowhere")


@pytest.mark.django_db
def test_metrics_tell_what_waits_and_what_was_given_up(client, settings, smtp_gone):
    with time_machine.travel(timezone.now() - timedelta(minutes=20)):
        send_mail("test", to=TO)
    use(settings, Refusing)
    relay()
    send_mail("test", to=TO)

    said = client.get("/metrics").content.decode()

    assert "bookstore_outbox_waiting 1.0" in said
    assert "bookstore_outbox_given_up 1.0" in said
    assert 'bookstore_outbox_messages_total{name="test",outcome="given_up"}' in said


@pytest.mark.django_db
def test_metrics_are_read_while_the_database_is_gone(client):
    def gone(*_):
        raise OperationalError("gone")

    with connection.execute_wrapper(gone):
        response = client.get("/metrics")

    assert response.status_code == 200
    assert b"bookstore_requests_total" in response.content
    assert b"bookstore_outbox_waiting" not in response.content
