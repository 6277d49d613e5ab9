"""The work: a book whatever its edition, its makers, series and subjects."""

from __future__ import annotations

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, HashIndex
from django.contrib.postgres.search import SearchVector
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller
from bookstore.models import TimestampedModel, UUIDModel
from catalog.models.folding import WorkKey, folded
from catalog.models.people import Contributor
from catalog.partial_dates import PartialDateField
from catalog.vocabularies import AUTHOR, LONGEST_TITLE, role_name


def no_ratings() -> list[int]:
    return [0] * 5


class ShortNumber(models.Func):
    """The last 48 bits of a UUIDv7, which are random: a number by which the search index counts in little time."""

    template = "('x' || right(%(expressions)s::text, 12))::bit(48)::bigint"
    output_field = models.BigIntegerField()

    @staticmethod
    def of(key: UUID) -> int:
        return key.int & (2**48 - 1)


class Series(TimestampedModel):
    """Books that belong together in an order."""

    name = models.CharField(_("name"), max_length=500)
    name_key = folded("name")

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["name_key", "id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="series_has_a_name")]
        indexes = [
            models.Index(fields=["name_key", "id"], name="series_in_order"),
            GinIndex(SearchVector("name_key", config="simple"), name="series_by_word"),
        ]

    def __str__(self) -> str:
        return self.name


class Subject(TimestampedModel):
    """What books are about: a heading of a scheme, with its place in the scheme's tree."""

    class Scheme(models.TextChoices):
        THEMA = "thema", "Thema"
        BISAC = "bisac", "BISAC"
        BIC = "bic", "BIC"
        WGS = "wgs", _("Warengruppen-Systematik")
        CLIL = "clil", "CLIL"
        NUR = "nur", "NUR"
        LCSH = "lcsh", "Library of Congress Subject Headings"
        LCC = "lcc", "Library of Congress Classification"
        KEYWORD = "keyword", _("Keyword")

    scheme = models.CharField(
        _("scheme"), max_length=20, choices=Scheme, help_text=_("onix-B4 where it only has a code in ONIX list 27")
    )
    code = models.CharField(_("code"), max_length=500)
    label = models.CharField(_("heading"), max_length=500)
    label_key = folded("label")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("broader heading")
    )

    class Meta:
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        ordering = ["scheme", "code"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="one_subject_per_code"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(label=""), name="subject_has_a_code_and_heading"),
            models.CheckConstraint(condition=~Q(parent=models.F("id")), name="subject_is_not_its_own_parent"),
        ]
        indexes = [
            models.Index(fields=["label_key", "id"], name="subject_in_order"),
            GinIndex(SearchVector("label_key", config="simple"), name="subject_by_word"),
            models.Index(ShortNumber("id"), name="subject_by_short_number"),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        if self.parent is not None and self in (self.parent, *self.parent.ancestors):
            raise ValidationError({"parent": _("This heading stands below the one it would be under.")})

    @property
    def ancestors(self) -> list[Subject]:
        """The headings above this one, the broadest first."""
        above: list[Subject] = []
        heading = self.parent
        while heading is not None and heading not in above:
            above.insert(0, heading)
            heading = heading.parent
        return above


class CatalogueRecord(TimestampedModel):
    """What sellers may add to the catalogue, and take out again: it stays in the books, and can come back."""

    created_by = models.ForeignKey(
        Seller, models.SET_NULL, null=True, blank=True, editable=False, db_index=False, related_name="+",
        verbose_name=_("added by"),
    )  # fmt: skip
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    archived_by_shop = models.BooleanField(
        _("archived by the shop"), default=False, db_default=False, editable=False,
        help_text=_("Then no seller brings it back by offering copies."),
    )  # fmt: skip

    class Meta:
        abstract = True

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None


class Book(CatalogueRecord):
    """A work, whatever its edition: what readers search for, talk about and review."""

    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    subtitle = models.CharField(_("subtitle"), max_length=LONGEST_TITLE, blank=True)
    title_key = folded("title")
    description = models.TextField(_("description"), blank=True)
    original_language = models.CharField(_("original language"), max_length=35, blank=True, help_text="BCP 47")
    first_published = PartialDateField(_("first published"), null=True, blank=True)
    popularity = models.PositiveBigIntegerField(
        _("popularity"), default=0, help_text=_("How often readers elsewhere rated or took it; orders the lists.")
    )
    contributors: models.ManyToManyField[Contributor, Contribution] = models.ManyToManyField(
        Contributor, through="Contribution", related_name="books", verbose_name=_("contributors")
    )
    series: models.ManyToManyField[Series, SeriesEntry] = models.ManyToManyField(
        Series, through="SeriesEntry", related_name="books", verbose_name=_("series")
    )
    subjects: models.ManyToManyField[Subject, SubjectLink] = models.ManyToManyField(
        Subject, through="SubjectLink", related_name="books", verbose_name=_("subjects")
    )
    rating_counts = ArrayField(
        models.PositiveIntegerField(), size=5, default=no_ratings, editable=False, verbose_name=_("ratings, 1 to 5")
    )

    class Meta:
        verbose_name = _("book")
        verbose_name_plural = _("books")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="book_has_a_title")]
        indexes = [
            HashIndex(WorkKey("title"), name="book_by_work_key"),
            models.Index(fields=["created_by"], condition=Q(created_by__isnull=False), name="books_by_seller"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def author_names(self) -> list[str]:
        """As lists show them, from the book's listing; an archived book has none."""
        listing = getattr(self, "listing", None)
        return [author["name"] for author in listing.authors] if listing else []


class Contribution(UUIDModel):
    """One contributor's part in a book."""

    book = models.ForeignKey(  # the constraint's index begins with it
        Book, models.CASCADE, db_index=False, related_name="contributions", verbose_name=_("book")
    )
    contributor = models.ForeignKey(
        Contributor, models.PROTECT, related_name="contributions", verbose_name=_("contributor")
    )
    role = models.CharField(_("role"), max_length=3, default=AUTHOR, help_text=_("ONIX code list 17"))
    position = models.PositiveSmallIntegerField(_("position"), default=1, validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["book", "contributor", "role"], name="one_contribution_per_role"),
            models.CheckConstraint(
                condition=Q(role__regex=r"^[A-Z][0-9]{2}$"), name="contribution_role_is_of_onix_list_17"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contributor} ({role_name(self.role)})"


class SeriesEntry(UUIDModel):
    """A book's place in a series."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="series_entries", verbose_name=_("book"))
    series = models.ForeignKey(Series, models.PROTECT, related_name="entries", verbose_name=_("series"))
    position = models.DecimalField(_("position"), max_digits=8, decimal_places=2, null=True, blank=True)
    label = models.CharField(_("position as printed"), max_length=50, blank=True, help_text=_("1-3, or II"))

    class Meta:
        verbose_name = _("series entry")
        verbose_name_plural = _("series entries")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["book", "series"], name="one_entry_per_book_and_series")]
        indexes = [models.Index(fields=["series", "position", "book"], name="series_entry_in_order")]

    def __str__(self) -> str:
        return f"{self.series} {self.label}".strip()


class SubjectLink(UUIDModel):
    """A heading given to a book; the first is its main one."""

    book = models.ForeignKey(  # the constraint's index begins with it
        Book, models.CASCADE, db_index=False, related_name="subject_links", verbose_name=_("book")
    )
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="links", verbose_name=_("subject"))
    position = models.PositiveSmallIntegerField(_("position"), default=1, validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("subject of a book")
        verbose_name_plural = _("subjects of a book")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["book", "subject"], name="one_link_per_book_and_subject")]

    def __str__(self) -> str:
        return str(self.subject)
