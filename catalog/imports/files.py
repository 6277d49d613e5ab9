"""Files as bounded lines of text: plain or gzipped, in whatever encoding they turn out to have."""

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import charset_normalizer

from catalog.imports.errors import ImportRefused, UnreadableRest

LONGEST_LINE = 1_000_000  # characters
CHUNK = 1 << 20
SAMPLE = 1 << 16
GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
OLD_ENCODINGS = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "mac_roman", "koi8_r",
    "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
]  # fmt: skip
BROKEN_STREAM = (EOFError, zlib.error, gzip.BadGzipFile)


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec, and how it treats bytes that it does not know."""

    codec: str
    errors: str = "strict"

    def __str__(self) -> str:
        return self.codec if self.errors == "strict" else f"{self.codec} with errors"


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file that exists and can be read, what is in it (its digest) and how."""

    path: Path
    digest: str
    size: int
    encoding: Encoding

    @classmethod
    def inspect(cls, path: Path, find_encoding: Callable[[Path], Encoding] | None = None) -> "ImportFile":
        """Look through the whole file once. Raises ImportRefused."""
        if not path.exists():
            raise ImportRefused(f"There is no file {path}.")
        if not path.is_file():
            raise ImportRefused(f"{path} is not a file.")
        try:
            size = path.stat().st_size
            with open(path, "rb") as raw:
                digest = hashlib.file_digest(raw, "sha256").hexdigest()
            if size == 0:
                raise ImportRefused(f"{path} is empty.")
            return cls(path, digest, size, (find_encoding or detect_encoding)(path))
        except OSError as error:
            raise ImportRefused(f"{path} cannot be read: {error.strerror or error}.") from error


class LineReader:
    """The physical lines of a file with their numbers, and how many of its bytes have been read."""

    def __init__(self, file: ImportFile) -> None:
        self.file = file
        self.number = 0
        self._open = ExitStack()
        self._raw = self._open.enter_context(open(file.path, "rb"))  # noqa: SIM115 - close() ends it
        stream = self._open.enter_context(plain(self._raw))
        self._text = io.TextIOWrapper(stream, file.encoding.codec, file.encoding.errors, newline="")

    def __enter__(self) -> "LineReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._text.close()
        self._open.close()

    @property
    def bytes_read(self) -> int:
        return 0 if self._raw.closed else self._raw.tell()

    def __iter__(self) -> Iterator[tuple[int, str | None]]:
        """Number and text; no text where the line is too long to keep."""
        while True:
            line = self._read()
            if not line:
                return
            self.number += 1
            too_long = len(line) > LONGEST_LINE
            yield self.number, None if too_long else line
            while too_long and not line.endswith(("\n", "\r")):
                line = self._read()
                if not line:
                    return

    def _read(self) -> str:
        try:
            return self._text.readline(LONGEST_LINE + 1)
        except BROKEN_STREAM as error:
            raise UnreadableRest(f"{self.file.path} is cut off or damaged after line {self.number}: {error}") from error
        except (OSError, UnicodeError) as error:
            raise UnreadableRest(f"{self.file.path} cannot be read after line {self.number}: {error}") from error


def plain(raw: IO[bytes]) -> IO[bytes]:
    """The bytes of a file, unpacked if it begins as a gzip file does, whatever it is called."""
    magic = raw.read(len(GZIP_MAGIC))
    raw.seek(0)
    return cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if magic == GZIP_MAGIC else raw


def chunks(path: Path) -> Iterator[bytes]:
    """The unpacked bytes of a file, as far as they can be read."""
    with open(path, "rb") as raw, plain(raw) as stream:
        while True:
            try:
                chunk = stream.read(CHUNK)
            except BROKEN_STREAM:
                return
            if not chunk:
                return
            yield chunk


def detect_encoding(path: Path) -> Encoding:
    """UTF-8 if the whole file is, UTF-16 if it says so, else what its bytes look like. Raises ImportRefused."""
    head = next(chunks(path), b"")
    for mark, codec in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return Encoding(codec, "strict" if decodes(path, codec) else "replace")
    sample = first_not_utf8(path)
    if sample is None:
        return Encoding("utf-8")
    if is_mostly_utf8(path):
        return Encoding("utf-8", "replace")
    guess = charset_normalizer.from_bytes(sample, cp_isolation=OLD_ENCODINGS).best()
    alike = [codec for codec in OLD_ENCODINGS if guess and codec in guess.could_be_from_charset]
    fitting = next((codec for codec in alike if decodes(path, codec)), None)
    if fitting is None:
        raise ImportRefused(f"The encoding of {path} is unknown; save it as UTF-8.")
    return Encoding(fitting)


def decodes(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for chunk in chunks(path):
            decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def first_not_utf8(path: Path) -> bytes | None:
    """The bytes around the first that are not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    before = b""
    for chunk in chunks(path):
        pending = decoder.getstate()[0]
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            place = len(before) + error.start - len(pending)
            return (before + chunk)[max(0, place - SAMPLE // 2) : place + SAMPLE // 2]
        before = chunk[-SAMPLE:]
    return None


def is_mostly_utf8(path: Path) -> bool:
    """Whether damaged bytes are few among many good ones; a file in another encoding has next to no good ones."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    for chunk in chunks(path):
        text = decoder.decode(chunk)
        damaged = text.count("\N{REPLACEMENT CHARACTER}")
        bad += damaged
        good += len(text) - len(text.encode("ascii", "ignore")) - damaged
    return good >= 10 * bad
