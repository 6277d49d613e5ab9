"""Every answer of status 400 and above, in one form: application/problem+json (RFC 9457)."""

import sys
from collections.abc import Iterator
from typing import Any

import sentry_sdk
import structlog
from django.contrib import admin
from django.core import exceptions as django_errors
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.paginator import InvalidPage
from django.db import InterfaceError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.db.utils import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from rest_framework import exceptions as drf_errors
from rest_framework.views import set_rollback

from bookstore import errors
from bookstore.errors import BookstoreError, FieldError
from bookstore.json import dumps

CONTENT_TYPE = "application/problem+json"
CONSOLE = "/console/"  # people read its errors as pages
log = structlog.get_logger("bookstore.problems")

REFUSAL_OF: list[tuple[type[BaseException], type[BookstoreError]]] = [
    (drf_errors.ParseError, errors.MalformedRequest),
    (drf_errors.NotAuthenticated, errors.NotAuthenticated),
    (drf_errors.AuthenticationFailed, errors.NotAuthenticated),
    (drf_errors.PermissionDenied, errors.PermissionDenied),
    (drf_errors.NotFound, errors.NotFound),
    (drf_errors.MethodNotAllowed, errors.MethodNotAllowed),
    (drf_errors.NotAcceptable, errors.NotAcceptable),
    (drf_errors.UnsupportedMediaType, errors.UnsupportedMediaType),
    (drf_errors.Throttled, errors.TooManyRequests),
    (Http404, errors.NotFound),
    (InvalidPage, errors.NotFound),
    (django_errors.PermissionDenied, errors.PermissionDenied),
    (django_errors.DisallowedHost, errors.UnknownHost),
    (django_errors.RequestDataTooBig, errors.BodyTooLarge),
    (django_errors.SuspiciousOperation, errors.MalformedRequest),
    (django_errors.BadRequest, errors.MalformedRequest),
    (MultiPartParserError, errors.MalformedRequest),
    (ProtectedError, errors.StillInUse),
    (RestrictedError, errors.StillInUse),
    (IntegrityError, errors.Conflict),
    (OperationalError, errors.ServiceUnavailable),
    (InterfaceError, errors.ServiceUnavailable),
]
RETRY_AFTER = {errors.ServiceUnavailable: "5", errors.RequestInProgress: "1"}


def as_refusal(error: BaseException | None) -> BookstoreError:
    """The refusal that an exception amounts to; a bug amounts to ServerError."""
    if isinstance(error, BookstoreError):
        return error
    if isinstance(error, drf_errors.ValidationError):
        return errors.Invalid(errors=list(field_errors(error.detail)))
    if isinstance(error, django_errors.ValidationError):
        return errors.Invalid(errors=list(model_errors(error)))
    for kind, refusal in REFUSAL_OF:
        if isinstance(error, kind):
            return refusal(**facts_of(error))
    return errors.ServerError()


def facts_of(error: BaseException) -> dict[str, Any]:
    if isinstance(error, drf_errors.MethodNotAllowed):
        return {"message": error.detail, "method": str(error.args[0]) if error.args else ""}
    if isinstance(error, drf_errors.ParseError):
        return {"message": error.detail}
    if isinstance(error, drf_errors.Throttled):
        return {"seconds": int(getattr(error, "wait", None) or 1)}  # DRF says so only by what it does
    return {}


def field_errors(detail: Any, path: str = "") -> Iterator[FieldError]:
    """DRF's tree of details as a flat list with dotted paths."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else str(name)
            yield from field_errors(inner, f"{path}.{step}".strip("."))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from field_errors(inner, f"{path}.{place}".strip(".") if nested else path)
    else:
        yield FieldError(code=getattr(detail, "code", "invalid"), message=str(detail), field=path)


def model_errors(error: django_errors.ValidationError) -> Iterator[FieldError]:
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for field, inner_errors in by_field.items():
        for inner in inner_errors:
            name = "" if field == NON_FIELD_ERRORS else field
            yield FieldError(code=inner.code or "invalid", message=" ".join(inner.messages), field=name)


def problem(refusal: BookstoreError) -> dict[str, Any]:
    """The body that a refusal has."""
    return {
        "type": f"/docs/problems/{refusal.code}",
        "title": str(refusal.title),
        "status": refusal.status,
        "detail": str(refusal),
        "code": refusal.code,
        "errors": [{"code": e.code, "message": e.message, "field": e.field} for e in refusal.errors],
        "facts": refusal.facts,
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
    }


def headers_of(refusal: BookstoreError) -> dict[str, str]:
    retry_after = RETRY_AFTER.get(type(refusal))
    challenge = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    wait = {"Retry-After": retry_after} if retry_after else {}
    return {**challenge, **wait, **refusal.headers, "Cache-Control": "no-store"}


def answer(error: BaseException | None) -> HttpResponse:
    """The answer to a refusal met outside a DRF view."""
    refusal = as_refusal(error)
    note(refusal, error)
    return HttpResponse(
        dumps(problem(refusal)), status=refusal.status, content_type=CONTENT_TYPE, headers=headers_of(refusal)
    )


def note(refusal: BookstoreError, error: BaseException | None) -> None:
    """Log what somebody has to look at: bugs, and what the database refused or could not do."""
    if refusal.status == 500:
        log.error("bug", exc_info=error)
        sentry_sdk.capture_exception(error)
    elif isinstance(error, IntegrityError | OperationalError | InterfaceError):
        log.warning("database", code=refusal.code, error=str(error))


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """DRF's way here. Not a DRF response: that would be written by the view's renderer, be it YAML or HTML."""
    set_rollback()
    return answer(error)


# ---- Django's ways here (config.urls, CSRF_FAILURE_VIEW) -----------------------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return console_page(request, exception) if request.path.startswith(CONSOLE) else answer(exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return console_page(request, exception) if request.path.startswith(CONSOLE) else answer(exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return bare_page(errors.ServerError()) if request.path.startswith(CONSOLE) else answer(sys.exception())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return permission_denied(request, errors.PermissionDenied(errors.OLD_FORM))


def console_page(request: HttpRequest, error: Exception) -> HttpResponse:
    """A refusal with the console around it, so that one can go on from there."""
    refusal, user = as_refusal(error), getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return bare_page(refusal)
    shown = {**admin.site.each_context(request), "title": refusal.title, "refusal": refusal,
             "back": reverse("admin:index")}  # fmt: skip
    return render(request, "console/refusal.html", shown, status=refusal.status)


def bare_page(refusal: BookstoreError) -> HttpResponse:
    """A page that needs neither the database nor anybody signed in."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    shown = {"refusal": refusal, "back": reverse("admin:index"), "language": get_language(), "request_id": request_id}
    return HttpResponse(render_to_string("console/bare.html", shown), status=refusal.status)
