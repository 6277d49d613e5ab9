"""JSON in and out: strict and fast (orjson), with DRF's spelling of dates, decimals and lazy text."""

from collections.abc import Iterable
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.utils.encoders import JSONEncoder

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC | orjson.OPT_NON_STR_KEYS
DEEPEST = 100  # levels of lists and objects in a body; no request of ours has ten
_encoder = JSONEncoder()


def dumps(value: Any) -> bytes:
    return orjson.dumps(value, default=_encoder.default, option=OPTIONS)


class JSONResponse(HttpResponse):
    """An answer of the API from a hot read, which needs nothing of DRF's Response but its form."""

    def __init__(self, data: Any) -> None:
        super().__init__(dumps(data), content_type=JSONRenderer.media_type)


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "text"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else dumps(data)


class Negotiation(DefaultContentNegotiation):
    """Who takes anything, or just what a view answers first, need not be compared with it part by part."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> tuple[Any, str]:
        first = renderers[0]
        if request.META.get("HTTP_ACCEPT", "*/*") in {"*/*", first.media_type}:
            return first, first.media_type
        chosen: tuple[Any, str] = super().select_renderer(request, renderers, format_suffix)
        return chosen


class JSONParser(BaseParser):
    """Reads what RFC 8259 calls JSON and nothing else: no NaN, no lone surrogates, no comments, UTF-8 only."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read()
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(_("The body is not JSON: %(why)s.") % {"why": error}) from error
        if body.count(b"[") + body.count(b"{") > DEEPEST and not is_within(DEEPEST, value):
            raise ParseError(_("The body is nested too deeply."))
        return value


def is_within(depth: int, value: Any) -> bool:
    """Whether lists and objects are nested no deeper than that."""
    level = [value]
    for _step in range(depth + 1):
        level = [inner for outer in level if isinstance(outer, list | dict) for inner in children(outer)]
        if not level:
            return True
    return False


def children(value: list[Any] | dict[str, Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value
