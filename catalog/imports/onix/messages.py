"""A message read product by product in constant memory. Each is parsed alone: a broken one costs no other."""

import html
import io
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from catalog.imports.errors import ImportRefused, UnreadableRest
from catalog.imports.files import BROKEN_STREAM, ImportFile, plain
from catalog.imports.onix.trees import Tree, part, read_element, words

CHUNK = 1 << 16  # characters
LONGEST_HEAD = 1 << 20
LONGEST_PRODUCT = 8_000_000
ROOT = re.compile(r"<((?:[\w.-]+:)?(ONIX[Mm]essage))(?=[\s/>])[^>]*>")
ANY_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)[^>]*>")
START = re.compile(r"<(?:[\w.-]+:)?[Pp]roduct(?=[\s/>])")
PLAIN_START = re.compile(r"<[Pp]roduct(?=[\s/>])")  # without a prefix, found sooner
END = re.compile(r"</(?:[\w.-]+:)?[Pp]roduct\s*>")
ROOT_END = re.compile(r"</(?:[\w.-]+:)?ONIX[Mm]essage\s*>")
QUIET = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
RELEASE = re.compile(r"""\brelease\s*=\s*["']([^"']*)["']""")
REFERENCE = re.compile(r"<(?:[\w.-]+:)?(?:RecordReference|a001)\b[^>]*>\s*([^<]{1,500}?)\s*<")
NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
BARE_AMPERSAND = re.compile(r"&(?!(?:#\d+|#[xX][0-9a-fA-F]+|amp|lt|gt|quot|apos);)")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
KEPT_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
OLD = (
    "This is ONIX 2.1, which its makers gave up in 2015 and which this shop does not read. "
    "Ask the sender for ONIX 3.0 or 3.1; most can send both."
)
HAS_A_DTD = (
    "The file begins with a document type (<!DOCTYPE …>). Such declarations can make a small file fill the memory, so "
    "none is read: ask the sender to leave it out, ONIX 3 needs none."
)


@dataclass(frozen=True, slots=True)
class Product:
    """One product of a message: where it stands, and its tree or why there is none."""

    number: int
    line: int
    reference: str
    tree: Tree = field(default_factory=dict)
    problem: str = ""
    repair: str = ""


class Message:
    """An open message: its header, then its products. Raises ImportRefused if it is none of ONIX 3."""

    def __init__(self, file: ImportFile) -> None:
        self.file = file
        self._open = ExitStack()
        self._raw = self._open.enter_context(open(file.path, "rb"))  # noqa: SIM115 - close() ends it
        stream = self._open.enter_context(plain(self._raw))
        self._text = io.TextIOWrapper(stream, file.encoding.codec, file.encoding.errors, newline="")
        self._buffer, self._line, self._ended = "", 1, False
        self._tag = "Product"  # as the product at hand is written, with its prefix
        self._parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
            remove_pis=True,
        )  # fmt: skip
        try:
            self._root, self._close_root = self._read_root()
            self.header = self._read_header()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._text.close()
        self._open.close()

    def __enter__(self) -> "Message":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def bytes_read(self) -> int:
        return 0 if self._raw.closed else self._raw.tell()

    # ---- what stands before the products -------------------------------------------------------------------

    def _read_root(self) -> tuple[str, str]:
        while not (root := ROOT.search(COMMENT.sub(blank, self._buffer))) and self._fill() and self._is_head():
            pass
        before = COMMENT.sub(blank, self._buffer)[: root.start() if root else LONGEST_HEAD]
        if root is None:
            other = ANY_ROOT.search(before)
            found = f"it begins with <{other[1]}>" if other else "it has no XML in it"
            raise ImportRefused(f"This is no ONIX message: {found[:100]}.")
        if "<!ENTITY" in before or ("<!DOCTYPE" in before and "2.1" not in before):
            raise ImportRefused(HAS_A_DTD)
        self._refuse_old(root[0], before)
        self._drop(root.end())
        return root[0].rstrip("/>").rstrip() + ">", f"</{root[1]}>"

    def _is_head(self) -> bool:
        return len(self._buffer) < LONGEST_HEAD

    def _refuse_old(self, root: str, before: str) -> None:
        release = RELEASE.search(root)
        number = release[1].strip() if release else ""
        if number.startswith("3") or (not number and "/onix/3." in root):
            return
        if number.startswith("2") or "2.1" in before or "/onix/2." in root:
            raise ImportRefused(OLD)
        while "descriptivedetail" not in self._buffer.lower() and self._is_head() and self._fill():
            pass
        if number or "descriptivedetail" not in self._buffer.lower():
            raise ImportRefused(OLD if not number else f"This is ONIX {number[:20]}; the shop reads 3.0 and 3.1.")

    def _read_header(self) -> Tree:
        while not (START.search(self._buffer) or ROOT_END.search(self._buffer)):
            if not self._is_head():
                raise ImportRefused("The message has no product in its first million characters.")
            if not self._fill():
                break
        first = START.search(COMMENT.sub(blank, self._buffer))
        text = self._buffer[: first.start()] if first else self._buffer
        text = ROOT_END.split(text)[0]
        try:
            message = read_element(self._parse(text))
        except etree.XMLSyntaxError:
            return {}
        return part(message, "Header") if isinstance(message, dict) else {}

    # ---- products ------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Product]:
        number = 0
        while self._find_start():
            number += 1
            line = self._line
            text = self._take_product()
            if text is None:
                yield Product(number, line, self._reference_ahead, problem=self._why)
            else:
                yield self._product(number, line, text)
        if not self._ended:
            raise UnreadableRest(f"The message is cut off: it has no end after line {self._line}.")

    def _find_start(self) -> bool:
        """Go to the next product; what stands before it is passed over, comments with products in them too."""
        while True:
            quiet = COMMENT.sub(blank, self._buffer) if "<!--" in self._buffer else self._buffer
            if start := START.search(quiet):
                self._drop(start.start())
                self._tag = start[0][1:]
                return True
            self._ended = self._ended or ROOT_END.search(quiet) is not None
            open_comment = self._buffer.rfind("<!--")
            closed = open_comment >= 0 and "-->" in self._buffer[open_comment:]
            keep = len(self._buffer) - 40 if open_comment < 0 or closed else open_comment
            self._drop(max(0, keep) if len(self._buffer) - keep < LONGEST_PRODUCT else len(self._buffer))
            if not self._fill():
                return False

    def _take_product(self) -> str | None:
        """The text of the product at hand; None where it has no end, or one too far away (`_why`)."""
        scanned = 0
        while True:
            end = self._end_of_product(scanned)
            if end is not None:
                return self._checked(end)
            scanned = max(0, len(self._buffer) - 40)
            if len(self._buffer) > LONGEST_PRODUCT:
                self._give_up(f"The record has more than {LONGEST_PRODUCT:,} characters.")
                return None
            if not self._fill():
                self._give_up("The file ends within this record.")
                return None

    def _end_of_product(self, scanned: int) -> int | None:
        start = self._buffer.find(f"</{self._tag}", scanned)
        end = END.match(self._buffer, start) if start >= 0 else None
        while start >= 0 and end is None:  # </ProductIdentifier>
            start = self._buffer.find(f"</{self._tag}", start + 1)
            end = END.match(self._buffer, start) if start >= 0 else None
        if end is None:
            return None
        if self._buffer.find("<!", 0, end.start()) < 0:
            return end.end()
        quiet = END.search(QUIET.sub(blank, self._buffer))
        return quiet.end() if quiet else None

    def _checked(self, end: int) -> str | None:
        """The product's text, unless another one begins within: then it was never closed."""
        text = self._buffer[:end]
        pattern = START if ":Product" in text or ":product" in text else PLAIN_START
        again = pattern.search(QUIET.sub(blank, text) if "<!" in text else text, 1)
        if again is None:
            self._drop(end)
            return text
        self._why, self._reference_ahead = "The record is never closed.", reference_in(text[: again.start()])
        self._drop(again.start())
        return None

    def _give_up(self, why: str) -> None:
        self._why, self._reference_ahead = why, reference_in(self._buffer[:CHUNK])
        while not (end := END.search(self._buffer)):
            self._drop(max(0, len(self._buffer) - 40))
            if not self._fill():
                self._drop(len(self._buffer))
                return
        self._drop(end.end())

    def _product(self, number: int, line: int, text: str) -> Product:
        try:
            return Product(number, line, "", self._tree(text))
        except etree.XMLSyntaxError as error:
            problem = f"It is not well-formed XML: {error.msg} (line {line + max(0, (error.lineno or 1) - 1)})."
        mended, repairs = mend(text)
        try:
            return Product(number, line, "", self._tree(mended), repair=repairs)
        except etree.XMLSyntaxError:
            return Product(number, line, reference_in(text), problem=problem)

    def _tree(self, text: str) -> Tree:
        found = read_element(self._parse(text)[0])
        return found if isinstance(found, dict) else {}

    def _parse(self, text: str) -> etree._Element:
        return etree.fromstring(f"{self._root}{text}{self._close_root}".encode("utf-8", "replace"), self._parser)

    # ---- the buffer ----------------------------------------------------------------------------------------

    def _fill(self) -> bool:
        """Read on. False at the end."""
        try:
            more = self._text.read(CHUNK)
        except BROKEN_STREAM as error:
            raise UnreadableRest(f"The file is cut off or damaged after line {self._line}: {error}") from error
        except (OSError, UnicodeError) as error:
            raise UnreadableRest(f"The file cannot be read after line {self._line}: {error}") from error
        self._buffer += more
        return bool(more)

    def _drop(self, size: int) -> None:
        self._line += self._buffer.count("\n", 0, size)
        self._buffer = self._buffer[size:]


def blank(match: re.Match[str]) -> str:
    """As much nothing as there was something."""
    return " " * len(match[0])


def reference_in(text: str) -> str:
    match = REFERENCE.search(text)
    return html.unescape(match[1]) if match else ""


def mend(text: str) -> tuple[str, str]:
    """The text with what is certainly meant in the place of what XML forbids, and what was done."""
    done = []
    for pattern, replacement, what in (
        (NOT_XML, "", "control characters were removed"),
        (NAMED, named_character, "named characters (&eacute;) were written out"),
        (BARE_AMPERSAND, "&amp;", "a lone & was taken as it stands"),
    ):
        mended = pattern.sub(replacement, text)
        if mended != text:
            done.append(what)
        text = mended
    return text, f"{'; '.join(done).capitalize()}."


def named_character(match: re.Match[str]) -> str:
    name = match[1]
    character = html.unescape(f"&{name};")
    return match[0] if name in KEPT_ENTITIES or character.startswith("&") else html.escape(character)


def sender_of(header: Tree) -> tuple[str, str]:
    """A short key of who sent the message, and the name: by an identifier where there is one."""
    sender: dict[str, Any] = part(header, "Sender")
    name = words(sender, "SenderName") or words(sender, "ContactName") or words(sender, "EmailAddress")
    identifier = part(sender, "SenderIdentifier")
    value = words(identifier, "IDValue")
    key = f"{words(identifier, 'SenderIDType')}:{value}" if value else name.casefold()
    return " ".join(key.split())[:100], name[:200]
