"""What books share, in the console: contributors, publishers, series and subjects."""

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from bookstore.admin import ConsoleTable
from catalog.admin.base import CatalogAdmin, having_words
from catalog.admin.forms import ContributorForm, SubjectForm
from catalog.models import Contributor, NameIdentifier, Publisher, Series, Subject


class NameIdentifierInline(ConsoleTable):
    model = NameIdentifier
    fields = ["scheme", "scheme_name", "value"]
    sellers_may = frozenset({"view"})
    hide_title = False


@admin.register(Contributor)
class ContributorAdmin(CatalogAdmin):
    form = ContributorForm
    inlines = [NameIdentifierInline]
    list_display = ["name", "sort_name", "birth_year", "death_year"]
    sortable_by: list[str] = []
    search_help_text = _("Name, or the beginning of its last word")
    fieldsets = [
        (None, {"fields": [("name", "sort_name"), ("birth_year", "death_year"), "aliases", "biography"]}),
    ]

    def find(self, contributors: QuerySet, term: str) -> QuerySet:
        return having_words(contributors, "name_key", term)


class NameAdmin(CatalogAdmin):
    list_display = ["name", "updated_at"]
    sortable_by: list[str] = []
    search_help_text = _("Name, or the beginning of its last word")
    fieldsets = [(None, {"fields": ["name"]})]

    def find(self, rows: QuerySet, term: str) -> QuerySet:
        return having_words(rows, "name_key", term)


@admin.register(Publisher)
class PublisherAdmin(NameAdmin):
    """Publishers."""


@admin.register(Series)
class SeriesAdmin(NameAdmin):
    """Series."""


@admin.register(Subject)
class SubjectAdmin(CatalogAdmin):
    form = SubjectForm
    list_display = ["label", "scheme", "code", "parent"]
    list_filter = [("scheme", ChoicesDropdownFilter)]
    list_select_related = ["parent"]
    list_filter_submit = True
    sortable_by: list[str] = []
    search_help_text = _("Heading, or a code")
    fieldsets = [(None, {"fields": [("scheme", "code"), "label", "parent"]})]

    def find(self, subjects: QuerySet, term: str) -> QuerySet:
        schemes = [scheme for scheme, _name in Subject.Scheme.choices]
        by_code = subjects.filter(scheme__in=schemes, code=term)
        return by_code if by_code.exists() else having_words(subjects, "label_key", term)
