"""The outbox: what the world must be told is written with the fact itself and sent afterwards, at least once.

A worker takes one message at a time in a short transaction, sends it outside of any, and notes what became of it. One
killed in between has only postponed it: after LEASE it is due again, under the same Message-ID.
"""

import re
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any

import structlog
from anymail.exceptions import AnymailRecipientsRefused
from celery import current_app
from django.conf import settings
from django.core import mail
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone, translation

from bookstore import mails, metrics, shared_redis
from bookstore.mail_addresses import Reason, mark
from bookstore.models import OutboxMessage, OutboxQuerySet, OutboxStatus, SuppressedAddress
from bookstore.tasks import run_command

PAUSES = [
    *(timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)),
    *[timedelta(hours=6)] * 4,
]
MOST_ATTEMPTS = len(PAUSES) + 1
LEASE = timedelta(minutes=5)
RELAYS_FOR = 20.0  # seconds; a worker has other things to do
FAILURES_IN_A_ROW = 3  # after which the mail server is left alone for a while
LONGEST_ERROR = 1_000
FORGOTTEN_AT_ONCE = 5_000
NUDGED = "outbox:nudged"
NUDGE_LASTS = 15  # seconds, in which one is enough

# RFC 3463 and 7505: there is no such mailbox, host or address, or it has moved. 5.7.x would be a matter of policy.
NOBODY_THERE = re.compile(rb"\s*5\.1\.(1|2|3|6|10)\b")
MAIL_SERVER = "smtp"

log = structlog.get_logger("bookstore.outbox")


class AddressBounced(Exception):
    """Nobody can be reached at this address; a person may clear its mark in the console."""


class NotTaken(Exception):
    """The mail service has answered, and has not taken the mail."""


class Withheld(Exception):
    """The address is not to get this mail, which nobody needs."""


# ---- writing -------------------------------------------------------------------------------------------------


def send_mail(name: str, *, to: str, language: str | None = None, **facts: Any) -> OutboxMessage:
    """Tell somebody by mail, if and when the caller's transaction commits. Facts are ids, never secrets."""
    mails.check_facts(name, facts)
    message = OutboxMessage.objects.create(
        name=name, recipient=as_address(to), language=as_language(language), facts=facts
    )
    transaction.on_commit(nudge)
    return message


def repeat(messages: OutboxQuerySet) -> int:
    """Send these (again) as if for the first time, whatever became of them; how many they are."""
    now = timezone.now()
    count = messages.at_rest(now).update(
        status=OutboxStatus.WAITING, attempts=0, next_attempt_at=now, last_error="", sent_at=None
    )
    transaction.on_commit(nudge)
    return count


def forgettable() -> OutboxQuerySet:
    """What was sent or left longer than OUTBOX_KEPT_FOR ago, or given up before OUTBOX_GIVEN_UP_KEPT_FOR."""
    now = timezone.now()
    given_up = OutboxMessage.objects.given_up_before(now - settings.OUTBOX_GIVEN_UP_KEPT_FOR)
    return OutboxMessage.objects.done_before(now - settings.OUTBOX_KEPT_FOR) | given_up


def forget() -> int:
    """Delete what is old, in small transactions; how many they were."""
    count = 0
    while old := list(forgettable().order_by("pk").values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]):
        count += forgettable().filter(pk__in=old).delete()[0]
    return count


def as_address(text: str) -> str:
    """One address and nothing else; a line break would be a header of its own."""
    try:
        validate_email(text)
    except ValidationError as error:
        raise ValueError(f"{text!r} is no mail address.") from error
    return text


def as_language(language: str | None) -> str:
    """A language that the shop can write in."""
    try:
        return translation.get_supported_language_variant(language or translation.get_language() or "")
    except LookupError:
        return settings.LANGUAGE_CODE


def nudge() -> None:
    """Have a worker look at the outbox now. Redis may be gone: then beat's next look must do, and nobody waits here."""
    if not shared_redis.ask(lambda redis: redis.set(NUDGED, 1, nx=True, ex=NUDGE_LASTS)):
        return  # a look is asked for already, or cannot be
    hurry = {"max_retries": 0, "socket_connect_timeout": shared_redis.TIMEOUT, "socket_timeout": shared_redis.TIMEOUT}
    try:
        with current_app.connection_for_write(transport_options=hurry) as broker:
            run_command.apply_async(["relay_outbox", "--verbosity=0"], connection=broker, retry=False)
    except Exception as error:  # a broker of any kind, gone in any way
        log.warning("the broker is gone; beat will see to the outbox", error=str(error))


# ---- sending -------------------------------------------------------------------------------------------------


class Post:
    """One connection to the mail server, kept open from one mail to the next."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.failures_in_a_row = 0

    def send(self, letter: EmailMessage) -> None:
        try:
            self.connection = self.connection or mail.get_connection()
            self.connection.open()
            self.connection.send_messages([letter])
            check_taken(letter)
        except Exception as error:
            # Who refuses an address for good is well, and would do so in the same words for ever.
            self.failures_in_a_row = 0 if is_hopeless(error) else self.failures_in_a_row + 1
            self.close()
            raise
        self.failures_in_a_row = 0

    def close(self) -> None:
        with suppress(Exception):  # a server that is gone cannot be left politely
            if self.connection is not None:
                self.connection.close()
        self.connection = None


def check_taken(letter: EmailMessage) -> None:
    """Ask a mail service's answer whether it took the mail; a mail server has said so already. Raises NotTaken."""
    answer: Any = getattr(letter, "anymail_status", None)
    said = getattr(answer, "status", None) or set()
    if "failed" in said or (said == {"unknown"} and not answer.message_id):
        raise NotTaken(f"The mail service answered neither yes nor no: {answer.esp_response!r}")


def relay(seconds: float = RELAYS_FOR) -> Counter[str]:
    """Send what is due, for so many seconds at most; how many had which outcome."""
    shared_redis.ask(lambda redis: redis.delete(NUDGED))
    post, outcomes, ends = Post(), Counter[str](), time.monotonic() + seconds
    try:
        while post.failures_in_a_row < FAILURES_IN_A_ROW and (message := claim()):
            with structlog.contextvars.bound_contextvars(request_id=message.request_id or None):
                outcomes[deliver(message, post)] += 1
            if time.monotonic() > ends:
                nudge()
                break
    finally:
        post.close()
    return outcomes


@transaction.atomic
def claim() -> OutboxMessage | None:
    """Take the message that is due longest and that nobody else is taking; it is ours for the time of LEASE."""
    now = timezone.now()
    message = OutboxMessage.objects.due(now).select_for_update(skip_locked=True, no_key=True).first()
    if message is None:
        return None
    message.status, message.next_attempt_at = OutboxStatus.SENDING, now + LEASE
    message.attempts += 1
    message.save(update_fields=["status", "next_attempt_at", "attempts"])
    return message


def deliver(message: OutboxMessage, post: Post) -> str:
    """Send a claimed message and note what became of it: `sent`, `withheld`, `outdated`, `put_off` or `given_up`."""
    if message.attempts > MOST_ATTEMPTS:
        return note_failure(message, message.last_error or "The worker ended at each attempt.", hopeless=True)
    try:
        check_address(message)
        with transaction.atomic():
            letter = mails.build(message)
        post.send(letter)
    except Withheld as reason:
        return note_left(message, OutboxStatus.WITHHELD, str(reason))
    except mails.Outdated as reason:
        return note_left(message, OutboxStatus.OUTDATED, str(reason))
    except Exception as error:  # whatever it is, it concerns this message and not the next
        sentence = f"{type(error).__name__}: {error}".replace("\0", "")[:LONGEST_ERROR]
        if found_nobody(error):
            mark(message.recipient, Reason.BOUNCED, source=MAIL_SERVER, detail=sentence)
        return note_failure(message, sentence, hopeless=is_hopeless(error))
    OutboxMessage.objects.filter(pk=message.pk).update(status=OutboxStatus.SENT, sent_at=timezone.now(), last_error="")
    return note(message, "sent")


def check_address(message: OutboxMessage) -> None:
    """Ask whether the address still gets such mail. Raises Withheld, and AddressBounced for mail that people need."""
    category = mails.category_of(message.name)
    against = SuppressedAddress.objects.standing_against(message.recipient, category).order_by("created_at").first()
    if against is None:
        return
    words = f"{against.get_reason_display()}, {against.source}, {against.created_at:%Y-%m-%d} {against.detail}".strip()
    raise (AddressBounced if category == mails.TRANSACTIONAL else Withheld)(words)


def is_hopeless(error: Exception) -> bool:
    """Whether another attempt would end in the same way: the object is gone, or the address does not exist."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return found_nobody(error) or isinstance(error, ObjectDoesNotExist | AnymailRecipientsRefused | AddressBounced)


def found_nobody(error: Exception) -> bool:
    """Whether the mail server says that the mailbox does not exist; its other reasons may pass, or be the shop's."""
    answers: list[tuple[int, Any]] = []
    if isinstance(error, SMTPRecipientsRefused):
        answers = list(error.recipients.values())
    if isinstance(error, SMTPDataError):  # some servers look only now; a mail has one recipient
        answers = [(error.smtp_code, error.smtp_error)]
    return bool(answers) and all(code >= 500 and NOBODY_THERE.match(said) for code, said in answers)


def note_failure(message: OutboxMessage, error: str, *, hopeless: bool) -> str:
    """Put the message off, or give it up, unless somebody else has taken it meanwhile."""
    now, given_up = timezone.now(), hopeless or message.attempts >= MOST_ATTEMPTS
    OutboxMessage.objects.filter(pk=message.pk, status=OutboxStatus.SENDING, attempts=message.attempts).update(
        status=OutboxStatus.FAILED if given_up else OutboxStatus.WAITING,
        next_attempt_at=now if given_up else now + PAUSES[message.attempts - 1],
        last_error=error,
    )
    return note(message, "given_up" if given_up else "put_off", error=error)


def note_left(message: OutboxMessage, status: OutboxStatus, reason: str) -> str:
    """Note that this mail is not to be sent, to this address or at all; nobody has to look after it."""
    OutboxMessage.objects.filter(pk=message.pk, status=OutboxStatus.SENDING, attempts=message.attempts).update(
        status=status, next_attempt_at=timezone.now(), last_error=reason[:LONGEST_ERROR]
    )
    return note(message, status.value, reason=reason)


def note_undelivered(message: OutboxMessage, reason: str) -> None:
    """A mail that had left came back: it counts as given up, with the reason, unless it is sent again already."""
    rows = OutboxMessage.objects.filter(pk=message.pk, status=OutboxStatus.SENT)
    if rows.update(status=OutboxStatus.FAILED, sent_at=None, next_attempt_at=timezone.now(), last_error=reason):
        note(message, "came_back", error=reason)


def note(message: OutboxMessage, outcome: str, **facts: str) -> str:
    metrics.MESSAGES.labels(message.name, outcome).inc()
    write = log.info if outcome in {"sent", OutboxStatus.OUTDATED} else log.warning
    write("message " + outcome.replace("_", " "), id=str(message.id), name=message.name,
          attempts=message.attempts, **facts)  # fmt: skip
    return outcome
