"""Answers that may be kept: ETags by version, and 304 without building the body."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from django.utils.translation import get_language
from rest_framework.permissions import AllowAny

from bookstore import versions

CACHE_CONTROL = "public, max-age=0, must-revalidate"


class VersionedReads:
    """A view whose answers change only with a version: the catalogue's reads. Mix it in before the view class.

    Everybody may read them, and nobody is told anything else than others are.
    """

    version_name = "catalog"
    authentication_classes = ()
    permission_classes = (AllowAny,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # a mixin
        version = versions.current(self.version_name)
        etag = version and etag_of(version, request.get_host(), request.get_full_path(), get_language() or "")
        if etag and is_known(request, etag):
            return publicly(HttpResponseNotModified(), etag)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # a mixin
        if response.status_code != 200:
            return response
        if not etag and response.streaming:
            return response
        if not etag:
            response = getattr(response, "render", lambda: response)()
            etag = etag_of(response.content)
            if is_known(request, etag):
                return publicly(HttpResponseNotModified(), etag)
        return publicly(response, etag)


def etag_of(*parts: str | bytes) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        digest.update(part if isinstance(part, bytes) else part.encode(errors="surrogatepass"))
        digest.update(b"\0")
    return f'"{digest.hexdigest()}"'


def is_known(request: HttpRequest, etag: str) -> bool:
    known = request.META.get("HTTP_IF_NONE_MATCH")
    return bool(known) and etag in [tag.removeprefix("W/") for tag in parse_etags(known)]


def publicly(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    response["Cache-Control"] = CACHE_CONTROL
    return response
