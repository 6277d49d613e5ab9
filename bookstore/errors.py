"""Refusals: every "no" of the shop is a class with a code, a sentence and facts, and is rendered in one place."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: a stable code, a sentence, and the dotted path (`items.0.quantity`)."""

    code: str
    message: str
    field: str


class BookstoreError(Exception):
    """A refusal. Subclasses set the code, the HTTP status and the sentence, whose {names} are the facts."""

    status: ClassVar[int] = 409
    code: ClassVar[str]
    title: ClassVar[str | Promise]
    message: ClassVar[str | Promise]

    def __init__(
        self,
        message: str | Promise | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> None:
        super().__init__()
        self.sentence = message
        self.errors = errors
        self.headers = dict(headers or {})
        self.facts = facts

    @classmethod
    def example(cls) -> str:
        """The sentence without facts, for documentation."""
        return str(cls.message).format_map(defaultdict(lambda: "…"))

    def __str__(self) -> str:
        return str(self.sentence) if self.sentence is not None else str(self.message).format_map(self.facts)


def all_refusals(parent: type[BookstoreError] = BookstoreError) -> Iterator[type[BookstoreError]]:
    """Every refusal there is, for the documentation's list and the test that no code stands twice."""
    for child in parent.__subclasses__():
        if "code" in vars(child):
            yield child
        yield from all_refusals(child)


NUL_IN_ADDRESS = _("The address has a NUL character in it.")
OLD_FORM = _("This form was open for too long, or cookies are turned off. Load the page again.")


class MalformedRequest(BookstoreError):
    status, code, title = 400, "malformed_request", _("Malformed request")
    message = _("The request cannot be read.")


class Invalid(BookstoreError):
    status, code, title = 400, "invalid", _("Invalid input")
    message = _("Check the fields named in errors.")


class InvalidCursor(BookstoreError):
    status, code, title = 400, "invalid_cursor", _("Invalid cursor")
    message = _("This cursor belongs to no list, or to one in another order. Start again without it.")


class PageOutOfRange(BookstoreError):
    status, code, title = 400, "page_out_of_range", _("Page out of range")
    message = _("Numbered pages reach the first {reach} rows. Go on with next_cursor.")


class UnknownHost(BookstoreError):
    status, code, title = 400, "unknown_host", _("Unknown host")
    message = _("The shop does not answer to this host name.")


class IdempotencyKeyRequired(BookstoreError):
    status, code, title = 400, "idempotency_key_required", _("Idempotency-Key required")
    message = _("Send an Idempotency-Key header of 1 to 255 characters.")


class NotAuthenticated(BookstoreError):
    status, code, title = 401, "not_authenticated", _("Not signed in")
    message = _("Sign in first.")


class PermissionDenied(BookstoreError):
    status, code, title = 403, "permission_denied", _("Not allowed")
    message = _("You may not do this.")


class NotFound(BookstoreError):
    status, code, title = 404, "not_found", _("Not found")
    message = _("There is nothing here.")


class MethodNotAllowed(BookstoreError):
    status, code, title = 405, "method_not_allowed", _("Method not allowed")
    message = _("{method} is not possible here.")


class NotAcceptable(BookstoreError):
    status, code, title = 406, "not_acceptable", _("Not acceptable")
    message = _("The answer cannot be given in a form that the Accept header allows; it is application/json.")


class RequestInProgress(BookstoreError):
    status, code, title = 409, "request_in_progress", _("Request in progress")
    message = _("A request with this Idempotency-Key is still running. Ask again in a moment.")


class Conflict(BookstoreError):
    status, code, title = 409, "conflict", _("Conflict")
    message = _("This contradicts what the shop already has.")


class StillInUse(BookstoreError):
    status, code, title = 409, "still_in_use", _("Still in use")
    message = _("Something else still needs this, so it cannot be removed.")


class LengthRequired(BookstoreError):
    status, code, title = 411, "length_required", _("Length required")
    message = _("Send the body with a Content-Length.")


class ChangedMeanwhile(BookstoreError):
    status, code, title = 412, "changed_meanwhile", _("Changed meanwhile")
    message = _("This has changed since you read it. Read it again.")


class BodyTooLarge(BookstoreError):
    status, code, title = 413, "body_too_large", _("Body too large")
    message = _("The body may have {limit} bytes.")


class AddressTooLong(BookstoreError):
    status, code, title = 414, "address_too_long", _("Address too long")
    message = _("Path and query may have {limit} characters.")


class UnsupportedMediaType(BookstoreError):
    status, code, title = 415, "unsupported_media_type", _("Unsupported media type")
    message = _("Send the body as application/json.")


class IdempotencyKeyReused(BookstoreError):
    status, code, title = 422, "idempotency_key_reused", _("Idempotency-Key used before")
    message = _("This Idempotency-Key came with another request before. Use a new one.")


class TooManyRequests(BookstoreError):
    status, code, title = 429, "too_many_requests", _("Too many requests")
    message = _("Too many requests. Ask again in {seconds} seconds.")


class ServerError(BookstoreError):
    status, code, title = 500, "server_error", _("Server error")
    message = _("Something went wrong on our side. It has been logged under the request id.")


class ServiceUnavailable(BookstoreError):
    status, code, title = 503, "service_unavailable", _("Service unavailable")
    message = _("The shop cannot answer right now. Try again in a moment.")
