"""What holds ONIX: a plain or gzipped file, a zip of several, or the standard input; and how its bytes are read."""

import codecs
import contextlib
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import IO

from catalog.imports.errors import ImportRefused
from catalog.imports.files import BROKEN_STREAM, Encoding, ImportFile, chunks, decodes, detect_encoding, first_not_utf8

ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"
DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
WIDE = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
LATIN = ("iso8859-1", "ascii", "cp1252")
READ_SIZE = 1 << 20


@contextlib.contextmanager
def local_file(name: str, stdin: IO[bytes] | None = None) -> Iterator[Path]:
    """The file of this name; `-` is what comes from the standard input, kept on disk while it is read twice."""
    if name != "-":
        yield Path(name)
        return
    with NamedTemporaryFile(prefix="onix-") as copy:
        shutil.copyfileobj(stdin or sys.stdin.buffer, copy, READ_SIZE)
        copy.flush()
        yield Path(copy.name)


@contextlib.contextmanager
def messages(path: Path, name: str) -> Iterator[Iterator[tuple[str, Path]]]:
    """Each message in the file with its name: one, or those of a zip, one after the other. Raises ImportRefused."""
    if not is_zip(path):
        yield iter([(name, path)])
        return
    with TemporaryDirectory(prefix="onix-") as folder:
        yield members(path, Path(folder))


def is_zip(path: Path) -> bool:
    try:
        with open(path, "rb") as raw:
            return raw.read(4) in (ZIP_MAGIC, EMPTY_ZIP_MAGIC)
    except OSError:
        return False  # ImportFile says what is wrong with it


def members(path: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    try:
        with zipfile.ZipFile(path) as archive:
            wanted = [info for info in archive.infolist() if is_message(info)]
            if not wanted:
                raise ImportRefused(f"{path.name} has no files in it.")
            for info in sorted(wanted, key=lambda each: each.filename):
                if info.file_size > shutil.disk_usage(folder).free * 0.9:
                    raise ImportRefused(f"{info.filename} unpacked needs more room than the disk has.")
                copy = folder / "message"
                with archive.open(info) as packed, open(copy, "wb") as plain:
                    copy_up_to(info.file_size, packed, plain)
                yield Path(info.filename).name, copy
    except (*BROKEN_STREAM, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ImportRefused(f"{path.name} is a damaged or locked zip file: {error}") from error


def is_message(info: zipfile.ZipInfo) -> bool:
    """What is no folder and not put there by the machine that packed."""
    name = Path(info.filename).name
    return not info.is_dir() and not name.startswith(".") and not info.filename.startswith("__MACOSX/")


def copy_up_to(size: int, source: IO[bytes], target: IO[bytes]) -> None:
    """No more than the archive says, so that it cannot fill the disk."""
    left = size
    while left > 0 and (block := source.read(min(READ_SIZE, left))):
        target.write(block)
        left -= len(block)


def inspect(path: Path) -> tuple[ImportFile, str]:
    """The file as an import knows it, and what to say if it is written otherwise than it says. Raises ImportRefused."""
    file = ImportFile.inspect(path, find_encoding)
    declared = declared_codec(next(chunks(path), b""))
    said = f"It says that it is {declared}, and is {file.encoding}."
    return file, said if declared and differ(declared, file.encoding) else ""


def declared_codec(head: bytes) -> str:
    match = DECLARED.search(head[:1000])
    try:
        return codecs.lookup(match[1].decode("ascii")).name if match else ""
    except LookupError:
        return ""


def find_encoding(path: Path) -> Encoding:
    """What the file says of itself where that fits its bytes; otherwise the bytes decide. Raises ImportRefused."""
    return as_declared(path) or detect_encoding(path)


def as_declared(path: Path) -> Encoding | None:
    head = next(chunks(path), b"")
    declared = declared_codec(head)
    if head[:2] in WIDE:
        return Encoding(WIDE[head[:2]])
    if declared in ("", "utf-8") or head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    if first_not_utf8(path) is None:
        return None  # nothing else looks like UTF-8 by chance
    candidates = ["cp1252", "iso8859-1"] if declared in LATIN else [declared]
    return next((Encoding(codec) for codec in candidates if decodes(path, codec)), None)


def differ(declared: str, encoding: Encoding) -> bool:
    actual = codecs.lookup(encoding.codec).name
    families = ({"utf-8", "utf-8-sig", "ascii"}, {"iso8859-1", "cp1252", "ascii", "utf-8"},
                {"utf-16", "utf-16-le", "utf-16-be"})  # fmt: skip
    if declared in LATIN and actual == "utf-8":
        return False  # plain ASCII is both, and whoever reads it cannot tell
    return declared != actual and not any(declared in family and actual in family for family in families[::2])
