"""Where a cover's pictures lie, and under which addresses: all of it is told by the cover's name."""

import re
import time
from functools import lru_cache

from django.conf import settings
from django.core.files.storage import default_storage

WIDTHS = (160, 320, 640)
MEASURED = re.compile(r"-(\d{1,5})x(\d{1,5})\.webp$", re.ASCII)


def thumbnail_name(cover_name: str) -> str:
    """Where the smallest picture lies: beside the cover, by convention."""
    return beside(cover_name, "thumb")


def beside(cover_name: str, what: str) -> str:
    stem, _dot, suffix = cover_name.rpartition(".")
    return f"{stem}.{what}.{suffix}"


def measures(cover_name: str) -> tuple[int, int] | None:
    """Width and height in pixels, which the name of a cover says; those of before did not."""
    found = MEASURED.search(cover_name)
    return (int(found[1]), int(found[2])) if found else None


def widths_of(width: int) -> list[int]:
    """The widths that a cover of this width is kept in besides its own; nothing is made larger."""
    return [small for small in WIDTHS if small < width]


def smaller_names(cover_name: str) -> dict[int, str]:
    """The smaller pictures of a cover by width; none where the name does not tell how wide the cover is."""
    size = measures(cover_name)
    smaller = widths_of(size[0]) if size else []
    return {width: thumbnail_name(cover_name) if width == WIDTHS[0] else beside(cover_name, str(width))
            for width in smaller}  # fmt: skip


def all_names(cover_name: str) -> list[str]:
    """Every file that belongs to a cover."""
    return list(dict.fromkeys([cover_name, thumbnail_name(cover_name), *smaller_names(cover_name).values()]))


def address(name: str, base_url: str) -> str:
    """Where a file of the shop's is read. No network is asked, and a signed address is made once for some minutes."""
    if settings.MEDIA_S3_BUCKET and not settings.MEDIA_S3_PUBLIC_URL:
        return signed(name, int(time.time() // (settings.MEDIA_S3_SIGNED_FOR / 2)))
    media = settings.MEDIA_URL
    return f"{base_url}{media}{name}" if media.startswith("/") else f"{media}{name}"


@lru_cache(maxsize=20_000)
def signed(name: str, _period: int) -> str:
    """Good for half of MEDIA_S3_SIGNED_FOR at least, since it is made anew in every half."""
    return str(default_storage.url(name))
