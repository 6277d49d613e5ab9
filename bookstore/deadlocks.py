"""Work that the database gave up to end a deadlock has left nothing behind, and is begun again."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

TRIES = 4

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def is_deadlock(error: Exception) -> bool:
    return isinstance(error.__cause__, DeadlockDetected)


def again_after_deadlock(work: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Do it in a transaction, and again where somebody took the same rows the other way round; they go first.

    Inside another transaction it is that one which has to begin again.
    """

    @wraps(work)
    def tried(*args: Given.args, **options: Given.kwargs) -> Answer:
        for left in reversed(range(TRIES)):
            try:
                with transaction.atomic():
                    return work(*args, **options)
            except OperationalError as error:
                if not is_deadlock(error) or not left or connection.in_atomic_block:
                    raise
        raise AssertionError

    return tried
