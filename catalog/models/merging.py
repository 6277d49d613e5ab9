"""One work, one book: what identifies a work elsewhere, which books may be the same, and how they were put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bookstore.models import TimestampedModel, UUIDModel
from catalog.models.works import Book

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

ISBN_OF_WORK = "15"  # ONIX list 16: the ISBN-13 of a manifestation of the work
PROPRIETARY = "01"  # ONIX list 16: a number of somebody's own


class WorkIdentifier(UUIDModel):
    """How others name a work: a scheme of ONIX list 16 and a value; also ISBNs of editions that the shop has not."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="identifiers", verbose_name=_("book"))
    scheme = models.CharField(_("scheme"), max_length=50, help_text=_("ONIX code list 16"))
    value = models.CharField(_("value"), max_length=500)

    class Meta:
        verbose_name = _("work identifier")
        verbose_name_plural = _("work identifiers")
        ordering = ["scheme", "value"]
        constraints = [models.UniqueConstraint(fields=["scheme", "value"], name="one_book_per_work_identifier")]

    def __str__(self) -> str:
        return f"{self.scheme}: {self.value}"


class MergedBook(models.Model):
    """The id of a book that became part of another: whoever asks for it is led there."""

    old_id = models.UUIDField(_("former id"), primary_key=True)
    book = models.ForeignKey(Book, models.CASCADE, related_name="former_ids", verbose_name=_("book"))

    class Meta:
        verbose_name = _("former id of a book")
        verbose_name_plural = _("former ids of books")

    def __str__(self) -> str:
        return str(self.old_id)


class WorkChange(TimestampedModel):
    """Books that were merged, or a book that was split: who did it, when, and all that it takes to undo it."""

    class Kind(models.TextChoices):
        MERGE = "merge", _("Merge")
        SPLIT = "split", _("Split")

    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    book = models.ForeignKey(
        Book, models.SET_NULL, null=True, blank=True, related_name="work_changes", verbose_name=_("book")
    )
    title = models.CharField(_("title"), max_length=2000)
    other_titles = models.JSONField(_("other books"), default=list)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    moved = models.JSONField(_("what moved"), default=dict)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )

    class Meta:
        verbose_name = _("merge or split")
        verbose_name_plural = _("merges and splits")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=["merge", "split"]), name="work_change_is_known")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title}"


class LikelyDuplicateQuerySet(models.QuerySet["LikelyDuplicate"]):
    def undecided(self) -> LikelyDuplicateQuerySet:
        return self.filter(different=False)

    def among(self, books: Iterable[UUID]) -> LikelyDuplicateQuerySet:
        ids = list(books)
        return self.filter(first__in=ids, second__in=ids)


class LikelyDuplicate(TimestampedModel):
    """Two books that may be one work, until somebody merges them or says that they are not the same."""

    first = models.ForeignKey(Book, models.CASCADE, related_name="+", verbose_name=_("book"))
    second = models.ForeignKey(Book, models.CASCADE, related_name="+", verbose_name=_("may be the same as"))
    reason = models.CharField(_("why"), max_length=500)
    stated = models.BooleanField(_("stated by a source"), default=False)
    different = models.BooleanField(_("not the same"), default=False)
    decided_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    objects = LikelyDuplicateQuerySet.as_manager()

    class Meta:
        verbose_name = _("likely duplicate")
        verbose_name_plural = _("likely duplicates")
        ordering = ["-stated", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_likely_duplicate_per_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="likely_duplicates_are_in_order"),
        ]
        indexes = [models.Index(fields=["different", "-stated", "-id"], name="likely_duplicates_to_decide")]

    def __str__(self) -> str:
        return f"{self.first} = {self.second}?"
