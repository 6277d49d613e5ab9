import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import redis

from bookstore.embedded import EmbeddedServerError, EmbeddedServers
from bookstore.keeper import postgres
from bookstore.tests.processes import eventually, output_until, running_in, short_folder, start

HOLD = """
import sys, time
from pathlib import Path
from bookstore.embedded import EmbeddedServers
with EmbeddedServers(Path(sys.argv[1]), postgres="postgres" in sys.argv, redis=True).lease():
    print("held", flush=True)
    time.sleep(60)
"""
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's end")


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@contextmanager
def holder(folder: Path, *names: str) -> Iterator[subprocess.Popen]:
    process = start(["-c", HOLD, str(folder), *names], folder)
    with process:
        assert "held" in output_until(process, "held")
        yield process
        process.kill()


def redis_answers(servers: EmbeddedServers) -> bool:
    with suppress(redis.RedisError), redis.Redis.from_url(servers.redis_url()) as connection:
        return bool(connection.ping())
    return False


def keeper_of(folder: Path) -> int:
    return next(pid for pid in running_in(folder) if b"bookstore.keeper" in Path(f"/proc/{pid}/cmdline").read_bytes())


def redis_of(folder: Path) -> int:
    return next(pid for pid in running_in(folder) if b"redis-server" in Path(f"/proc/{pid}/cmdline").read_bytes())


def test_the_servers_run_as_long_as_they_are_leased_and_keep_what_they_know(folder):
    servers = EmbeddedServers(folder)
    for expected in (None, "there"):
        with (
            servers.lease(),
            psycopg.connect(servers.postgres_url) as db,
            redis.Redis.from_url(servers.redis_url()) as it,
        ):
            db.execute("CREATE TABLE IF NOT EXISTS kept ()")
            assert it.getset("word", "there") == (expected and expected.encode())
        assert running_in(folder) == []


def test_the_log_of_postgres_tells_of_failures_and_nothing_of_people(folder):
    servers = EmbeddedServers(folder)
    with servers.lease(), psycopg.connect(servers.postgres_url, autocommit=True) as db:
        db.execute("CREATE TABLE people (email text PRIMARY KEY)")
        for _ in range(2):
            with suppress(psycopg.errors.UniqueViolation):
                db.execute("INSERT INTO people VALUES ('rosa@example.com')")

    told = (servers.log_dir / "postgres.log").read_text()
    assert "duplicate key" in told
    assert "rosa@example.com" not in told


def test_the_last_to_leave_stops_the_servers(folder):
    servers = EmbeddedServers(folder, postgres=False)
    with holder(folder) as other:
        with servers.lease():
            pass
        assert redis_answers(servers)
        other.terminate()

    assert eventually(lambda: not running_in(folder))


@on_linux
def test_a_killed_holder_leaves_nothing_behind(folder):
    with holder(folder, "postgres") as process:
        os.kill(process.pid, signal.SIGKILL)

    assert eventually(lambda: not running_in(folder))


@on_linux
def test_a_killed_keeper_leaves_nothing_behind_and_is_replaced(folder):
    servers = EmbeddedServers(folder)
    with servers.lease():
        os.kill(keeper_of(folder), signal.SIGKILL)

        assert eventually(servers.keep_running)
        assert redis_answers(servers)
        psycopg.connect(servers.postgres_url).close()
        assert not servers.keep_running()
        os.kill(keeper_of(folder), signal.SIGKILL)
        assert eventually(lambda: not [pid for pid in running_in(folder) if pid != os.getpid()])


def test_a_killed_redis_is_started_again(folder):
    servers = EmbeddedServers(folder, postgres=False)
    with servers.lease():
        before = redis_of(folder)
        os.kill(before, signal.SIGKILL)

        assert eventually(lambda: redis_answers(servers))
        assert redis_of(folder) != before


def test_a_killed_postgres_is_started_again(folder):
    servers = EmbeddedServers(folder, redis=False)
    with servers.lease():
        os.kill(int((folder / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

        def answers() -> bool:
            with suppress(psycopg.OperationalError), psycopg.connect(servers.postgres_url) as db:
                return db.execute("SELECT 1").fetchone() == (1,)
            return False

        assert eventually(answers)


def test_another_programs_process_under_an_old_process_id_is_left_alone(folder):
    servers = EmbeddedServers(folder, redis=False)
    with servers.lease():
        notes = (folder / "postgres" / "postmaster.pid").read_text()
    with subprocess.Popen(["sleep", "60"]) as innocent:
        (folder / "postgres" / "postmaster.pid").write_text(str(innocent.pid) + notes[notes.index("\n") :])

        with servers.lease(), psycopg.connect(servers.postgres_url):
            assert innocent.poll() is None
        innocent.kill()


def test_a_database_whose_making_was_interrupted_is_made_anew(folder):
    (folder / "postgres.unfinished").mkdir(parents=True)
    (folder / "postgres.unfinished" / "PG_VERSION").write_text("18\n")
    servers = EmbeddedServers(folder, redis=False)

    with servers.lease(), psycopg.connect(servers.postgres_url) as db:
        assert db.execute("SELECT lower('É')").fetchone() == ("é",)


def test_the_data_of_another_postgres_version_is_refused_in_words(folder):
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "PG_VERSION").write_text("12\n")

    with pytest.raises(EmbeddedServerError, match="was made by PostgreSQL 12"), EmbeddedServers(folder).lease():
        pass
    assert running_in(folder) == []


def test_a_redis_dump_that_cannot_be_read_is_set_aside(folder):
    (folder / "redis").mkdir(parents=True)
    (folder / "redis" / "dump.rdb").write_bytes(b"REDIS9999 from the future")
    servers = EmbeddedServers(folder, postgres=False)

    with servers.lease():
        assert redis_answers(servers)
    assert (folder / "redis" / "dump.rdb.unreadable").exists()


@pytest.mark.parametrize("name", ["a folder, with spaces & more", "deep/" * 30 + "shop"], ids=["spaces", "long"])
def test_the_folder_may_have_any_name(name):
    with short_folder(name) as folder:
        servers = EmbeddedServers(folder)
        with servers.lease(), psycopg.connect(servers.postgres_url) as db:
            db.execute("SELECT 1")
            assert redis_answers(servers)
        assert servers.socket_dir == servers.run_dir or not servers.socket_dir.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_socket_folder_that_somebody_else_made_is_refused():
    with short_folder("deep/" * 30 + "shop") as folder:
        servers = EmbeddedServers(folder, postgres=False)
        servers.socket_dir.mkdir()
        os.chown(servers.socket_dir, 12345, 12345)
        try:
            with pytest.raises(EmbeddedServerError, match="belongs to user 12345"), servers.lease():
                pass
        finally:
            shutil.rmtree(servers.socket_dir)


@pytest.mark.parametrize(
    ("limit", "buffers", "cache"),
    [(str(4 * 2**30), "1024MB", "2048MB"), (str(200 * 2**20), "128MB", "128MB"), (str(2**10), "128MB", "128MB")],
)
def test_postgresql_gets_a_quarter_of_the_memory_of_its_container(monkeypatch, tmp_path, limit, buffers, cache):
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    monkeypatch.setattr(postgres, "CGROUP_LIMIT", tmp_path / "memory.max")

    assert postgres.memory_settings() == {"shared_buffers": buffers, "effective_cache_size": cache}


@pytest.mark.parametrize("text", ["max\n", None])
def test_without_a_container_it_is_a_quarter_of_the_machine(monkeypatch, tmp_path, text):
    if text:
        (tmp_path / "memory.max").write_text(text)
    monkeypatch.setattr(postgres, "CGROUP_LIMIT", tmp_path / "memory.max")

    assert postgres.memory() == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
