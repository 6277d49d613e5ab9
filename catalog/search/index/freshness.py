"""Whether the index has read what was committed before a question was put."""

import time

from django.conf import settings

from bookstore import versions
from catalog.search.index import store
from catalog.search.index.following import is_behind
from catalog.search.index.store import Snapshot

PAUSE = 0.01  # seconds
NOT_AGAIN_FOR = 1.0  # seconds after a wait in vain: during an import not every search has to wait
FILES_LOOKED_AT = 1.0  # seconds between two looks at the files while the catalogue stays at its version


class Freshness:
    """Remembers at which version of the catalogue the index was found to have read everything."""

    def __init__(self) -> None:
        self._checked: tuple[str, Snapshot] | None = None
        self._waits_from = self._looked_at = 0.0

    def snapshot(self) -> Snapshot | None:
        """The index, if need be a moment later; None if there is none of this shop. It may be behind an import."""
        began = time.monotonic()
        checked, version = self._checked, versions.current("catalog")
        if checked and checked[0] == version and began < self._looked_at + FILES_LOOKED_AT:
            return checked[1]
        self._looked_at, until = began, began + settings.SEARCH_PATIENCE
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
