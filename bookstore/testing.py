"""What tests of every app use."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

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
