"""Where catalogue rows came from, and how far an import has got."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller, User
from bookstore.models import TimestampedModel, UUIDModel
from catalog.models.offers import Edition


class SourceRecord(UUIDModel):
    """One source's record of an edition: its key there, and a digest that tells whether it has changed since."""

    source = models.CharField(_("source"), max_length=50)
    reference = models.CharField(_("key at the source"), max_length=500)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="source_records", verbose_name=_("edition"))
    digest = models.CharField(_("digest"), max_length=64)
    tells_book = models.BooleanField(
        _("tells of the book"),
        default=True,
        db_default=True,
        help_text=_("No: its edition joined a book that others tell of, and it speaks for the edition only."),
    )

    class Meta:
        verbose_name = _("source record")
        verbose_name_plural = _("source records")
        constraints = [
            models.UniqueConstraint(fields=["source", "reference"], name="one_record_per_source_and_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.reference}"


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: User) -> ImportRunQuerySet:
        """All imports for shop admins, else those for the organizations that the user is a member of."""
        return self if user.sees_all else self.filter(seller__in=Seller.objects.visible_to(user))


class ImportRun(TimestampedModel):
    """One file's way into the catalogue: how far it got and what became of its rows."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running or interrupted")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")

    format = models.CharField(_("format"), max_length=20)
    file_name = models.CharField(_("file"), max_length=500)
    file_digest = models.CharField(_("file digest"), max_length=64)
    encoding = models.CharField(_("encoding"), max_length=40, blank=True)
    seller = models.ForeignKey(
        Seller, models.SET_NULL, null=True, blank=True, related_name="import_runs", verbose_name=_("seller")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RUNNING)
    rows_done = models.PositiveBigIntegerField(_("rows done"), default=0)
    counts = models.JSONField(_("counts"), default=dict)
    error = models.TextField(_("error"), blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.format})"


class ImportUpload(models.Model):
    """A file that somebody gave the console, kept where every worker can read it until it is imported."""

    run = models.OneToOneField(
        ImportRun, models.CASCADE, primary_key=True, related_name="upload", verbose_name=_("import")
    )
    content = models.BinaryField(_("content"), default=bytes)
    dry_run = models.BooleanField(_("only try it"), default=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    report = models.TextField(_("report"), blank=True)

    class Meta:
        verbose_name = _("uploaded file")
        verbose_name_plural = _("uploaded files")

    def __str__(self) -> str:
        return str(self.run)
