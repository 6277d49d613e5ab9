"""PostgreSQL and Redis of the shop's own, for when DATABASE_URL or REDIS_URL names none.

The servers come from wheels and live in the shop's data folder. A *keeper* process runs them for as long as
somebody holds a *lease* (a shared flock, which the kernel drops with its process, however that ends), so they
are shared by everything that uses the data folder at once and are never left behind.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

READY_WITHIN = 600.0  # seconds; after a power failure PostgreSQL may have much to read again
STOPPED_WITHIN = 60.0
POLL = 0.05
ROTATE_AT = 10 * 1024 * 1024  # bytes of a log
LONGEST_SOCKET_FOLDER = 80  # a socket's path may have 107 bytes, its name needs some of them


class EmbeddedServerError(RuntimeError):
    """A server of the shop's own does not start; the sentence says why and where its log is."""


class EmbeddedServers:
    """The addresses of a data folder's servers, and the lease that keeps them running."""

    def __init__(self, data_dir: Path, *, postgres: bool = True, redis: bool = True) -> None:
        self.data_dir = data_dir
        self.names = [name for name, wanted in (("postgres", postgres), ("redis", redis)) if wanted]
        self.run_dir = data_dir / "run"
        self.log_dir = data_dir / "log"
        self.socket_dir = short_socket_folder(data_dir)
        self._keeper: subprocess.Popen[bytes] | None = None  # where this process started it

    @property
    def postgres_url(self) -> str:
        return f"postgresql://bookstore@/bookstore?host={quote(str(self.socket_dir / 'postgres'))}&port=5432"

    def redis_url(self, database: int = 0) -> str:
        return f"unix://{quote(str(self.socket_dir / 'redis' / 'redis.sock'))}?db={database}"

    @contextlib.contextmanager
    def lease(self) -> Iterator[None]:
        """Keep the servers up while the block runs; the last to leave waits until they have stopped."""
        if not self.names:
            yield
            return
        self.run_dir.mkdir(parents=True, exist_ok=True)
        self.log_dir.mkdir(parents=True, exist_ok=True)
        with open_lock(self.run_dir / "lease.lock") as lease:
            lock_within(lease.fileno(), fcntl.LOCK_SH, STOPPED_WITHIN, "the servers to stop")
            try:
                self.keep_running()
                yield
            finally:
                fcntl.flock(lease, fcntl.LOCK_UN)
                self._wait_if_last(lease.fileno())

    def keep_running(self) -> bool:
        """Start the keeper unless it runs, and wait until it is ready; True where that was needed. Needs a lease."""
        if not self.names:
            return False
        with open_lock(self.run_dir / "start.lock") as start:
            lock_within(start.fileno(), fcntl.LOCK_EX, READY_WITHIN, "another process to start the servers")
            start_it = not self._keeper_is_running()
            if start_it:
                self._start_keeper()
            running = self._wait_until_ready()
        if not set(self.names) <= set(running):
            raise EmbeddedServerError(
                f"{self.data_dir} is in use by a shop that runs only {' and '.join(running)} there; stop it first."
            )
        return start_it

    def _start_keeper(self) -> None:
        (self.run_dir / "ready").unlink(missing_ok=True)
        if self._keeper is not None:
            self._keeper.wait()
        rotate(self.log_dir / "embedded.log")
        with open(self.log_dir / "embedded.log", "ab") as log:
            self._keeper = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "bookstore.keeper", str(self.data_dir), *self.names],
                cwd=Path(__file__).resolve().parent.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while self._keeper.poll() is None and not self._keeper_is_running():
            time.sleep(POLL)

    def _wait_until_ready(self) -> list[str]:
        """The names of the servers that the keeper runs."""
        ready = self.run_dir / "ready"
        began = time.monotonic()
        patience = 15.0
        while not ready.exists():
            waited = time.monotonic() - began
            if waited > READY_WITHIN or not self._keeper_is_running():
                if self._keeper is not None and self._keeper.poll() is None:
                    self._keeper.terminate()
                raise EmbeddedServerError(self._why_not())
            if waited > patience:
                print(f"Still waiting for the shop's own servers; see {self.log_dir}.", file=sys.stderr, flush=True)
                patience *= 2
            time.sleep(POLL)
        return ready.read_text().split()

    def _why_not(self) -> str:
        lines: list[str] = []
        for name in ("embedded", *self.names):
            log = self.log_dir / f"{name}.log"
            if log.exists():
                lines += [f"{log}:", *log.read_text(errors="replace").splitlines()[-5:]]
        return "\n".join([f"The shop's own {' and '.join(self.names)} did not start.", *lines])

    def _keeper_is_running(self) -> bool:
        """Whether somebody holds the keeper's lock; a shared look at it is in no other look's way."""
        with open_lock(self.run_dir / "keeper.lock") as keeper:
            return not try_lock(keeper.fileno(), fcntl.LOCK_SH)

    def _wait_if_last(self, lease: int) -> None:
        deadline = time.monotonic() + STOPPED_WITHIN
        while self._keeper_is_running() and time.monotonic() < deadline:
            nobody_holds_it = try_lock(lease, fcntl.LOCK_EX)
            if not nobody_holds_it and try_lock(lease, fcntl.LOCK_SH):
                return  # others still use the servers
            fcntl.flock(lease, fcntl.LOCK_UN)
            time.sleep(POLL)
        if self._keeper is not None and not self._keeper_is_running():
            self._keeper.wait()
            self._keeper = None


def short_socket_folder(data_dir: Path) -> Path:
    """The folder for sockets: inside the data folder, or a private one in /tmp where that path is too long, or
    has a comma, which PostgreSQL's clients take for the end of an address.

    Not in $TMPDIR: every process that uses the data folder must find the same one.
    """
    inside = data_dir / "run"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER and "," not in str(inside):
        return inside
    return Path(f"/tmp/bookstore-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]}")  # noqa: S108 - see own_folder


def own_folder(folder: Path, owners: set[int], mode: int) -> None:
    """Make the folder, or refuse one that somebody else made or may write to."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(parents=True, mode=mode)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in owners:
        raise EmbeddedServerError(f"{folder} belongs to {name_of(status.st_uid)}, not to {name_of(os.geteuid())}.")
    if stat.S_IMODE(status.st_mode) != mode:
        folder.chmod(mode)


def name_of(user: int) -> str:
    try:
        return f"user {pwd.getpwuid(user).pw_name}"
    except KeyError:
        return f"user {user}"


def rotate(log: Path) -> None:
    """Set a long log aside as `….log.1`; the one before it goes."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > ROTATE_AT:
            log.replace(log.with_name(log.name + ".1"))


def open_lock(path: Path) -> TextIO:
    try:
        return open(path, "a")
    except PermissionError as error:
        owner = name_of(path.parent.stat().st_uid)
        raise EmbeddedServerError(f"{path} cannot be opened; the data folder belongs to {owner}.") from error


def try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock_within(descriptor: int, kind: int, seconds: float, what_for: str) -> None:
    deadline = time.monotonic() + seconds
    while not try_lock(descriptor, kind):
        if time.monotonic() > deadline:
            raise EmbeddedServerError(f"Waited {seconds:.0f} s for {what_for}.")
        time.sleep(POLL)
