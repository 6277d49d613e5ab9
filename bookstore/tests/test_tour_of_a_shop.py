"""The tour in a shop that runs: web server, worker, scheduler and mails, as after `make run`."""

import re
import sys
from collections.abc import Iterator

import pytest

from bookstore.tests.processes import eventually, run, short_folder, status_of
from bookstore.tests.test_run_the_shop import RunningShop, running_shop
from bookstore.tour import STORY
from bookstore.tour.mailbox import Mailbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these tests find processes in /proc")

A_SMALL_DEMO = """
from pathlib import Path
from catalog.demo import loader
few = Path({folder!r}) / "books.csv"
few.write_text("".join(loader.BOOKS.read_text(encoding="utf-8").splitlines(keepends=True)[:40]), encoding="utf-8")
loader.BOOKS = few
loader.load()
"""
LINK_TO_A_PURCHASE = re.compile(r"http://localhost:[0-9]+(/purchases/\S+)")


@pytest.fixture(scope="module")
def shop() -> Iterator[RunningShop]:
    """A shop with the first books of the demo."""
    with short_folder() as folder, running_shop(folder) as shop:
        status, said = run(folder, "shell", "-c", A_SMALL_DEMO.format(folder=str(folder)))
        assert status == 0, said
        yield shop


def test_the_tour_is_played_to_its_end_though_the_worker_is_killed_and_its_mails_arrive(shop):
    assert eventually(lambda: shop.processes(b"config\0worker\0"))
    shop.kill_workers()

    status, said = run(shop.folder, "tour", "--base-url", f"http://localhost:{shop.port}")

    assert (status, f"{sum(map(len, STORY.values()))} steps, each answered as it should be" in said) == (0, True), said
    mails = Mailbox(shop.folder / "mail", patience=5)
    subjects = [text.splitlines()[0] for text in mails.texts(address_of("rosa", said))]
    assert [len(subjects), len(set(subjects))] == [4, 4], subjects  # a code, a new device, a confirmation, a parcel
    link = mails.wait_for(address_of("gita", said), LINK_TO_A_PURCHASE) or ""
    assert [status_of(shop.port, link), status_of(shop.port, link[:-1])] == [200, 404], link


def address_of(name: str, said: str) -> str:
    return re.findall(rf"{name}-[0-9a-f]+@example\.com", said)[0]
