"""The search index in tests: kept in a folder of the test's own, and read on when the test says so."""

from pathlib import Path
from typing import Any

import pytest

from catalog.search.index import store
from catalog.search.index.following import Follower


@pytest.fixture(params=["postgres", "index"])
def engine(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> str:
    """Each test twice: answered by PostgreSQL alone, as while there is no index, and by the index."""
    settings.SEARCH_DIR = tmp_path / request.param
    if request.param == "index":
        store.root().mkdir()
    return str(request.param)


@pytest.fixture
def index(settings: Any, tmp_path: Path) -> Path:
    settings.SEARCH_DIR = tmp_path / "index"
    store.root().mkdir()
    return store.root()


def catch_up() -> int:
    """Let the index read what is new, if the test has one."""
    if not store.root().exists():
        return 0
    with store.writing(wait=False) as is_ours:
        assert is_ours
        return Follower().keep_up()
