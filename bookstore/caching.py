"""Answers that may be kept: ETags by version, 304 without building the body, and bodies asked for again and again."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import ResolverMatch
from django.utils.http import parse_etags
from django.utils.translation import get_language
from rest_framework.permissions import AllowAny

from bookstore import versions

CACHE_CONTROL = "public, max-age=0, must-revalidate"
MOST_KEPT = 16_000_000  # bytes in each process
ANSWER_TAKES = 1_000  # bytes, for its headers and places
LARGEST_KEPT = 100_000
MOST_PATHS = 5_000  # in each process; about a kilobyte each
LONGEST_PATH = 200
READING = {"GET", "HEAD"}


class KeptAnswers:
    """The answers last given by this process, by ETag and Accept. The version in the ETag says when they are old."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, str], tuple[bytes, dict[str, str]]] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, etag: str, request: HttpRequest) -> HttpResponse | None:
        key = (etag, request.META.get("HTTP_ACCEPT", ""))
        with self._lock:
            if key not in self._answers:
                return None
            self._answers.move_to_end(key)
            content, headers = self._answers[key]
        return HttpResponse(content, headers=headers)

    def keep(self, etag: str, request: HttpRequest, response: HttpResponse) -> None:
        accept = request.META.get("HTTP_ACCEPT", "")
        if len(response.content) > LARGEST_KEPT or len(accept) > LARGEST_KEPT:
            return
        with self._lock:
            if (etag, accept) not in self._answers:
                headers = {**response.headers, "Content-Length": str(len(response.content))}
                self._answers[etag, accept] = (response.content, headers)
                self._size += len(response.content) + len(accept) + ANSWER_TAKES
            while self._size > MOST_KEPT:
                (_etag, accept), (content, _headers) = self._answers.popitem(last=False)
                self._size -= len(content) + len(accept) + ANSWER_TAKES


kept = KeptAnswers()


class VersionedReads:
    """A view whose answers change only with a version: the catalogue's reads. Mix it in before the view class.

    Everybody may read them, and nobody is told anything else than others are.
    """

    version_name = "catalog"
    authentication_classes = ()
    permission_classes = (AllowAny,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in READING:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # a mixin
        if type(self).dispatch is VersionedReads.dispatch:  # else others have a hand in what it answers
            known_reads.note(request, self.version_name)
        if not hasattr(request, "etag_now") and (known := answer_at_once(request, self.version_name)):
            return known
        etag = request.etag_now
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # a mixin
        if response.status_code != 200:
            return response
        if response.streaming:
            return publicly(response, etag) if etag else response
        response = getattr(response, "render", lambda: response)()
        if not etag:
            etag = etag_of(response.content)
            return publicly(not_modified() if is_known(request, etag) else response, etag)
        if request.method == "GET" and self.may_be_kept(response):  # a HEAD may be answered without a body
            kept.keep(etag, request, publicly(response, etag))
        return publicly(response, etag)

    def perform_authentication(self, request: Any) -> None:
        """Of those who read, only once somebody wants to know who they are, which nobody does."""
        if request.method not in READING:
            super().perform_authentication(request)  # type: ignore[misc]  # a mixin

    def may_be_kept(self, response: HttpResponse) -> bool:
        """Whether the same answer will do for whoever asks the same, without the view seeing that they do."""
        return not response.cookies


def answer_at_once(request: HttpRequest, version_name: str) -> HttpResponse | None:
    """The answer to a versioned read where no view is needed for it: that it is unchanged, or the one given before.

    `request.etag_now` is the ETag that the answer has now, or None while nobody knows the version. In a transaction
    no answer is given again: what that has changed is in no version yet.
    """
    version = versions.current(version_name)
    language = getattr(request, "LANGUAGE_CODE", None) or get_language() or ""
    etag = request.etag_now = version and etag_of(version, *address_of(request), language)
    if not etag:
        return None
    if is_known(request, etag):
        return publicly(not_modified(), etag)
    return None if connection.in_atomic_block else kept.get(etag, request)


class KnownReads:
    """The paths that have led to a versioned read in this process, with what Django found out about them."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[ResolverMatch, str]] = {}

    def note(self, request: HttpRequest, version_name: str) -> None:
        if request.path in self._found or not request.resolver_match or len(request.path) > LONGEST_PATH:
            return
        if len(self._found) >= MOST_PATHS:
            self.forget()
        self._found[request.path] = (request.resolver_match, version_name)

    def forget(self) -> None:
        self._found.clear()

    def find(self, request: HttpRequest) -> tuple[ResolverMatch, str] | None:
        return self._found.get(request.path)


known_reads = KnownReads()


class KnownReadsMiddleware:
    """Answers versioned reads at once where that is possible and the way to their view is known.

    It stands behind everything that may refuse a request, and before what only views and the console need.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = known_reads.find(request) if request.method in READING else None
        if known:
            request.resolver_match, version_name = known
            if answer := answer_at_once(request, version_name):
                return answer
        return self.get_response(request)


def address_of(request: HttpRequest) -> tuple[str, ...]:
    """What the address of a request is made of, for less than making it."""
    return request.scheme, request.META.get("HTTP_HOST", ""), request.path, request.META.get("QUERY_STRING", "")


def etag_of(*parts: str | bytes) -> str:
    written = [part if isinstance(part, bytes) else part.encode(errors="surrogatepass") for part in parts]
    digest = hashlib.blake2b(b"\0".join([*written, b""]), digest_size=12)
    return f'"{digest.hexdigest()}"'


def is_known(request: HttpRequest, etag: str) -> bool:
    known = request.META.get("HTTP_IF_NONE_MATCH")
    return known == etag or (bool(known) and etag in [tag.removeprefix("W/") for tag in parse_etags(known)])


def not_modified() -> HttpResponse:
    return HttpResponseNotModified(content_type="")  # it has none, but Django would work out one to take it away


def publicly(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    response["Cache-Control"] = CACHE_CONTROL
    return response
