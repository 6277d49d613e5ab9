"""Large ONIX files are read by a process of their own. Nobody sees a difference, and it ends with whoever asked."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from catalog.imports.errors import ImportRefused, UnreadableRest
from catalog.imports.onix import apart, runs
from catalog.imports.onix.apart import lots, lots_read_apart
from catalog.imports.onix.files import inspect
from catalog.imports.onix.reading import no_blocks
from catalog.imports.onix.runs import MessageSource
from catalog.models import Book, Edition, ImportRun
from catalog.tests.imports import counted, reported
from catalog.tests.onix import message, price, product, supplied, take_onix

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def read_apart(monkeypatch):
    monkeypatch.setattr(runs, "READ_APART_FROM", 0)


def many(count, **changes):
    return [product(str(number), isbn="", title=f"Book {number}", **changes) for number in range(count)]


def written(folder, text):
    (folder / "m.xml").write_text(text)
    return folder / "m.xml"


def readers():
    """The processes that read for this one."""
    tasks = Path("/proc/self/task").iterdir()
    children = [child for task in tasks for child in (task / "children").read_text().split()]
    return [int(child) for child in children if b"onix.apart" in Path(f"/proc/{child}/cmdline").read_bytes()]


def is_alive(process):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


def test_both_ways_tell_the_same(tmp_path):
    odd = product("odd", isbn="9780306406158", notification="77", supply=supplied("20", price("1.234")))
    path = written(tmp_path, message(*many(120), odd, "<Product><RecordReference>bad</RecordReference><x></Product>"))
    source = MessageSource(path, "m.xml", None, is_trusted=True)
    file, _ = inspect(path)

    here, there = list(lots(file, source.about)), list(lots_read_apart(file, source.about))

    assert [len(lot) for _, lot in there] == [50, 50, 22]
    assert there == here
    assert there[-1][1][-2].notes


def test_what_needs_the_shop_is_read_beside_it(tmp_path):
    take_onix(tmp_path, product("1", title="First"), name="1.xml")

    supply = supplied("40", price())
    report = take_onix(
        tmp_path,
        f"<Product><RecordReference>1</RecordReference><NotificationType>04</NotificationType>{supply}</Product>",
        "<Product><RecordReference>2</RecordReference><NotificationType>05</NotificationType></Product>",
    )

    assert counted(report) == {"rows": 2, "updated": 1, "rejected": 1}
    assert Edition.objects.get().availability_code == "40"
    assert Book.objects.get().title == "First"


def test_a_cut_off_file_keeps_what_stands_before(tmp_path):
    text = message(*many(70))

    with pytest.raises(ImportRefused, match="cut off"):
        take_onix(tmp_path, raw=text[: text.index("Book 60<")].encode())

    assert Book.objects.count() == 60
    assert reported(tmp_path) == [(str(text[: text.index("Book 60<")].count("\n") - 3), "", "row rejected")]
    assert readers() == []


def test_a_file_that_went_between_is_said(tmp_path):
    source = MessageSource(written(tmp_path, message(*many(3))), "m.xml", None, is_trusted=True)
    source.file.path.unlink()

    with pytest.raises(FileNotFoundError):
        list(source.items())


def test_a_reader_that_is_killed_stops_the_import_and_it_goes_on(tmp_path):
    path = written(tmp_path, message(*many(3000, collateral="<TextContent/>" * 300)))

    def kill(done):
        for process in readers():
            os.kill(process, signal.SIGKILL)

    with pytest.raises(ImportRefused, match=r"ended with code -9.*--resume"):
        runs.import_onix(str(path), report_to=tmp_path / "r.csv", progress=kill)
    half = Book.objects.count()
    assert 300 <= half < 3000
    assert ImportRun.objects.get().status == ImportRun.Status.FAILED

    [report] = runs.import_onix(str(path), report_to=tmp_path / "r.csv", resume=True)

    assert (Book.objects.count(), report.rows) == (3000, 3000)


def test_whoever_stops_taking_leaves_no_process_behind(tmp_path):
    source = MessageSource(written(tmp_path, message(*many(500))), "m.xml", None, is_trusted=True)
    next(source.items())
    [reader] = readers()

    source.close()

    assert not is_alive(reader)


def test_the_process_ends_when_its_parent_is_killed(tmp_path):
    path = written(tmp_path, message(*many(2000)))
    code = (
        "import sys, time, dataclasses, datetime\n"
        "from catalog.imports.onix.apart import lots_read_apart\n"
        "from catalog.imports.onix.files import inspect\n"
        "from catalog.imports.onix.reading import Circumstances\n"
        "about = Circumstances('s', 'S', 'DE', 'EUR', datetime.date(2026, 1, 1))\n"
        f"found = lots_read_apart(inspect(__import__('pathlib').Path({str(path)!r}))[0], about)\n"
        "next(found); print('reading', flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=apart.PROJECT, stdout=subprocess.PIPE)
    assert parent.stdout.readline() == b"reading\n"
    [reader] = [int(child) for child in Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()]
    assert is_alive(reader)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    ends = time.monotonic() + 20
    while is_alive(reader) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not is_alive(reader)


def test_the_process_has_no_models_in_its_memory():
    modules = "import catalog.imports.onix.apart, sys; print('catalog.models' in sys.modules)"

    said = subprocess.run(
        [sys.executable, "-c", modules], cwd=apart.PROJECT, check=True, capture_output=True, text=True
    )

    assert said.stdout == "False\n"


def test_errors_go_over_whole(tmp_path):
    source = MessageSource(written(tmp_path, message(*many(3)).replace("</ONIXMessage>", "")), "m.xml", None,
                           is_trusted=True)  # fmt: skip

    with pytest.raises(UnreadableRest, match="no end after line"):
        list(lots_read_apart(source.file, source.about))
    assert source.about.blocks_of is not no_blocks
