"""What readers say of books."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bookstore.models import TimestampedModel
from catalog.models import Book
from orders.models import bought

STARS = range(1, 6)
LONGEST_TITLE = 200
LONGEST_TEXT = 10_000


def public_name(user: User) -> str:
    """What others may know of a reader: `Rosa R.`; whoever gave no first name, or an address as one, stays unnamed."""
    first, last = user.first_name.strip(), user.last_name.strip()
    if not first or "@" in first:
        return str(_("A reader"))
    return f"{first} {last[0].upper()}." if last else first


class ReviewQuerySet(models.QuerySet["Review"]):
    def for_api(self) -> ReviewQuerySet:
        """Exactly what ReviewSerializer prints, in one query."""
        return self.shown().select_related("user").annotate(verified_purchase=bought("user", "book"))

    def shown(self) -> ReviewQuerySet:
        """Those that count: not one whose reader wrote a newer one of a book that became part of the same."""
        return self.filter(archived_at=None)


class Review(TimestampedModel):
    """One reader's stars and words for a book, whatever its edition."""

    # No index of its own: those below begin with the book.
    book = models.ForeignKey(Book, models.CASCADE, related_name="reviews", verbose_name=_("book"), db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews", verbose_name=_("reader"))
    rating = models.PositiveSmallIntegerField(_("rating"), choices=[(stars, "★" * stars) for stars in STARS])
    title = models.CharField(_("heading"), max_length=LONGEST_TITLE, blank=True)
    text = models.CharField(_("text"), max_length=LONGEST_TEXT, blank=True)
    archived_at = models.DateTimeField(_("stands behind a newer one since"), null=True, blank=True, editable=False)
    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "user"], condition=Q(archived_at=None), name="one_review_per_reader_and_book"
            ),
            models.CheckConstraint(condition=Q(rating__range=(1, 5)), name="rating_is_1_to_5"),
        ]
        indexes = [
            models.Index(fields=["book", "rating", "id"], name="review_by_rating"),
            models.Index(fields=["book", "created_at", "id"], name="review_by_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_rating_display()} {self.title}".strip()
