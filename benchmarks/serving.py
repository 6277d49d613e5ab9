"""A server to be measured: the shop's own, as `make run` has it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def served(
    port: int, data_dir: Path, application: str = "config.wsgi:application"
) -> "Iterator[subprocess.Popen[bytes]]":
    """The application behind granian, with as many workers and threads as the shop has."""
    from bookstore.linux import die_with_parent
    from bookstore.supervisor import web_command

    log = open(data_dir / "log" / f"benchmark-{port}.log", "wb")  # noqa: SIM115 - the server's, closed with it
    server = subprocess.Popen(
        [sys.executable, "-m", *web_command("127.0.0.1", port, application)],
        cwd=ROOT,
        stdout=log,
        stderr=log,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),  # else it would share the port with the next measurement
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/health/live/", server)
        time.sleep(2)  # until all workers listen: a connection stays with the one that took it
        yield server
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


def cpu_seconds(server: "subprocess.Popen[bytes]") -> float:
    """The processor time that the server and its workers have used so far."""
    ticks = 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = entry.read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:13])) if int(fields[2]) == server.pid else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=1)
            return
        if server.poll() is not None:
            sys.exit("The server did not start; see its log in the data folder.")
        time.sleep(0.1)
    sys.exit("The server does not answer.")
