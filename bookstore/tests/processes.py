"""What tests of real processes share."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings


@contextlib.contextmanager
def short_folder(name: str = "shop") -> Iterator[Path]:
    """A folder whose path is short enough for sockets; what still runs in it at the end is ended."""
    above = Path(tempfile.mkdtemp(prefix="books"))
    try:
        yield above / name
    finally:
        for process in running_in(above):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        shutil.rmtree(above, ignore_errors=True)


def running_in(folder: Path) -> list[int]:
    """The processes whose command or DATA_DIR names the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            if state != "Z" and os.fsencode(folder) in words and int(entry.name) != os.getpid():
                found.append(int(entry.name))
    return found


def eventually(condition: Callable[[], object], within: float = 15.0) -> bool:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def start(arguments: list[str], data_dir: Path, **variables: str) -> "subprocess.Popen[str]":
    """Start a Python program of the shop as an operator would, with settings of its own."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATA_DIR": str(data_dir),
            "COLUMNS": "200",
            "PYTHONUNBUFFERED": "1",
            **variables,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(data_dir: Path, *arguments: str) -> tuple[int, str]:
    """Run a command of the shop to its end: its exit status, and what it said."""
    with start(["manage.py", *arguments], data_dir) as command:
        said, _ = command.communicate(timeout=60)
        return command.returncode, said


def output_until(process: "subprocess.Popen[str]", words: str) -> str:
    """Read what the process says up to the line with these words, or its end."""
    said = ""
    for line in process.stdout or ():
        said += line
        if words in line:
            break
    return said


def status_of(port: int, path: str) -> int | None:
    page = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        page.request("GET", path)
        return page.getresponse().status
    except OSError:
        return None
    finally:
        page.close()
