"""The whole shop under one process: web server, worker and scheduler, started, watched, restarted and stopped."""

import contextlib
import errno
import fcntl
import hashlib
import http.client
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bookstore.embedded import EmbeddedServerError, open_lock, rotate, try_lock
from bookstore.linux import die_with_parent

ANSWERS_WITHIN = 60.0  # seconds from the web server's start to its first answer
STOPS_WITHIN = 10.0
LONGEST_PAUSE = 30.0  # between two starts of a child that keeps dying
STEADY_AFTER = 60.0  # seconds after which a death counts as the first again
PORT_FREE_WITHIN = 3.0  # a shop that was just killed may still be leaving
DEMO_LOGINS = ("reader@example.com", "seller@example.com", "admin@example.com")
DEMO_PASSWORD = "bookstore-demo"


class ShopError(RuntimeError):
    """The shop cannot start; the sentence says why and what to do."""


class StopAskedFor(BaseException):
    """Somebody pressed Ctrl-C, closed the terminal or sent SIGTERM."""


class Child:
    """One program of the shop in a process group of its own, writing to its own log."""

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str]) -> None:
        self.name = name
        self.command = [sys.executable, "-m", *arguments]
        self.environment = environment
        self.log = settings.DATA_DIR / "log" / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = self.start_again_at = 0.0
        self.deaths = 0
        rotate(self.log)

    def start(self) -> None:
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self.started_at = time.monotonic()

    def look_after(self, say: Callable[[str], None]) -> None:
        """Start the child again when it has died, at once the first time, then after longer and longer pauses."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_again_at:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        self.kill()
        self.deaths = self.deaths + 1 if now - self.started_at < STEADY_AFTER else 1
        pause = min(2.0**self.deaths - 2, LONGEST_PAUSE)
        say(f"The {self.name} process ended ({reason(status)}); starting it again in {pause:.0f} s. See {self.log}")
        self.process, self.start_again_at = None, now + pause

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def terminate(self) -> None:
        if self.process is not None and self.is_running():
            self.process.terminate()

    def kill(self) -> None:
        """End the process and whatever it leaves behind in its group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def reason(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


@dataclass
class Shop:
    """A shop on this machine: what is prepared before it opens, and the programs that are it."""

    host: str
    port: int
    demo: bool
    say: Callable[[str], None]

    def __post_init__(self) -> None:
        self.hurry = self.stop_asked = self.undisturbed = False
        self.children: list[Child] = []

    @property
    def url(self) -> str:
        shown = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::", "::1", ""} else self.host  # noqa: S104 - compared, not bound
        return f"http://{shown}:{self.port}"

    def run(self) -> None:
        """Run until asked to stop. Raises ShopError or EmbeddedServerError where it cannot start."""
        began = time.monotonic()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            with self._only_shop():
                self._port_is_free()
                with settings.EMBEDDED.lease():
                    self._prepare()
                    try:
                        self._open(began)
                    finally:
                        self._stop_children()
        except StopAskedFor:
            self.say("Stopped.")

    def _stop(self, number: int, _frame: object) -> None:
        for caught in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(caught, self._hurry)
        self.say("" if number == signal.SIGINT else f"Received {signal.Signals(number).name}.")
        self.say("Stopping …")
        self.stop_asked = True
        if not self.undisturbed:
            raise StopAskedFor

    def _hurry(self, number: int, _frame: object) -> None:
        self.hurry = self.hurry or number == signal.SIGINT

    @contextlib.contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """Put a stop off until the block has ended, so that no child is started and then forgotten."""
        self.undisturbed = True
        try:
            yield
        finally:
            self.undisturbed = False
        if self.stop_asked:
            raise StopAskedFor

    # ---- before the shop opens -------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _only_shop(self) -> Iterator[None]:
        """One shop to a data folder; two would fight over its schedule and its metrics."""
        path = settings.DATA_DIR / "run" / "shop.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        (settings.DATA_DIR / "log").mkdir(exist_ok=True)
        with open_lock(path) as lock:
            if not try_lock(lock.fileno(), fcntl.LOCK_EX):
                raise ShopError(
                    f"A shop already runs in {settings.DATA_DIR} ({path.read_text().strip() or 'starting'}). "
                    "Stop it first, or give this one a folder of its own: make run DATA_DIR=… PORT=…"
                )
            lock.truncate(0)
            lock.write(f"{self.url}, process {os.getpid()}\n")
            lock.flush()
            yield

    def _port_is_free(self) -> None:
        """Refuse before anything starts; a shop that has just been killed may take a moment to leave."""
        deadline = time.monotonic() + PORT_FREE_WITHIN
        while True:
            try:
                family, kind, protocol, _, address = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[
                    0
                ]
                with socket.socket(family, kind, protocol) as attempt:
                    attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    attempt.bind(address)
                return
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise ShopError(f"The shop cannot listen on {self.host}:{self.port}: {error.strerror}.") from error
                if time.monotonic() > deadline:
                    raise ShopError(
                        f"Port {self.port} is in use by another program. Choose another: make run PORT={self.port + 1}"
                    ) from error
            time.sleep(0.1)

    def _prepare(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say("Preparing the database …")
            call_command("migrate", interactive=False, verbosity=0)
        call_command("load_terms", stdout=io.StringIO())
        unfinished = settings.DATA_DIR / "run" / "demo.unfinished"
        is_new = not get_user_model().objects.exists() or unfinished.exists()
        if self.demo and "postgres" in settings.EMBEDDED.names and is_new:
            unfinished.touch()
            if self._load_demo():
                unfinished.unlink()
        self._collect_static()
        metrics = settings.DATA_DIR / "run" / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir()

    def _load_demo(self) -> bool:
        """Fill a new shop. Only one with a database of its own: the demo's passwords are known to everybody."""
        self.say("Loading the demo books …")
        try:
            call_command("load_demo", verbosity=0, stdout=io.StringIO())
        except Exception as error:  # a shop without demo books is still a shop
            self.say(f"They could not be loaded ({type(error).__name__}: {error}).")
            self.say("The shop opens without them; the next start, or manage.py load_demo, tries again.")
            return False
        return True

    def _collect_static(self) -> None:
        """Collect the static files where one of them has changed since the last time."""
        stamp = settings.DATA_DIR / "run" / "static.stamp"
        now = fingerprint_of_static_files()
        if stamp.exists() and stamp.read_text() == now and settings.STATIC_ROOT.exists():
            return
        self.say("Collecting the console's static files …")
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(now)

    # ---- while it is open ------------------------------------------------------------------------------------

    def _open(self, began: float) -> None:
        has_demo = get_user_model().objects.filter(email=DEMO_LOGINS[0]).exists()
        connection.close()
        web, *others = self._programs()
        self.children = [web]
        with self._undisturbed():
            web.start()
        self._wait_for_first_answer(web)
        for line in self._banner(has_demo, time.monotonic() - began):
            self.say(line)
        self.children = [web, *others]
        while True:
            with self._undisturbed():
                for child in self.children:
                    child.look_after(self.say)
            self._look_after_servers()
            time.sleep(0.25)

    def _programs(self) -> list[Child]:
        run = settings.DATA_DIR / "run"
        environment = {
            "RATE_LIMIT_TRUSTED": "127.0.0.1,::1",  # this machine is not limited
            "SHOP_URL": self.url,
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATA_DIR": str(settings.DATA_DIR),
            "PROMETHEUS_MULTIPROC_DIR": str(run / "metrics"),
            "PYTHONUNBUFFERED": "1",
        }
        web = web_command(self.host, self.port)
        worker = ["celery", "-A", "config", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle",
                  "--without-heartbeat", "--loglevel", "INFO"]  # fmt: skip
        beat = ["celery", "-A", "config", "beat", "--schedule", str(run / "beat"), "--pidfile="]
        programs = {"web": web, "worker": worker, "beat": beat, "search": ["django", "index_search"]}
        return [Child(name, arguments, environment) for name, arguments in programs.items()]

    def _wait_for_first_answer(self, web: Child) -> None:
        deadline = time.monotonic() + ANSWERS_WITHIN
        while not self._answers():
            if not web.is_running() or time.monotonic() > deadline:
                lines = web.log.read_text(errors="replace").splitlines()[-15:]
                raise ShopError(
                    "\n".join(["The web server does not answer. The end of its log:", *lines, str(web.log)])
                )
            time.sleep(0.05)

    def _answers(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        page = http.client.HTTPConnection(host, self.port, timeout=10)
        try:
            page.request("GET", "/health/live/")
            return page.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            page.close()

    def _look_after_servers(self) -> None:
        try:
            if settings.EMBEDDED.keep_running():
                self.say("The shop's own PostgreSQL and Redis had lost their keeper; they run again.")
        except EmbeddedServerError as error:
            self.say(f"{error}\nTrying again.")
            time.sleep(5)

    def _banner(self, has_demo: bool, seconds: float) -> list[str]:
        lines = [
            ("API", f"{self.url}/api/v1/"),
            ("Documentation", f"{self.url}/api/v1/docs/"),
            ("Console", f"{self.url}/console/"),
        ]
        if has_demo:
            lines.append(("Demo logins", f"{', '.join(DEMO_LOGINS)}; password {DEMO_PASSWORD}"))
        lines += [
            ("Mails", f"{settings.EMAIL_FILE_PATH}/, or {self.url}/console/bookstore/outboxmessage/"),
            ("Logs", f"{settings.DATA_DIR / 'log'}/"),
            ("Commands", f"DATA_DIR='{settings.DATA_DIR}' {shown(Path(sys.executable))} manage.py …"),
            ("Stop", "Ctrl-C"),
        ]
        title = f"The shop is open (after {seconds:.1f} s)."
        banner = ["", title, "", *(f"  {label:<15}{text}" for label, text in lines), ""]
        if has_demo and self.host not in {"127.0.0.1", "::1", "localhost"}:
            banner += ["  Anybody who reaches this machine can use the demo logins; change their passwords.", ""]
        return banner

    # ---- when it closes --------------------------------------------------------------------------------------

    def _stop_children(self) -> None:
        deadline = time.monotonic() + STOPS_WITHIN
        for child in self.children:
            child.terminate()
        while any(child.is_running() for child in self.children) and time.monotonic() < deadline and not self.hurry:
            time.sleep(0.05)
        for child in self.children:
            if child.is_running():
                self.say(f"The {child.name} process did not stop in time; ending it.")
            child.kill()


def web_command(host: str, port: int, application: str = "config.wsgi:application") -> list[str]:
    """How a WSGI application is served here: a process to a core, four at most, with four threads each."""
    workers = max(2, min(4, os.cpu_count() or 1))
    return ["granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws",
            "--workers", str(workers), "--blocking-threads", "4", "--backlog", "1024", "--backpressure", "512",
            "--http1-header-read-timeout", "10000",  # idle connections count against the 512
            "--respawn-failed-workers", "--workers-kill-timeout", "5", application]  # fmt: skip


def shown(path: Path) -> str:
    """The path as one would type it here."""
    with contextlib.suppress(ValueError):
        path = path.relative_to(Path.cwd())
    return str(path)


def fingerprint_of_static_files() -> str:
    """Changes when a static file of any app does."""
    digest = hashlib.sha256(settings.STATIC_URL.encode())
    for finder in get_finders():
        for path, storage in finder.list(None):
            status = os.stat(storage.path(path))
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
