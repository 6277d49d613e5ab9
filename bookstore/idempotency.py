"""Do a thing once however often it is asked for (the Idempotency-Key header, IETF httpapi draft).

The key's row is written in the same transaction as what the request did, so that both are there or neither. Answers
of the server's own failure (5xx) and of the rate limit (429) are never kept: the client may try again.
"""

import functools
import hashlib
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookstore.deadlocks import is_deadlock
from bookstore.errors import IdempotencyKeyRequired, IdempotencyKeyReused, RequestInProgress
from bookstore.json import dumps
from bookstore.models import IdempotencyRecord
from bookstore.problems import CONTENT_TYPE

LONGEST_KEY = 255
MOST_ATTEMPTS = 3
KEPT_HEADERS = ("Location", "ETag")
Action = Callable[..., Response]


def idempotent(*, required: bool = False) -> Callable[[Action], Callable[..., HttpResponse]]:
    """Make a view's action answer a repeated key as it did the first time."""

    def decorate(action: Action) -> Callable[..., HttpResponse]:
        @functools.wraps(action)
        def once(view: APIView, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            key = request.headers.get("Idempotency-Key")
            if key is None and not required:
                return action(view, request, *args, **kwargs)
            if key is None or not 1 <= len(key) <= LONGEST_KEY:
                raise IdempotencyKeyRequired
            return run_once(view, request, key, lambda: action(view, request, *args, **kwargs))

        return once

    return decorate


def run_once(view: APIView, request: Request, key: str, act: Callable[[], Response]) -> HttpResponse:
    """The kept answer, or what `act` answers now. Raises RequestInProgress, IdempotencyKeyReused.

    A transaction that the database gave up to end a deadlock has left nothing behind, and is begun again.
    """
    for attempt in range(1, MOST_ATTEMPTS + 1):
        try:
            return answer_once(view, request, key, act)
        except OperationalError as error:
            if attempt == MOST_ATTEMPTS or not is_deadlock(error):
                raise
    raise AssertionError("The last attempt answers or raises.")


@transaction.atomic
def answer_once(view: APIView, request: Request, key: str, act: Callable[[], Response]) -> HttpResponse:
    owner, digest = owner_of(request), digest_of(request)
    if owner is None:
        return act()
    if not lock(owner, key):
        raise RequestInProgress
    record = IdempotencyRecord.objects.filter(owner=owner, key=key).first()
    if record is not None:
        return replay(record, digest)
    response = act_or_refuse(view, act)
    if response.status_code < 500 and response.status_code != 429:
        keep(response, owner=owner, key=key, request_digest=digest)
    return response


def act_or_refuse(view: APIView, act: Callable[[], Response]) -> HttpResponse:
    """A refusal undoes what the action had begun, and is an answer like any other. A bug undoes all, key included."""
    try:
        with transaction.atomic():
            return act()
    except Exception as error:
        if is_deadlock(error):
            raise
        response: HttpResponse = view.handle_exception(error)
        transaction.set_rollback(response.status_code >= 500)
        return response


def owner_name(user: Any) -> str:
    return f"user:{user}"


def forget_answers(user: Any) -> None:
    """Delete the kept answers of a user, who is nobody any more and will not ask again."""
    IdempotencyRecord.objects.filter(owner=owner_name(user)).delete()


def owner_of(request: Request) -> str | None:
    """Whose key it is: the user's, or the guest's with this cart or the link of this mail.

    None for who comes with none: nobody could tell two of them behind one address apart, and the answer would show
    the one what the other has. Such a guest has nothing yet that could be done twice.
    """
    if request.user and request.user.is_authenticated:
        return owner_name(request.user.pk)
    guest = request.META.get("HTTP_X_CART_TOKEN") or request.query_params.get("token")
    return "guest:" + hashlib.sha256(guest.encode()).hexdigest() if guest else None


def digest_of(request: Request) -> str:
    body = dumps([request.method, request.path, request.query_params.urlencode(), request.data])
    return hashlib.sha256(body).hexdigest()


def lock(owner: str, key: str) -> bool:
    """Hold the key until the transaction ends; False where another request holds it."""
    number = int.from_bytes(hashlib.sha256(f"{owner}\n{key}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def keep(response: HttpResponse, **fields: str) -> None:
    data = getattr(response, "data", None)
    IdempotencyRecord.objects.create(
        status=response.status_code,
        headers={name: response[name] for name in KEPT_HEADERS if name in response},
        body=response.content if not isinstance(response, Response) else b"" if data is None else dumps(data),
        **fields,
    )


def replay(record: IdempotencyRecord, digest: str) -> HttpResponse:
    if record.request_digest != digest:
        raise IdempotencyKeyReused
    return HttpResponse(
        bytes(record.body),
        status=record.status,
        content_type=CONTENT_TYPE if record.status >= 400 else "application/json",
        headers={**record.headers, "Idempotent-Replayed": "true"},
    )
