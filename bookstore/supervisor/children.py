"""The programs that the shop is made of, each started, watched and ended."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from django.conf import settings

from bookstore.embedded import rotate
from bookstore.linux import die_with_parent

LONGEST_PAUSE = 30.0  # between two starts of a child that keeps dying
STEADY_AFTER = 60.0  # seconds after which a death counts as the first again


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


def programs(host: str, port: int, url: str) -> list[Child]:
    """All that runs while the shop is open, the web server first."""
    run = settings.DATA_DIR / "run"
    environment = {
        "RATE_LIMIT_TRUSTED": "127.0.0.1,::1",  # this machine is not limited
        "SHOP_URL": url,
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATA_DIR": str(settings.DATA_DIR),
        "PROMETHEUS_MULTIPROC_DIR": str(run / "metrics"),
        "PYTHONUNBUFFERED": "1",
    }
    web = web_command(host, port)
    worker = ["celery", "-A", "config", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle",
              "--without-heartbeat", "--loglevel", "INFO"]  # fmt: skip
    beat = ["celery", "-A", "config", "beat", "--schedule", str(run / "beat"), "--pidfile="]
    commands = {"web": web, "worker": worker, "beat": beat, "search": ["django", "index_search"]}
    return [Child(name, arguments, environment) for name, arguments in commands.items()]


def web_command(host: str, port: int, application: str = "config.wsgi:application") -> list[str]:
    """How a WSGI application is served here: by a process more than there are cores, four at most, of two threads each.

    Threads of one process wait for each other's Python; processes do not.
    """
    workers = min(4, (os.cpu_count() or 1) + 1)
    return ["granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws",
            "--workers", str(workers), "--blocking-threads", "2", "--backlog", "1024", "--backpressure", "512",
            "--http1-header-read-timeout", "10000",  # idle connections count against the 512
            "--respawn-failed-workers", "--workers-kill-timeout", "5", application]  # fmt: skip
