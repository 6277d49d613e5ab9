"""Covers: checked, made small, stripped of all but the picture, and kept beside a thumbnail."""

import hashlib
import io
import warnings
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from catalog.errors import NotACover
from catalog.models import Edition

COVER_SIZE = (800, 1200)
THUMBNAIL_SIZE = (160, 240)
MOST_PIXELS = 40_000_000
MOST_BYTES = 20_000_000
READ_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF")


def thumbnail_name(cover_name: str) -> str:
    """Where the small picture lies: beside the cover, by convention."""
    stem, _dot, suffix = cover_name.rpartition(".")
    return f"{stem}.thumb.{suffix}"


def set_cover(edition: Edition, picture: bytes | Image.Image) -> None:
    """Keep a cover and its thumbnail; the caller refreshes the listing. Raises NotACover, then nothing has changed."""
    image = picture if isinstance(picture, Image.Image) else read(picture)
    cover, thumbnail = encoded(small(image, COVER_SIZE), 80), encoded(small(image, THUMBNAIL_SIZE), 75)
    name = f"covers/{edition.pk}-{hashlib.blake2b(cover, digest_size=6).hexdigest()}.webp"
    keep(name, cover)
    keep(thumbnail_name(name), thumbnail)
    change(edition, name)


def remove_cover(edition: Edition) -> None:
    """Forget the cover; the caller refreshes the listing."""
    change(edition, "")


def change(edition: Edition, name: str) -> None:
    """Show another picture, which has another address; the old one goes when that is certain."""
    old = Edition.objects.values_list("cover", flat=True).get(pk=edition.pk)
    edition.cover.name = name
    edition.save(update_fields=["cover", "updated_at"])
    if old and old != name:
        transaction.on_commit(partial(forget, old))


def forget(name: str) -> None:
    default_storage.delete(name)
    default_storage.delete(thumbnail_name(name))


def read(content: bytes) -> Image.Image:
    """The picture, upright and in plain colours. Its size is looked at before anything is decoded."""
    if len(content) > MOST_BYTES:
        raise NotACover(_("The picture has more than 20 MB."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=READ_FORMATS)
            if image.width * image.height > MOST_PIXELS:
                raise NotACover(_("The picture has more than 40 million pixels."))
            image.draft("RGB", (COVER_SIZE[0] * 2, COVER_SIZE[1] * 2))
            return ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotACover from error


def small(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    copy = image.copy()
    copy.thumbnail(size, Image.Resampling.LANCZOS)
    return copy


def encoded(image: Image.Image, quality: int) -> bytes:
    content = io.BytesIO()
    image.save(content, "WEBP", quality=quality, method=4)
    return content.getvalue()


def keep(name: str, content: bytes) -> None:
    """Write the file unless it is there: the name says what is in it."""
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(content))
