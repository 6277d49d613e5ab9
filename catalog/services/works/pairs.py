"""Pairs of books that are likely to be one, or are known not to be."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.models import Book, LikelyDuplicate
from catalog.models.merging import LikelyDuplicateQuerySet
from catalog.services.snapshots import restore, snapshot


def say_different(one: UUID, other: UUID, by: User | None) -> None:
    """Remember that these are two works, whatever speaks for one."""
    first, second = sorted((one, other))
    decided = {"different": True, "decided_by": by, "decided_at": timezone.now()}
    LikelyDuplicate.objects.update_or_create(
        first_id=first, second_id=second, defaults=decided, create_defaults={**decided, "reason": str(_("said so"))}
    )


def move_pairs(kept: Book, merged: list[Book]) -> dict[str, Any]:
    """What was thought of the merged books is thought of the one kept: above all that it is not the same as another."""
    gone = {book.pk for book in merged}
    found = (touching(gone) | asked_in_vain(kept, gone)).order_by("pk")
    pairs, before = list(found), snapshot(LikelyDuplicate, pk__in=[pair.pk for pair in found])
    found.delete()
    new = []
    for pair in sorted(pairs, key=lambda pair: not pair.different):
        other = next((pk for pk in (pair.first_id, pair.second_id) if pk not in {*gone, kept.pk}), None)
        if other is None:
            continue
        pair.first_id, pair.second_id = sorted((kept.pk, other))
        pair._state.adding = True
        new.append(pair)
    LikelyDuplicate.objects.bulk_create(new, ignore_conflicts=True)
    return {"before": before, "moved": [str(pair.pk) for pair in new]}


def touching(books: set[UUID]) -> LikelyDuplicateQuerySet:
    return LikelyDuplicate.objects.filter(Q(first__in=books) | Q(second__in=books))


def asked_in_vain(kept: Book, gone: set[UUID]) -> LikelyDuplicateQuerySet:
    """What was asked of the book kept, and has been answered for one that goes into it."""
    answered = touching(gone).filter(different=True).values_list("first", "second")
    others = {pk for pair in answered for pk in pair} - {*gone, kept.pk}
    return touching({kept.pk}).undecided() & touching(others)


def restore_pairs(pairs: dict[str, Any]) -> None:
    LikelyDuplicate.objects.filter(pk__in=pairs["moved"]).delete()
    ids = {row[name] for row in pairs["before"] for name in ("first_id", "second_id")}
    there = {str(pk) for pk in Book.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    whole = [row for row in pairs["before"] if row["first_id"] in there and row["second_id"] in there]
    restore(LikelyDuplicate, whole)
