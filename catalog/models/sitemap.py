"""The parts that the shop's sitemap is cut into."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SitemapPart(models.Model):
    """Some thousands of books in the order of their keys: from `first` up to the first of the next part."""

    number = models.PositiveIntegerField(_("number"), primary_key=True)
    first = models.UUIDField(_("first book"))
    changed_at = models.DateTimeField(_("last changed"))

    class Meta:
        verbose_name = _("part of the sitemap")
        verbose_name_plural = _("parts of the sitemap")
        ordering = ["number"]

    def __str__(self) -> str:
        return str(self.number)
