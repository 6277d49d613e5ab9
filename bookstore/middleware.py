"""What happens to every request before and after its view."""

import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache, partial
from random import getrandbits

import structlog
from corsheaders.middleware import CorsMiddleware as LibraryCorsMiddleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost
from django.core.paginator import InvalidPage
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

from bookstore import errors, metrics, problems, rate_limits
from bookstore.client_address import client_address, comes_from_proxy, current_request, is_in, neighbourhood
from bookstore.errors import BookstoreError
from bookstore.hosts import host_of
from bookstore.logs import write_access

Next = Callable[[HttpRequest], HttpResponse]

SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,128}", re.ASCII)
LONGEST_LANGUAGES = 200  # that are remembered
SPELLINGS_OF_Q = ("q", "%71")


class RequestContextMiddleware:
    """Give each request an id, found in its answer, its log lines and its tasks; tell how long it took."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        if not comes_from_proxy(request):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)  # SECURE_PROXY_SSL_HEADER would believe anybody
        claimed = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = claimed if SANE_REQUEST_ID.fullmatch(claimed) else new_request_id()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)

        current_request.set(request)

        response = self.get_response(request)

        current_request.set(None)
        seconds = time.perf_counter() - started
        response["X-Request-ID"] = request_id
        response["X-Process-Time"] = f"{seconds:.6f}"
        response["Server-Timing"] = f"app;dur={seconds * 1000:.3f}"
        metrics.observe(request, response.status_code, seconds)
        write_access(
            method=request.method,
            path=path_to_log(request.path),
            status=response.status_code,
            seconds=round(seconds, 6),
        )
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Refusals of plain Django views; bugs go on to Django's handler."""
        if isinstance(error, InvalidPage):
            return problems.not_found(request, error)  # the theme's search takes any text for a page number
        if request.path.startswith(problems.CONSOLE) or problems.as_refusal(error).status == 500:
            return None
        return problems.answer(error)


def new_request_id() -> str:
    """A UUIDv7 (RFC 9562) as text, without making an object of it first."""
    noise = getrandbits(74)
    number = time.time_ns() // 1_000_000 << 80 | 7 << 76 | noise >> 62 << 64 | 2 << 62 | noise & (1 << 62) - 1
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def path_to_log(path: str) -> str:
    """The path without what only its reader may know: tokens in links (settings.SECRET_PATHS)."""
    if not path.startswith(settings.SECRET_PATHS):
        return path
    secret = next(prefix for prefix in settings.SECRET_PATHS if path.startswith(prefix))
    return f"{secret}…"


class SecurityHeadersMiddleware:
    """Content-Security-Policy by the kind of page (settings.CONTENT_SECURITY_POLICIES), and no device access."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policies = settings.CONTENT_SECURITY_POLICIES
        policy = next(policy for prefix, policy in policies if request.path.startswith(prefix))
        response.setdefault("Content-Security-Policy", policy)
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        return response


class RequestLimitsMiddleware:
    """Refuse what no view could answer: unknown hosts, endless addresses, huge or endless bodies, NUL characters."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            self.check(request)
        except (BookstoreError, DisallowedHost) as error:
            return problems.answer(error)
        return self.get_response(request)

    def check(self, request: HttpRequest) -> None:
        query = request.META.get("QUERY_STRING", "")
        if len(request.path) + len(query) > settings.URL_LIMIT:
            raise errors.AddressTooLong(limit=settings.URL_LIMIT)
        if "\0" in request.path or "\0" in query or "%00" in query:
            raise errors.MalformedRequest(errors.NUL_IN_ADDRESS)
        host_of(request)
        if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
            raise errors.LengthRequired
        if length := self.declared_length(request):
            limit = settings.UPLOAD_LIMIT if self.is_upload(request) else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            if length > limit:
                raise errors.BodyTooLarge(limit=limit)

    @staticmethod
    def declared_length(request: HttpRequest) -> int:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit():
            raise errors.MalformedRequest
        return int(length)

    @staticmethod
    def is_upload(request: HttpRequest) -> bool:
        """The console takes files, which Django streams to disk; covers are sent as they are."""
        kinds = (place for place in settings.UPLOADS if request.path.startswith(place[0]))
        return any((request.content_type or "").startswith(kind) for _prefix, kind in kinds)


class RateLimitMiddleware:
    """Count each request against its client's limit, and say in every answer what is left of it.

    Whoever has signed in (`request.claims`) is counted by user, not by address. What else the request wants to know
    from Redis (`request.redis_keys`) comes along as `request.redis_values`.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scope = self.scope(request)
        if scope is None:
            return self.get_response(request)
        address = client_address(request)
        trusted = is_in(address, settings.RATE_LIMIT_TRUSTED)
        client = str(request.claims.user) if scope == "user" else neighbourhood(address)
        also = getattr(request, "redis_keys", ())
        verdict = rate_limits.take(scope, client, enforced=not trusted, also=also)
        request.redis_values = verdict.values
        response = self.get_response(request) if verdict.passes else self.refuse(verdict)
        for name, value in verdict.headers().items():
            response[name] = value
        return response

    @staticmethod
    def refuse(verdict: rate_limits.Verdict) -> HttpResponse:
        metrics.REFUSED.labels(verdict.scope).inc()
        wait = str(verdict.reset)
        return problems.answer(errors.TooManyRequests(seconds=verdict.reset, headers={"Retry-After": wait}))

    @staticmethod
    def scope(request: HttpRequest) -> str | None:
        """Which limit counts: by the longest prefix in settings.RATE_LIMIT_SCOPES; words to search for count more."""
        for prefix, scope in settings.RATE_LIMIT_SCOPES:
            if request.path.startswith(prefix):
                return RateLimitMiddleware.narrower(request) if scope == "anonymous" else scope
        return None

    @staticmethod
    def narrower(request: HttpRequest) -> str:
        query = request.META.get("QUERY_STRING", "")
        if any(spelling in query for spelling in SPELLINGS_OF_Q) and "q" in request.GET:
            return "search"
        return "user" if getattr(request, "claims", None) else "anonymous"


class CorsMiddleware(LibraryCorsMiddleware):
    """Only browsers name an origin. All that the library does for other clients is to say that it would matter."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_ORIGIN" in request.META or request.method == "OPTIONS":
            return super().__call__(request)
        response = self.get_response(request)
        if self.is_enabled(request):
            vary_on(response, "origin")
        return response


def vary_on(response: HttpResponse, header: str) -> None:
    response["Vary"] = with_vary(response.headers.get("Vary", ""), header)


@lru_cache(maxsize=100)
def with_vary(known: str, header: str) -> str:
    """What Django makes of the one and the other; there are only so many."""
    response = HttpResponse(headers={"Vary": known} if known else None)
    patch_vary_headers(response, [header])
    return response["Vary"]


_has_language: ContextVar[bool] = ContextVar("has_language", default=False)  # this thread, from its first request


class LanguageMiddleware:
    """The reader's language, by cookie or Accept-Language; unlike Django's, without a look at the path for one.

    It ends with the answer: what the thread does next is not the reader's.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _has_language.get():
            translation.activate(translation.get_language())  # it is found faster than that there is none
            _has_language.set(True)
        language = language_wanted(request)
        request.LANGUAGE_CODE = language
        if language == translation.get_language():
            response = self.get_response(request)
        else:
            with translation.override(language):
                response = self.get_response(request)
        vary_on(response, "Accept-Language")
        response.setdefault("Content-Language", language)
        return response


def language_wanted(request: HttpRequest) -> str:
    accepted = request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    if len(accepted) > LONGEST_LANGUAGES or settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return translation.get_language_from_request(request)
    return language_of(accepted)


@lru_cache(maxsize=1_000)
def language_of(accepted: str) -> str:
    """What Django makes of an Accept-Language header: browsers send a few, over and over."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    return translation.get_language_from_request(request)


class SlashMiddleware(CommonMiddleware):
    """Sends a request without its last slash to where it belongs, as what it is: with 301 a POST becomes a GET."""

    response_redirect_class = partial(HttpResponsePermanentRedirect, preserve_request=True)

    def process_request(self, request: HttpRequest) -> None:
        """Without Django's look for user agents and hosts that are not wanted."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """A 304 has the length of an answer that it does not repeat, or none (RFC 9110, 8.6); Django would say 0."""
        return response if response.status_code == 304 else super().process_response(request, response)


class ForConsole:
    """Mixed into a middleware of Django's: only the console has sessions, messages and users that log in by form."""

    get_response: Next

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(problems.CONSOLE):
            return super().__call__(request)  # type: ignore[misc]  # a mixin
        return self.get_response(request)


class ConsoleSessionMiddleware(ForConsole, SessionMiddleware):
    pass


class ConsoleAuthenticationMiddleware(ForConsole, AuthenticationMiddleware):
    pass


class ConsoleMessageMiddleware(ForConsole, MessageMiddleware):
    pass
