"""Whether the index has read what was committed before a question was put."""

import time

from django.conf import settings

from bookstore import versions
from catalog.search.index import store
from catalog.search.index.following import is_behind
from catalog.search.index.store import Snapshot

PAUSE = 0.01  # seconds
NOT_AGAIN_FOR = 1.0  # seconds after a wait in vain: during an import not every search has to wait


class Freshness:
    """Remembers at which version of the catalogue the index was found to have read everything."""

    def __init__(self) -> None:
        self._checked: tuple[str, Snapshot] | None = None
        self._waits_from = 0.0

    def snapshot(self) -> Snapshot | None:
        """The index, if need be a moment later; None if there is none of this shop. It may be behind an import."""
        until = time.monotonic() + settings.SEARCH_PATIENCE
        while (snapshot := store.reader.snapshot()) is not None:
            version = versions.current("catalog")
            if version and self._checked == (version, snapshot):
                return snapshot
            behind = is_behind(snapshot.state)
            if behind is None:
                return None
            if not behind:
                self._checked = (version, snapshot) if version else None
                return snapshot
            if time.monotonic() < self._waits_from or not store.is_written():
                return snapshot
            if time.monotonic() > until:
                self._waits_from = time.monotonic() + NOT_AGAIN_FOR
                return snapshot
            time.sleep(PAUSE)
        return None


freshness = Freshness()


def fresh_snapshot() -> Snapshot | None:
    return freshness.snapshot()
