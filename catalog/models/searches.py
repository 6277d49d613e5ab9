"""What readers looked for in vain."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookstore.models import UUIDModel

LONGEST_KEPT = 100


class MissedSearch(UUIDModel):
    """Words or an ISBN that nothing was found for, counted over all readers; who they were is not kept."""

    words = models.CharField(_("looked for"), max_length=LONGEST_KEPT, unique=True)
    meant = models.CharField(_("shown instead"), max_length=LONGEST_KEPT, blank=True)
    count = models.PositiveIntegerField(_("times"), default=1)
    first_at = models.DateTimeField(_("first"), auto_now_add=True)
    last_at = models.DateTimeField(_("last"), auto_now_add=True)

    class Meta:
        verbose_name = _("search without result")
        verbose_name_plural = _("searches without result")
        ordering = ["-count", "-id"]
        indexes = [
            models.Index(fields=["-count", "-id"], name="missed_search_by_count"),
            models.Index(fields=["last_at"], name="missed_search_by_age"),
        ]

    def __str__(self) -> str:
        return self.words
