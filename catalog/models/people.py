"""Who makes books: contributors and publishers."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookstore.models import TimestampedModel, UUIDModel
from catalog.models.folding import folded


class Contributor(TimestampedModel):
    """A person or body with a part in books: author, translator, illustrator, narrator."""

    name = models.CharField(_("name"), max_length=500)
    sort_name = models.CharField(_("name for sorting"), max_length=500, help_text=_("Le Guin, Ursula K."))
    name_key = folded("name")
    sort_key = folded("sort_name")
    birth_year = models.SmallIntegerField(_("year of birth"), null=True, blank=True)
    death_year = models.SmallIntegerField(_("year of death"), null=True, blank=True)
    aliases = models.JSONField(_("other names"), default=list, blank=True)
    biography = models.TextField(_("biography"), blank=True)

    class Meta:
        verbose_name = _("contributor")
        verbose_name_plural = _("contributors")
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="contributor_has_a_name"),
        ]
        indexes = [
            models.Index(fields=["name_key"], name="contributor_by_name"),
            models.Index(fields=["sort_key", "id"], name="contributor_in_order"),
            GinIndex(SearchVector("name_key", config="simple"), name="contributor_by_word"),
        ]

    def __str__(self) -> str:
        return self.name


class NameIdentifier(UUIDModel):
    """A number that tells a contributor from all namesakes: ISNI, ORCID, GND, or a publisher's own."""

    contributor = models.ForeignKey(
        Contributor, models.CASCADE, related_name="identifiers", verbose_name=_("contributor")
    )
    scheme = models.CharField(_("scheme"), max_length=2, help_text=_("ONIX code list 44: 16 is ISNI, 21 ORCID"))
    scheme_name = models.CharField(_("name of the scheme"), max_length=100, blank=True)
    value = models.CharField(_("number"), max_length=100)

    class Meta:
        verbose_name = _("identifier of a contributor")
        verbose_name_plural = _("identifiers of contributors")
        ordering = ["scheme", "scheme_name", "value"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "scheme_name", "value"], name="one_person_per_name_identifier"),
            models.CheckConstraint(condition=~Q(value=""), name="name_identifier_has_a_value"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme_name or self.scheme} {self.value}"


class Publisher(TimestampedModel):
    """The house whose name stands on the title page."""

    name = models.CharField(_("name"), max_length=500)
    name_key = folded("name")

    class Meta:
        verbose_name = _("publisher")
        verbose_name_plural = _("publishers")
        ordering = ["name_key", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="publisher_has_a_name"),
        ]
        indexes = [
            models.Index(fields=["name_key", "id"], name="publisher_in_order"),
            GinIndex(SearchVector("name_key", config="simple"), name="publisher_by_word"),
        ]

    def __str__(self) -> str:
        return self.name
