import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from bookstore.supervisor import Shop
from bookstore.tests.processes import eventually, free_port, output_until, running_in, short_folder, start, status_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these tests find processes in /proc")


@dataclass
class RunningShop:
    process: "subprocess.Popen[str]"
    port: int
    folder: Path
    banner: str

    def processes(self, words: bytes) -> list[int]:
        return [pid for pid in running_in(self.folder) if words in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def kill_workers(self) -> None:
        for worker in self.processes(b"config\0worker\0"):
            os.kill(worker, signal.SIGKILL)

    def answers(self) -> bool:
        return status_of(self.port, "/health/live/") == 200


@contextmanager
def running_shop(folder: Path) -> Iterator[RunningShop]:
    port = free_port()
    with start(["manage.py", "runshop", "--no-demo", "--port", str(port)], folder) as process:
        shop = RunningShop(process, port, folder, output_until(process, "Ctrl-C"))
        assert "The shop is open" in shop.banner
        try:
            yield shop
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
            process.kill()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with short_folder("my shop") as folder:
        yield folder


def test_the_shop_opens_says_where_and_stops_when_asked(folder):
    with running_shop(folder) as shop:
        assert shop.answers()
        assert f"http://localhost:{shop.port}/console/" in shop.banner
        assert status_of(shop.port, "/static/admin/css/base.css") == 200
        assert eventually(lambda: shop.processes(b"beat"))

        shop.process.send_signal(signal.SIGTERM)

        assert shop.process.wait(timeout=15) == 0
        assert running_in(folder) == []


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://localhost:8000"),
        ("::1", "http://localhost:8000"),
        ("192.0.2.7", "http://192.0.2.7:8000"),
        ("2001:db8::7", "http://[2001:db8::7]:8000"),
    ],
)
def test_the_address_of_the_shop_is_one_that_browsers_open(host, url):
    assert Shop(host, 8000, demo=False, say=print).url == url


def test_a_name_that_cannot_be_one_is_refused(folder):
    with start(["manage.py", "runshop", "--host", "shop..example", "--port", str(free_port())], folder) as process:
        said = output_until(process, "cannot listen")

        assert process.wait() == 1
        assert said.startswith("CommandError: The shop cannot listen on shop..example:")


def test_a_second_shop_in_the_same_folder_is_refused(folder):
    with running_shop(folder) as shop, start(["manage.py", "runshop", "--port", str(free_port())], folder) as second:
        said = output_until(second, "folder of its own")

        assert second.wait() == 1
        assert f"A shop already runs in {folder} (http://localhost:{shop.port}" in said
        assert shop.answers()


def test_a_program_that_dies_is_started_again(folder):
    with running_shop(folder) as shop:
        os.kill(min(shop.processes(b"granian")), signal.SIGKILL)

        assert "The web process ended (signal SIGKILL)" in output_until(shop.process, "web process")
        assert eventually(shop.answers)


def test_a_killed_shop_leaves_nothing_behind(folder):
    with running_shop(folder) as shop:
        assert eventually(lambda: shop.processes(b"worker"))
        shop.process.kill()

        assert eventually(lambda: not running_in(folder))


def test_a_port_in_use_is_told_before_anything_starts(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with start(["manage.py", "runshop", "--port", str(port)], folder) as process:
            said = output_until(process, "in use")

            assert process.wait() == 1
            assert said == f"CommandError: Port {port} is in use by another program. " + said.partition("program. ")[2]
