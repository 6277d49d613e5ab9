"""What only the kernel can do for a process, asked of the C library where there is Linux."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(signal_number: int = signal.SIGINT, parent: int | None = None) -> Callable[[], None]:
    """What a child does first: on Linux, have the kernel send it the signal when its parent ends (prctl(2))."""
    parent = parent or os.getpid()

    def arrange() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, signal_number)
            if os.getppid() != parent:  # it ended before we asked
                os._exit(1)

    return arrange
