"""The whole shop while those who send its mail are killed: each mail arrives, and doubles can be told by their id."""

import email
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from bookstore.tests.processes import eventually, run, short_folder
from bookstore.tests.test_run_the_shop import RunningShop, running_shop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these tests find processes in /proc")

KILLED_BEFORE_THE_NUDGE = """
import os, signal
from django.db import transaction
from bookstore.outbox import send_mail
with transaction.atomic():
    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
    send_mail("test", to="{address}")
"""


@pytest.fixture(scope="module")
def shop() -> Iterator[RunningShop]:
    with short_folder() as folder, running_shop(folder) as shop:
        yield shop


def received(shop: RunningShop, address: str) -> Counter[str]:
    """The Message-IDs of the mails to the address, and how often each arrived."""
    letters = [email.message_from_bytes(file.read_bytes()) for file in (shop.folder / "mail").glob("*.eml")]
    return Counter(letter["Message-ID"] for letter in letters if letter["To"] == address)


def worker_is_up(shop: RunningShop) -> bool:
    return (shop.folder / "log" / "worker.log").read_bytes().count(b" ready.") > 0


def test_an_operator_sends_a_test_mail_through_the_worker(shop):
    status, said = run(shop.folder, "send_test_mail", "operator@example.com")

    assert (status, "Sent by bookstore.mail_folder.EmailBackend." in said) == (0, True), said
    assert list(received(shop, "operator@example.com").values()) == [1]


def test_a_mail_written_while_the_worker_is_killed_arrives_once(shop):
    assert eventually(lambda: worker_is_up(shop))
    shop.kill_workers()

    status, said = run(shop.folder, "send_test_mail", "rosa@example.com", "--wait", "0")

    assert status == 0, said
    assert eventually(lambda: received(shop, "rosa@example.com"), within=40)
    assert list(received(shop, "rosa@example.com").values()) == [1]


def test_a_mail_arrives_when_its_sender_is_killed_before_it_could_ask_for_it(shop):
    script = KILLED_BEFORE_THE_NUDGE.format(address="sal@example.com")

    status, _ = run(shop.folder, "shell", "-c", script)

    assert status == -signal.SIGKILL
    assert eventually(lambda: received(shop, "sal@example.com"), within=40)


def test_a_mail_written_while_redis_is_killed_arrives(shop):
    assert eventually(lambda: worker_is_up(shop))
    [redis] = shop.processes(b"redis-server")

    os.kill(redis, signal.SIGKILL)
    status, said = run(shop.folder, "send_test_mail", "ruth@example.com", "--wait", "0")

    assert status == 0, said
    assert eventually(lambda: received(shop, "ruth@example.com"), within=90)


def test_a_worker_killed_among_many_mails_loses_none(shop):
    write = "for number in range(600): send_mail('test', to='many@example.com')"
    assert run(shop.folder, "shell", "-c", f"from bookstore.outbox import send_mail\n{write}")[0] == 0
    assert eventually(lambda: received(shop, "many@example.com"), within=40)

    shop.kill_workers()
    lease_ends = "OutboxMessage.objects.filter(status='sending').update(next_attempt_at='2020-01-01T00:00Z')"
    assert run(shop.folder, "shell", "-c", f"from bookstore.models import OutboxMessage; {lease_ends}")[0] == 0

    assert eventually(lambda: len(received(shop, "many@example.com")) == 600, within=60)
    assert sum(received(shop, "many@example.com").values()) <= 601
