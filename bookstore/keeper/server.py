"""A server of the shop's own: started, kept alive and stopped."""

import fcntl
import os
import pwd
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from typing import Any

from bookstore.embedded import (
    POLL,
    READY_WITHIN,
    STOPPED_WITHIN,
    EmbeddedServerError,
    EmbeddedServers,
    lock_within,
    name_of,
    own_folder,
    rotate,
    try_lock,
)
from bookstore.linux import die_with_parent


class Server(ABC):
    """One server process of a keeper: how it is prepared, started, known to be ready and stopped.

    The process and its children inherit a lock on `run/<name>.lock`, so whoever gets that lock knows that none of
    them is left, whatever a process id in a file says.
    """

    name: str
    stop_signal = signal.SIGTERM

    def __init__(self, servers: EmbeddedServers) -> None:
        self.data_dir = servers.data_dir / self.name
        self.socket_dir = servers.socket_dir / self.name
        self.lock = servers.run_dir / f"{self.name}.lock"
        self.log = servers.log_dir / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.retry_at = 0.0
        self.failures = 0
        rotate(self.log)
        for folder in (self.data_dir, self.socket_dir):
            own_folder(folder, {os.geteuid(), self.user()}, 0o700)
            os.chown(folder, self.user(), -1)

    def user(self) -> int:
        """The numeric user that the server runs as."""
        return os.geteuid()

    def identity(self) -> dict[str, Any]:
        """How root becomes that user; its groups too, or a folder closed to root's group is closed to it."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.user(), "group": pwd.getpwuid(self.user()).pw_gid, "extra_groups": []}

    @abstractmethod
    def prepare(self, lock: int) -> None:
        """Whatever must happen before a start, with the server's lock held."""

    @abstractmethod
    def command(self) -> list[str]:
        """The program and its options."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers."""

    @abstractmethod
    def end_leftover(self) -> None:
        """Ask a server that has lost its keeper to stop."""

    def start(self) -> None:
        with open(self.lock, "a") as lock:
            if not try_lock(lock.fileno(), fcntl.LOCK_EX):
                self.end_leftover()
                lock_within(lock.fileno(), fcntl.LOCK_EX, STOPPED_WITHIN, f"an earlier {self.name} to stop")
            self.prepare(lock.fileno())
            self.process = self.run(self.command(), lock.fileno())
        began = time.monotonic()
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() - began > READY_WITHIN:
                self.process.kill()
                self.process.wait()
                raise EmbeddedServerError(f"{self.name} did not start; see {self.log}.")
            time.sleep(POLL)

    def run(self, command: list[str], lock: int) -> subprocess.Popen[bytes]:
        try:
            with open(self.log, "ab") as log:
                return subprocess.Popen(
                    command,
                    **self.identity(),
                    cwd=self.data_dir,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(lock,),
                    preexec_fn=die_with_parent(),
                )
        except OSError as error:
            raise EmbeddedServerError(f"{command[0]} cannot be run as {name_of(self.user())}: {error}.") from error

    def keep_alive(self) -> None:
        """Start the server again when it has died; wait longer after each failure in a row, 30 s at most."""
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            print(f"{self.name} ended with status {self.process.returncode}", flush=True)
            self.process = None
            self.retry_at = time.monotonic() + min(2.0**self.failures - 1, 30.0)
        if time.monotonic() < self.retry_at:
            return
        try:
            self.start()
            self.failures = 0
        except (EmbeddedServerError, OSError) as error:
            print(error, flush=True)
            self.failures += 1
            self.retry_at = time.monotonic() + min(2.0**self.failures, 30.0)

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
