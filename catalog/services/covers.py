"""Covers: checked, made small, stripped of all but the picture, and kept in several widths."""

import contextlib
import hashlib
import io
import warnings
from functools import partial
from uuid import UUID

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from catalog.errors import NotACover, StorageUnavailable
from catalog.models import Edition
from catalog.services.cover_files import WIDTHS, all_names, smaller_names, thumbnail_name

COVER_SIZE = (800, 1200)
MOST_PIXELS = 40_000_000
MOST_BYTES = 20_000_000
READ_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF")

log = structlog.get_logger("catalog.covers")


def set_cover(edition: Edition, picture: bytes | Image.Image) -> None:
    """Keep a cover in all widths; the caller refreshes the listing. Raises a refusal, then nothing has changed."""
    change(edition, keep_cover(edition, picture))


def remove_cover(edition: Edition) -> None:
    """Forget the cover; the caller refreshes the listing."""
    change(edition, "")


def keep_cover(edition: Edition, picture: bytes | Image.Image) -> str:
    """Write a cover's files and return its name. Nobody sees them before `change`."""
    image = small(picture if isinstance(picture, Image.Image) else read(picture), COVER_SIZE)
    return keep_all(edition, image, encoded(image, 80))


def keep_all(edition: Edition, image: Image.Image, cover: bytes) -> str:
    """Write a cover as it is and its smaller pictures; the name says what is in it and how large it is."""
    digest = hashlib.blake2b(cover, digest_size=6).hexdigest()
    name = f"covers/{edition.pk}-{digest}-{image.width}x{image.height}.webp"
    keep(name, cover)
    smaller = smaller_names(name)
    for width, place in smaller.items():
        keep(place, encoded(narrow(image, width), 75))
    if WIDTHS[0] not in smaller:  # the cover is as small as a thumbnail
        keep(thumbnail_name(name), cover)
    return name


def change(edition: Edition, name: str) -> None:
    """Show another picture, which has another address; the old one goes when that is certain."""
    old = Edition.objects.values_list("cover", flat=True).get(pk=edition.pk)
    if old == name:
        return
    edition.cover.name = name
    edition.save(update_fields=["cover", "updated_at"])
    if old:
        transaction.on_commit(partial(forget, edition.pk, old))


def forget(edition: UUID, name: str) -> None:
    """Delete a cover's files, unless it is shown again. A storage that is gone keeps them; nobody is to wait for it."""
    try:
        with transaction.atomic():
            locked = Edition.objects.select_for_update(no_key=True).filter(pk=edition)
            if locked.values_list("cover", flat=True).first() != name:
                for each in all_names(name):
                    default_storage.delete(each)
    except Exception as error:  # a storage of any kind, gone in any way
        log.warning("files of an old cover are left over", cover=name, error=str(error))


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
            return on_white(upright(image))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotACover from error


def upright(image: Image.Image) -> Image.Image:
    """As its camera says that it was held; broken EXIF, which Pillow stops at in many ways, says nothing."""
    image.load()
    with contextlib.suppress(Exception):
        ImageOps.exif_transpose(image, in_place=True)  # a copy of a large picture takes 160 MB
    return image


def small(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    times = max(1, min(image.width // (2 * size[0]), image.height // (2 * size[1])))
    copy = image.reduce(times)  # not copied whole first
    copy.thumbnail(size, Image.Resampling.LANCZOS)
    return copy


def encoded(image: Image.Image, quality: int) -> bytes:
    content = io.BytesIO()
    image.save(content, "WEBP", quality=quality, method=4)
    return content.getvalue()


def narrow(image: Image.Image, width: int) -> Image.Image:
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS)


def on_white(image: Image.Image) -> Image.Image:
    """In plain colours; what is transparent is white, as on paper."""
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    seen = image if image.mode == "RGBA" else image.convert("RGBA")
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen.getchannel("A"))
    return paper


def keep(name: str, content: bytes) -> None:
    """Write the file unless it is there: the name says what is in it. Raises StorageUnavailable."""
    file = ContentFile(content)
    file.content_type = "image/webp"  # type: ignore[attr-defined]  # the storages ask for it
    try:
        if default_storage.exists(name):
            if default_storage.size(name) == len(content):
                return
            default_storage.delete(name)  # the part that was written before the disk was full or the process killed
        default_storage.save(name, file)
    except Exception as error:  # a storage of any kind, gone in any way
        log.error("a cover cannot be written", cover=name, error=str(error))
        raise StorageUnavailable from error
