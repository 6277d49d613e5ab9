"""The whole shop while its servers die: it refuses politely, or answers with less, and recovers by itself."""

import contextlib
import http.client
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest

from bookstore.embedded import EmbeddedServers
from bookstore.tests.processes import eventually, short_folder, start
from bookstore.tests.test_run_the_shop import RunningShop, running_shop


@pytest.fixture(scope="module")
def shop() -> Iterator[RunningShop]:
    with short_folder() as folder, running_shop(folder) as shop:
        yield shop


def ask(shop: RunningShop, path: str, **headers: str) -> tuple[int, str, dict]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", shop.port, timeout=10)) as connection:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers["Content-Type"], json.loads(response.read())


def is_ready(shop: RunningShop) -> bool:
    status, _, body = ask(shop, "/health/ready/")
    return status == 200 and body["status"] == "ok"


def test_without_redis_the_shop_answers_and_redis_comes_back(shop):
    assert eventually(lambda: is_ready(shop))
    [redis] = shop.processes(b"redis-server")

    os.kill(redis, signal.SIGKILL)
    statuses = [ask(shop, "/api/v1/books/")[0] for _ in range(20)]

    assert statuses == [200] * 20
    assert eventually(lambda: is_ready(shop))
    assert shop.processes(b"redis-server") != [redis]


def test_a_redis_that_hangs_costs_a_moment_and_no_answer(shop):
    assert eventually(lambda: is_ready(shop))
    [redis] = shop.processes(b"redis-server")

    os.kill(redis, signal.SIGSTOP)
    statuses = [ask(shop, "/api/v1/books/")[0] for _ in range(10)]
    status, _, readiness = ask(shop, "/health/ready/")
    os.kill(redis, signal.SIGCONT)

    assert statuses == [200] * 10
    assert (status, readiness["status"], readiness["checks"]["redis"]) == (200, "degraded", "down")
    assert eventually(lambda: is_ready(shop))


def test_without_postgres_the_shop_says_so_and_recovers_without_a_restart(shop):
    assert eventually(lambda: is_ready(shop))
    web = shop.processes(b"granian")
    postgres = postgres_of(shop)

    os.kill(postgres, signal.SIGKILL)
    assert eventually(lambda: ask(shop, "/api/v1/books/")[0] == 503)
    answers = [ask(shop, "/api/v1/books/") for _ in range(20)]

    refused = [(content_type, body["code"]) for status, content_type, body in answers if status != 200]
    assert set(refused) <= {("application/problem+json", "service_unavailable")}
    assert eventually(lambda: is_ready(shop), within=30)
    assert ask(shop, "/api/v1/books/")[0] == 200
    assert shop.processes(b"granian") == web


def test_connections_that_postgres_ended_meanwhile_cost_no_answer(shop):
    assert eventually(lambda: is_ready(shop))
    assert statuses_of_lists(shop, "before") == {200}

    with psycopg.connect(EmbeddedServers(shop.folder).postgres_url) as operator:
        ended = operator.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
            "WHERE application_name = 'bookstore' AND pid <> pg_backend_pid()"
        ).fetchone()

    assert ended[0] > 0
    assert statuses_of_lists(shop, "after") == {200}


def test_a_postgres_that_was_restarted_meanwhile_costs_no_answer(shop):
    assert eventually(lambda: is_ready(shop))
    assert statuses_of_lists(shop, "before a restart") == {200}
    postgres = postgres_of(shop)

    os.kill(postgres, signal.SIGINT)  # a fast shutdown; the shop's keeper starts it again

    assert eventually(lambda: accepts_connections(shop, other_than=postgres), within=30)
    assert statuses_of_lists(shop, "after a restart") == {200}


def statuses_of_lists(shop: RunningShop, when: str) -> set[int]:
    """Of enough lists for every thread to have one to work out anew."""
    return {ask(shop, f"/api/v1/books/?{urlencode({'n': f'{when} {number}'})}")[0] for number in range(40)}


def postgres_of(shop: RunningShop) -> int:
    return next(pid for pid in shop.processes(b"bin/postgres") if b"-D" in command_of(pid))


def accepts_connections(shop: RunningShop, *, other_than: int) -> bool:
    with contextlib.suppress(psycopg.Error, StopIteration):
        psycopg.connect(EmbeddedServers(shop.folder).postgres_url, connect_timeout=2).close()
        return postgres_of(shop) != other_than
    return False


def command_of(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()


def test_the_worker_does_what_is_sent_under_the_senders_request_id(shop):
    script = (
        "import structlog; from bookstore.tasks import run_command;"
        "structlog.contextvars.bind_contextvars(request_id='sent-by-a-test');"
        "run_command.delay('purge_idempotency_keys')"
    )
    with start(["manage.py", "shell", "-c", script], shop.folder) as sender:
        assert sender.wait(timeout=30) == 0

    def done() -> list[dict]:
        lines = (shop.folder / "log" / "worker.log").read_text().splitlines()
        entries = [json.loads(line) for line in lines if line.startswith("{")]
        return [entry for entry in entries if entry.get("request_id") == "sent-by-a-test"]

    assert eventually(done), "no line of the worker has the request id"
    assert any("purge_idempotency_keys" in json.dumps(entry) for entry in done())
