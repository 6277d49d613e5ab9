"""Text of the catalogue on its way to people and machines: plain, of a length, and safe where it goes."""

import html
import re
from typing import Any
from xml.sax.saxutils import escape

import orjson
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BLOCK = re.compile(r"<\s*(?:br|/?(?:p|div|ul|ol|h[1-6]|blockquote|tr|table)\b)[^<>]*>", re.IGNORECASE)
ITEM = re.compile(r"<\s*li\b[^<>]*>", re.IGNORECASE)
INLINE = re.compile(r"</?\s*(?:b|i|em|strong|u|span|a|sub|sup|small|cite|li|td|th|font)\b[^<>]*>", re.IGNORECASE)
IN_SCRIPT = {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def paragraphs(text: str) -> list[str]:
    """A description in plain paragraphs. Many come with the tags of HTML in them; whoever shows them escapes them."""
    if BLOCK.search(text) or INLINE.search(text):
        text = html.unescape(INLINE.sub("", ITEM.sub("\n\n• ", BLOCK.sub("\n\n", text))))
    found = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    return [part for part in found if part]


def in_short(text: str, longest: int) -> str:
    """The beginning of a description in one line."""
    return Truncator(" ".join(paragraphs(text))).chars(longest)


def xml_text(text: Any) -> str:
    """Text as XML can hold it: what it may not contain at all is left out, the rest escaped."""
    return escape(NOT_IN_XML.sub("", str(text)), {'"': "&quot;"})


def without_controls(text: str) -> str:
    """For writers that escape by themselves and stop at what XML may not contain."""
    return NOT_IN_XML.sub("", text)


def json_in_html(value: Any) -> SafeString:
    """JSON that stands in a script element and cannot end it."""
    text = orjson.dumps(value).decode()
    for character, written in IN_SCRIPT.items():
        text = text.replace(character, written)
    return mark_safe(text)  # noqa: S308 - nothing that HTML would read is left in it
