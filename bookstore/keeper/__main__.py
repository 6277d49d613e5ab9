"""Run a data folder's servers until nobody holds a lease on them."""

import fcntl
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from bookstore.embedded import POLL, EmbeddedServerError, EmbeddedServers, lock_within, own_folder, try_lock
from bookstore.keeper.postgres import Postgres
from bookstore.keeper.redis import Redis


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
