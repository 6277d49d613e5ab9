"""An element as plain data under ONIX's long names, whatever names and namespace the file uses.

An element with children is a dict of them, one that repeats is a list, an empty one is True, and text is a string:
with its attributes where some matter, `{"text": "20260301", "dateformat": "00"}`. XHTML in a text is sanitised.
"""

import html
import re
from functools import lru_cache
from typing import Any

import nh3
from lxml import etree

from catalog.imports.onix.elements import children, elements, long_names

Tree = dict[str, Any]

ATTRIBUTES = ("textformat", "dateformat", "language", "datestamp")
MARKUP_FORMATS = ("02", "03", "05")  # ONIX list 34: HTML, XML, XHTML
LOOKS_LIKE_MARKUP = re.compile(
    r"</?(?:a|b|i|u|p|br|div|span|font|em|strong|ul|ol|li|h[1-6]|blockquote|small|su[bp]|table|script|img|style)"
    r"(?:\s[^<>]*)?/?>", re.IGNORECASE
)  # fmt: skip
TAGS = {
    "a", "abbr", "b", "blockquote", "br", "cite", "code", "dd", "dfn", "dl", "dt", "em", "h3", "h4", "h5", "h6", "hr",
    "i", "li", "ol", "p", "q", "rp", "rt", "ruby", "s", "small", "strong", "sub", "sup", "table", "tbody", "td", "th",
    "thead", "tr", "u", "ul",
}  # fmt: skip
ALLOWED = {"a": {"href"}, "ol": {"start"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
CLEANER = nh3.Cleaner(tags=TAGS, attributes=ALLOWED, url_schemes={"http", "https", "mailto"})
BREAKS = dict.fromkeys(("br", "/li", "/tr", "/dd"), "\n") | dict.fromkeys(  # tags as the sanitiser writes them
    ("/p", "/h3", "/h4", "/h5", "/h6", "/blockquote", "/ul", "/ol", "/table", "/dl"), "\n\n"
)


def read_element(element: etree._Element) -> Any:
    """The element's value."""
    return value_of(element, kind_of(element.tag)[1])


def value_of(element: etree._Element, is_text: bool) -> Any:
    if not len(element):
        return leaf(element, element.text or "")
    if is_text:
        return leaf(element, inner_markup(element))
    found: Tree = {}
    for child in element:
        name, is_text = kind_of(child.tag)
        value = value_of(child, is_text)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


@lru_cache(maxsize=5000)
def kind_of(tag: str) -> tuple[str, bool]:
    """An element's long name, and whether what stands inside is XHTML and not more ONIX."""
    local = tag.rpartition("}")[2]
    name = long_names().get(local, local)
    return name, name in elements() and not children(name)


def inner_markup(element: etree._Element) -> str:
    parts = [html.escape(element.text or "", quote=False)]
    parts += [etree.tostring(child, encoding="unicode") for child in element]
    return "".join(parts)


def leaf(element: etree._Element, text: str) -> Any:
    said = element.attrib
    if not said and "<" not in text:
        return text.strip() or True
    attributes = {name: said[name].strip() for name in ATTRIBUTES if name in said}
    is_markup = bool(len(element)) or (
        "<" in text and (attributes.get("textformat") in MARKUP_FORMATS or bool(LOOKS_LIKE_MARKUP.search(text)))
    )
    value = sanitised(text) if is_markup else text.strip()
    if is_markup:
        attributes["textformat"] = "05"
    elif "textformat" in attributes:
        attributes["textformat"] = "06"
        value = html.unescape(value) if "&" in value else value
    return {"text": value, **attributes} if attributes else value or True


def sanitised(markup: str) -> str:
    """Only the tags that a description needs; no scripts, styles, pictures or links to anything but the web."""
    return CLEANER.clean(markup).replace("\r", "").strip()


# ---- looking into a tree ---------------------------------------------------------------------------------------


def many(tree: Tree, name: str) -> list[Any]:
    value = tree.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def parts(tree: Tree, name: str) -> list[Tree]:
    """The composites of this name."""
    value = tree.get(name)
    if isinstance(value, dict):
        return [] if "text" in value else [value]
    return [each for each in value if isinstance(each, dict) and "text" not in each] if isinstance(value, list) else []


def part(tree: Tree, name: str) -> Tree:
    return found[0] if (found := parts(tree, name)) else {}


def words_of(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("text", "")
    return value if isinstance(value, str) else ""


def all_words(tree: Tree, name: str) -> list[str]:
    value = tree.get(name)
    if value is None or value is True:
        return []
    if isinstance(value, str):
        return [value] if value else []
    return [text for value in many(tree, name) if (text := words_of(value))]


def words(tree: Tree, name: str) -> str:
    """The first text of this name, or nothing."""
    value = tree.get(name, "")
    if isinstance(value, str):
        return value
    return found[0] if (found := all_words(tree, name)) else ""


def line(tree: Tree, name: str) -> str:
    """The first text of this name in one line of plain text."""
    value = tree.get(name)
    if value is None:
        return ""
    if isinstance(value, list):
        value = value[0]
    return " ".join((value if isinstance(value, str) else plain_text(value)).split())


def as_markup(value: Any) -> str:
    """A text as safe HTML."""
    text = words_of(value)
    if isinstance(value, dict) and value.get("textformat") == "05":
        return text
    paragraphs = [html.escape(part.strip(), quote=False) for part in re.split(r"\n\s*\n", text) if part.strip()]
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs) if len(paragraphs) > 1 else "".join(paragraphs)


def plain_text(value: Any) -> str:
    """A text without markup, its paragraphs parted by empty lines."""
    text = words_of(value)
    if not (isinstance(value, dict) and value.get("textformat") == "05"):
        return text
    before, *tagged = " ".join(text.split()).split("<")  # what is sanitised has no other < than that of a tag
    for each in tagged:
        tag, _, behind = each.partition(">")
        before += BREAKS.get(tag, "") + behind
    bare = html.unescape(before) if "&" in before else before
    lines = map(one_spaced if "&" in before else lightly_spaced, bare.strip().split("\n"))
    found = "\n".join(lines).strip()
    return re.sub(r"\n{3,}", "\n\n", found) if "\n\n\n" in found else found


def one_spaced(text: str) -> str:
    return " ".join(text.split())


def lightly_spaced(text: str) -> str:
    """The same, where no other white space can be than the spaces left beside tags."""
    text = text.strip()
    return one_spaced(text) if "  " in text else text
