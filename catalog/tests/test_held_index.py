import sys
from pathlib import Path

import pytest

from catalog.search.index.memory import HeldIndex

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a process has mapped")


def is_mapped(path):
    return str(path) in Path("/proc/self/maps").read_text()


@pytest.fixture
def folder(tmp_path):
    for name in ("one.idx", "one.term", "empty.pos", "meta.json"):
        (tmp_path / name).write_bytes(b"" if name == "empty.pos" else b"words" * 5_000)
    return tmp_path


def test_the_files_that_searches_read_are_held(folder):
    held = HeldIndex()

    held.hold(folder)

    assert [name for name in ("one.idx", "one.term", "empty.pos", "meta.json") if is_mapped(folder / name)] == [
        "one.idx",
        "one.term",
    ]


def test_what_a_merge_has_removed_is_let_go_of(folder):
    held = HeldIndex()
    held.hold(folder)

    (folder / "one.idx").rename(folder / "two.idx")
    held.hold(folder)

    assert not is_mapped(folder / "one.idx")
    assert is_mapped(folder / "two.idx")


def test_another_index_takes_its_place(folder, tmp_path_factory):
    held, other = HeldIndex(), tmp_path_factory.mktemp("other")
    (other / "one.idx").write_bytes(b"words")
    held.hold(folder)

    held.hold(other)

    assert not is_mapped(folder / "one.idx")
    assert is_mapped(other / "one.idx")


def test_without_an_index_there_is_nothing_to_hold():
    HeldIndex().hold(None)
