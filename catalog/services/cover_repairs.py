"""Covers whose files are of before, or not all there."""

from collections import Counter
from collections.abc import Callable
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction

from catalog.errors import NotACover
from catalog.models import CoverFetch, Edition
from catalog.services.changes import refresh_books
from catalog.services.cover_files import all_names, measures
from catalog.services.covers import change, keep_all, read

Tell = Callable[[UUID, Exception], None]
AT_ONCE = 200


def rebuild_covers(tell: Tell) -> Counter[str]:
    """Look at every cover by its edition's key; `tell` hears of those whose picture is gone or cannot be read."""
    outcomes, last = Counter[str](), UUID(int=0)
    while rows := list(Edition.objects.exclude(cover="").filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        for edition in rows:
            outcomes[rebuild(edition, tell)] += 1
        last = rows[-1].pk
    return outcomes


def rebuild(edition: Edition, tell: Tell) -> str:
    """Keep the picture as it is, under a name that says its size, and make what is missing beside it."""
    name = str(edition.cover.name)
    if measures(name) and all(default_storage.exists(each) for each in all_names(name)):
        return "whole"
    try:
        with default_storage.open(name) as file:
            content = file.read()
        made = keep_all(edition, read(content), content)
    except (NotACover, OSError) as error:
        tell(edition.pk, error)
        return "unreadable"
    with transaction.atomic():
        now = Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
        if now.cover.name == name:  # else somebody has given it another meanwhile
            change(now, made)
            CoverFetch.objects.filter(edition=now, cover_name=name).update(cover_name=made)
            refresh_books([now.book_id])
    return "made"
