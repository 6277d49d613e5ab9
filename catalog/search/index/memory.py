"""The index in use, held in memory: else an import or a backup pushes it out, and searches wait for the disk."""

import ctypes
import mmap
import os
from pathlib import Path

from bookstore.linux import LIBC

FAILED = ctypes.c_void_p(-1).value
PARTS = {".term", ".idx", ".pos", ".fast", ".fieldnorm", ".del"}  # all that searches read; nothing else is stored


class HeldIndex:
    """The files of an index, mapped and locked by this process for all that read them (mmap(2), mlock(2))."""

    def __init__(self) -> None:
        self._held: dict[Path, tuple[int, int]] = {}
        self._known: tuple[Path, int] | None = None

    def hold(self, folder: Path | None) -> None:
        """Hold what is in the folder now, and let go of what was. Where the system forbids it, files are read once."""
        if LIBC is None or folder is None:
            return
        known = (folder, folder.stat().st_mtime_ns)
        if known == self._known:
            return
        files = {path for path in folder.iterdir() if path.suffix in PARTS}
        for path in self._held.keys() - files:
            address, size = self._held.pop(path)
            LIBC.munmap(ctypes.c_void_p(address), ctypes.c_size_t(size))
        for path in files - self._held.keys():
            self._lock(path)
        self._known = known

    def _lock(self, path: Path) -> None:
        try:
            file = os.open(path, os.O_RDONLY)
        except FileNotFoundError:  # merged into another meanwhile
            return
        try:
            size = os.fstat(file).st_size
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_WILLNEED)
            address = size and mapped(file, size)
        finally:
            os.close(file)
        if address:
            self._held[path] = (address, size)
            LIBC.mlock(ctypes.c_void_p(address), ctypes.c_size_t(size))  # within RLIMIT_MEMLOCK, or not at all


def mapped(file: int, size: int) -> int:
    """The address of the file in memory, or 0. Python's own mmap does not tell it for what is only read."""
    ask = LIBC.mmap  # type: ignore[union-attr]  # only called where there is one
    ask.restype = ctypes.c_void_p
    address = ask(None, ctypes.c_size_t(size), mmap.PROT_READ, mmap.MAP_SHARED, file, ctypes.c_long(0))
    return 0 if address in (None, FAILED) else int(address)
