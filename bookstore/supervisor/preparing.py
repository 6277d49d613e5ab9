"""What is seen to before the shop opens: that it can, and that all is there."""

import contextlib
import errno
import fcntl
import hashlib
import io
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bookstore.embedded import open_lock, try_lock

PORT_FREE_WITHIN = 3.0  # a shop that was just killed may still be leaving


class ShopError(RuntimeError):
    """The shop cannot start; the sentence says why and what to do."""


@contextlib.contextmanager
def only_shop(url: str) -> Iterator[None]:
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
        lock.write(f"{url}, process {os.getpid()}\n")
        lock.flush()
        yield


def make_sure_port_is_free(host: str, port: int) -> None:
    """Refuse before anything starts; a shop that has just been killed may take a moment to leave."""
    deadline = time.monotonic() + PORT_FREE_WITHIN
    while True:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind, protocol) as attempt:
                attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                attempt.bind(address)
            return
        except UnicodeError as error:  # of a name that cannot be one
            raise ShopError(f"The shop cannot listen on {host}:{port}: {error}.") from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise ShopError(f"The shop cannot listen on {host}:{port}: {error.strerror}.") from error
            if time.monotonic() > deadline:
                raise ShopError(
                    f"Port {port} is in use by another program. Choose another: make run PORT={port + 1}"
                ) from error
        time.sleep(0.1)


def prepare(demo: bool, say: Callable[[str], None]) -> None:
    """Bring the database and the files of this data folder to where this version has them."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Preparing the database …")
        call_command("migrate", interactive=False, verbosity=0)
    call_command("load_terms", stdout=io.StringIO())
    unfinished = settings.DATA_DIR / "run" / "demo.unfinished"
    is_new = not get_user_model().objects.exists() or unfinished.exists()
    if demo and "postgres" in settings.EMBEDDED.names and is_new:
        unfinished.touch()
        if load_demo(say):
            unfinished.unlink()
    collect_static(say)
    metrics = settings.DATA_DIR / "run" / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir()


def load_demo(say: Callable[[str], None]) -> bool:
    """Fill a new shop. Only one with a database of its own: the demo's passwords are known to everybody."""
    say("Loading the demo books …")
    try:
        call_command("load_demo", verbosity=0, stdout=io.StringIO())
    except Exception as error:  # a shop without demo books is still a shop
        say(f"They could not be loaded ({type(error).__name__}: {error}).")
        say("The shop opens without them; the next start, or manage.py load_demo, tries again.")
        return False
    return True


def collect_static(say: Callable[[str], None]) -> None:
    """Collect the static files where one of them has changed since the last time."""
    stamp = settings.DATA_DIR / "run" / "static.stamp"
    now = fingerprint_of_static_files()
    if stamp.exists() and stamp.read_text() == now and settings.STATIC_ROOT.exists():
        return
    say("Collecting the console's static files …")
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)


def fingerprint_of_static_files() -> str:
    """Changes when a static file of any app does."""
    digest = hashlib.sha256(settings.STATIC_URL.encode())
    for finder in get_finders():
        for path, storage in finder.list(None):
            status = os.stat(storage.path(path))
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
