"""Two servers of one shop: what one has ended, the other refuses with the very next request, whatever Redis does."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from django.conf import settings

from accounts.tests.factories import PASSWORD
from bookstore.embedded import EmbeddedServers
from bookstore.supervisor import web_command
from bookstore.tests.processes import eventually, free_port, run, running_in, short_folder, status_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these tests find processes in /proc")
MAKE_ROSA = f"""
from django.utils import timezone
from accounts.models import User
User.objects.create_user("rosa@example.com", "{PASSWORD}", email_verified_at=timezone.now())
"""


@dataclass
class Shop:
    """Two servers on one database and one Redis."""

    folder: Path
    ports: tuple[int, int]

    @property
    def redis(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.folder / "run" / "redis" / "redis.sock"))

    def redis_process(self) -> int:
        return next(
            pid for pid in running_in(self.folder) if b"redis-server" in Path(f"/proc/{pid}/cmdline").read_bytes()
        )

    def redis_is_up(self) -> bool:
        with contextlib.suppress(redis.RedisError, StopIteration):
            return self.redis.ping()
        return False


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with short_folder() as folder, EmbeddedServers(folder).lease(), contextlib.ExitStack() as servers:
        assert run(folder, "migrate", "--verbosity=0")[0] == 0
        assert run(folder, "shell", "-c", MAKE_ROSA)[0] == 0
        ports = free_port(), free_port()
        for port in ports:
            servers.enter_context(server(port, folder))
        yield Shop(folder, ports)


@contextlib.contextmanager
def server(port: int, folder: Path) -> Iterator[None]:
    without_limits = {"RATE_LIMIT_TRUSTED": "127.0.0.1", "RATE_LIMIT_SIGN_IN": "1000/minute"}
    ours = {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings", **without_limits}
    command = [sys.executable, "-m", *web_command("127.0.0.1", port)]
    with (folder / "log" / f"{port}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env={**os.environ, **ours}, stdout=log, stderr=log)
    try:
        assert eventually(lambda: status_of(port, "/health/live/") == 200, within=30)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(autouse=True)
def redis_is_up(shop):
    assert eventually(shop.redis_is_up)


def ask(port, method, path, body=None, *headers):
    """The status and the code of an answer; headers as pairs, so that one may stand twice."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        content = b"" if body is None else json.dumps(body).encode()
        connection.putrequest(method, f"/api/v1/{path}")
        for name, value in [("Content-Type", "application/json"), ("Content-Length", str(len(content))), *headers]:
            connection.putheader(name, value)
        connection.endheaders(content)
        response = connection.getresponse()
        answer = response.read()
        return response.status, json.loads(answer) if answer else {}


def log_in(shop):
    status, pair = ask(shop.ports[0], "POST", "auth/login/", {"email": "rosa@example.com", "password": PASSWORD})
    assert status == 200
    return pair


def bearer(token):
    return "Authorization", f"Bearer {token}"


def log_out(port, pair):
    assert ask(port, "POST", "auth/logout/", None, bearer(pair["access"]))[0] == 204


def me(port, pair):
    status, body = ask(port, "GET", "me/", None, bearer(pair["access"]))
    return body.get("code", status)


def warm(shop, pair):
    """Both servers, all their workers, have asked Redis and believe that it knows everything."""
    assert {me(port, pair) for port in shop.ports for _ in range(8)} == {200}


def test_what_one_server_ends_the_other_refuses_at_once(shop):
    here, there = shop.ports
    for _ in range(10):
        pair = log_in(shop)
        assert me(there, pair) == 200

        log_out(here, pair)

        assert me(there, pair) == "session_ended"
        status, body = ask(there, "POST", "auth/refresh/", {"refresh": pair["refresh"]})
        assert (status, body["code"]) == (401, "session_ended")
        here, there = there, here


def test_an_emptied_redis_lets_nobody_back_in(shop):
    out, stays = log_in(shop), log_in(shop)
    warm(shop, stays)
    log_out(shop.ports[0], out)

    shop.redis.flushall()

    assert me(shop.ports[1], out) == "session_ended"
    assert me(shop.ports[1], stays) == 200


def test_a_redis_that_comes_back_with_an_old_state_is_not_believed(shop):
    out, stays = log_in(shop), log_in(shop)
    warm(shop, stays)
    shop.redis.save()
    log_out(shop.ports[0], out)

    os.kill(shop.redis_process(), signal.SIGKILL)
    assert eventually(shop.redis_is_up)

    assert {me(port, out) for port in shop.ports for _ in range(8)} == {"session_ended"}
    assert {me(port, stays) for port in shop.ports for _ in range(8)} == {200}


def test_while_redis_is_gone_and_after_it_has_come_back(shop):
    out, stays = log_in(shop), log_in(shop)
    warm(shop, stays)
    shop.redis.save()
    hung = shop.redis_process()

    os.kill(hung, signal.SIGSTOP)
    log_out(shop.ports[0], out)
    without = me(shop.ports[1], out), me(shop.ports[1], stays)
    os.kill(hung, signal.SIGKILL)
    assert eventually(shop.redis_is_up)

    assert without == ("session_ended", 200)
    assert {me(port, out) for port in shop.ports for _ in range(8)} == {"session_ended"}


def test_a_redis_that_hung_unseen_by_the_other_server_is_told_afterwards(shop):
    out, stays = log_in(shop), log_in(shop)
    warm(shop, stays)
    hung = shop.redis_process()

    os.kill(hung, signal.SIGSTOP)
    log_out(shop.ports[0], out)
    os.kill(hung, signal.SIGCONT)

    assert eventually(lambda: shop.redis.exists(f"ended-session:{out['session_id']}"), within=3)
    assert {me(shop.ports[1], out) for _ in range(8)} == {"session_ended"}


TWICE = [("two good ones", "{good}", "{good}"), ("bad one first", "null", "{good}"), ("bad one last", "{good}", "null")]


@pytest.mark.parametrize(("first", "second"), [row[1:] for row in TWICE], ids=[row[0] for row in TWICE])
def test_two_authorization_headers_are_one_of_them_or_none(shop, first, second):
    """Servers join them, or take one: a private page never breaks, and a public one answers."""
    pair = log_in(shop)
    headers = [bearer(text.format(good=pair["access"])) for text in (first, second)]

    private, public = (
        ask(shop.ports[0], "GET", "me/", None, *headers),
        ask(shop.ports[0], "GET", "books/", None, *headers),
    )

    assert private[0] == 200 or (private[0], private[1]["code"]) == (401, "token_invalid")
    assert public[0] == 200


NO_TEXT = {
    "no UTF-8": b"Bearer \xff\xfe",
    "Cyrillic": "Bearer ключ".encode(),
    "no scheme": b"\xc3\x28",
    "100 kB": b"Bearer " + b"x" * 100_000,
}


@pytest.mark.parametrize("value", NO_TEXT.values(), ids=NO_TEXT)
def test_bytes_that_are_no_text_are_no_token(shop, value):
    header = ("Authorization", value)

    private, public = ask(shop.ports[0], "GET", "me/", None, header), ask(shop.ports[0], "GET", "books/", None, header)

    assert private[0] in {400, 401, 431}
    assert public[0] in {200, 400, 431}
