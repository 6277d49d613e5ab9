"""Covers: checked, made small, stripped of all but the picture, and kept beside a thumbnail."""

import io
import warnings

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
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
    name = f"covers/{edition.pk}.webp"
    keep(name, small(image, COVER_SIZE), quality=80)
    keep(thumbnail_name(name), small(image, THUMBNAIL_SIZE), quality=75)
    edition.cover.name = name
    edition.save(update_fields=["cover", "updated_at"])


def remove_cover(edition: Edition) -> None:
    """Forget the cover; the caller refreshes the listing."""
    name = edition.cover.name
    edition.cover.name = ""
    edition.save(update_fields=["cover", "updated_at"])
    if name:
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


def keep(name: str, image: Image.Image, *, quality: int) -> None:
    content = io.BytesIO()
    image.save(content, "WEBP", quality=quality, method=4)
    default_storage.delete(name)
    default_storage.save(name, ContentFile(content.getvalue()))
