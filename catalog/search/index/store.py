"""The index on disk: where it lies, which one is in use, and how far it has read."""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import tantivy
from django.conf import settings

from catalog.search.index.fields import VERSION, schema

STATE, CURRENT = "state.json", "current"


@dataclass(frozen=True, slots=True)
class State:
    """What an index was made from, and how far it has read: all transactions below `since`, and those in `seen`.

    `levels` are the popularities that its TIERS begin at; it had so many `books` when it was made.
    """

    shop: str
    since: int
    seen: list[int] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    books: int = 0
    version: int = VERSION

    def write(self, folder: Path) -> None:
        replace(folder / STATE, json.dumps(asdict(self)))

    @classmethod
    def read(cls, folder: Path) -> "State":
        """Raises OSError, ValueError, TypeError for what is none."""
        return cls(**json.loads((folder / STATE).read_text()))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An index as it was at one moment: ask it as often as you like, it does not change."""

    searcher: tantivy.Searcher
    state: State


def root() -> Path:
    return Path(settings.SEARCH_DIR)


def replace(path: Path, text: str) -> None:
    """Write a small file so that whoever reads it sees the old text or the new one, also after a power failure."""
    draft = path.with_name(f"{path.name}.new")
    with open(draft, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


class Reader:
    """This process's view of the index in use; opened again when another is, or when it has grown."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: tuple[Any, ...] = ()
        self._index: tantivy.Index | None = None
        self._folder: Path | None = None
        self._snapshot: Snapshot | None = None

    def snapshot(self) -> Snapshot | None:
        """The newest state of the index, or None while there is none."""
        with self._lock:
            return self._newest()

    def _newest(self) -> Snapshot | None:
        try:
            folder = root() / (root() / CURRENT).read_text()
            stat = os.stat(folder / STATE)
            known = (folder, stat.st_ino, stat.st_mtime_ns)
            if known != self._known:
                self._snapshot = self._open(folder)
                self._known = known
        except (OSError, ValueError, TypeError):
            self._known, self._snapshot, self._index = (), None, None
        return self._snapshot

    def _open(self, folder: Path) -> Snapshot | None:
        # The state first: what is committed meanwhile is then read twice, not left out.
        state = State.read(folder)
        if state.version != VERSION:
            return None
        if self._index is None or folder != self._folder:
            self._index, self._folder = tantivy.Index(schema(), path=str(folder)), folder
            self._index.config_reader("manual")
        self._index.reload()
        return Snapshot(self._index.searcher(), state)


reader = Reader()


@contextlib.contextmanager
def writing(*, wait: bool) -> Iterator[bool]:
    """Be the one process that writes this index; yields whether it is. The kernel ends it with the process."""
    root().mkdir(parents=True, exist_ok=True)
    with open(root() / "writer.lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def is_written() -> bool:
    """Whether a process keeps the index up to date just now."""
    with contextlib.suppress(OSError), open(root() / "writer.lock", "rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def new_folder() -> Path:
    """An empty folder for another index; what earlier builds did not finish is removed."""
    used = in_use()
    for folder in root().glob("index-*"):
        if folder != used:
            shutil.rmtree(folder, ignore_errors=True)
    number = int(used.name.rpartition("-")[2]) + 1 if used else 1
    folder = root() / f"index-{number}"
    folder.mkdir(parents=True)
    return folder


def in_use() -> Path | None:
    try:
        folder = root() / (root() / CURRENT).read_text()
    except OSError:
        return None
    return folder if (folder / STATE).exists() else None


def use(folder: Path) -> None:
    """Let readers have this index from now on. Those who read the old one may go on until they next look."""
    replace(root() / CURRENT, folder.name)
