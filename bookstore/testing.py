"""What tests of every app use."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from bookstore import outbox
from bookstore.models import OutboxMessage

NO_SUCH_ID = "00000000-0000-4000-8000-000000000000"  # the same in each run, for the names of tests

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def count_queries(work: Callable[[], object]) -> int:
    """How many queries the work took."""
    with CaptureQueriesContext(connection) as queries:
        work()
    return len(queries)


def at_once(work: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
    """Do the work for every item at the same time, each in a thread and a database connection of its own."""
    everything = list(items)
    start = Barrier(len(everything))

    def one(item: Item) -> Answer:
        try:
            start.wait()
            return work(item)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(everything)) as threads:
        return list(threads.map(one, everything))


def deliver_mails() -> list[mail.EmailMessage]:
    """Send all mails that are due, and give every mail that the test has sent so far; one that fails is an error."""
    outcomes = outbox.relay()
    failed = OutboxMessage.objects.exclude(last_error="").values_list("name", "last_error")
    if set(outcomes) - {"sent"}:
        raise AssertionError(list(failed))
    return mail.outbox


def shared_data(name: str) -> Path:
    """A folder of real data beside the project, or skip the test where there is none."""
    folder = Path(os.environ.get("BOOKSTORE_TEST_DATA", settings.BASE_DIR.parent / "shared" / "data")) / name
    if not folder.exists():
        pytest.skip(f"no real data at {folder}; BOOKSTORE_TEST_DATA names its folder")
    return folder
