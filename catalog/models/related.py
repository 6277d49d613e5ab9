"""What sales say of books, counted up by periodic jobs: who bought it stands nowhere here."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.works import Book

FEWEST_BUYERS = 2  # of a pair of books: what a single reader bought is nobody else's business


class BoughtTogether(models.Model):
    """How many different buyers of a book have bought that other book too; every pair stands here both ways."""

    id = models.BigAutoField(primary_key=True)
    book = models.ForeignKey(Book, models.CASCADE, related_name="+", db_index=False, verbose_name=_("book"))
    other = models.ForeignKey(Book, models.CASCADE, related_name="+", verbose_name=_("other book"))
    buyers = models.PositiveIntegerField(_("buyers"))

    class Meta:
        verbose_name = _("pair bought together")
        verbose_name_plural = _("pairs bought together")
        constraints = [
            models.UniqueConstraint(fields=["book", "other"], name="one_row_per_pair_bought_together"),
            models.CheckConstraint(condition=~Q(book=F("other")), name="nothing_is_bought_with_itself"),
            models.CheckConstraint(condition=Q(buyers__gte=FEWEST_BUYERS), name="pairs_have_several_buyers"),
        ]
        indexes = [models.Index(F("book"), F("buyers").desc(), F("other"), name="bought_together_most_first")]

    def __str__(self) -> str:
        return f"{self.book_id} {self.other_id}: {self.buyers}"


class RecentSales(models.Model):
    """In how many orders of the last month a book was; one that was in none has no row."""

    book = models.OneToOneField(Book, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("book"))
    orders = models.PositiveIntegerField(_("orders"))

    class Meta:
        verbose_name = _("recent sales")
        verbose_name_plural = _("recent sales")
        constraints = [models.CheckConstraint(condition=Q(orders__gte=1), name="recent_sales_are_of_orders")]
        indexes = [models.Index(F("orders").desc(), F("book"), name="recent_sales_most_first")]

    def __str__(self) -> str:
        return f"{self.book_id}: {self.orders}"


class Progress(models.Model):
    """How far a periodic job has read: until when all is counted, and in a round under way, to where."""

    name = models.CharField(max_length=50, primary_key=True)
    until = models.DateTimeField(null=True)  # what happened before is counted; null: nothing is yet
    goal = models.DateTimeField(null=True)  # of the round under way; null between rounds
    position = models.UUIDField(null=True)  # the last row done in this round

    class Meta:
        verbose_name = _("progress of a job")
        verbose_name_plural = _("progress of jobs")

    def __str__(self) -> str:
        return self.name
