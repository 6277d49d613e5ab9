"""The console's ground: who may do what in it, and what every list and form of it does alike."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten, quote
from django.core.paginator import Paginator
from django.db import IntegrityError, connection, models
from django.db.models import PROTECT, Model, ProtectedError, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.views import ChangeList

from bookstore import forms
from bookstore.errors import BookstoreError, StillInUse

LONGEST_SEARCH = 200
RECORD_FIELDS = ("id", "created_at", "updated_at")
PROTECTORS_SHOWN = 20


class Rights:
    """Shop admins may what `admins_may` names, members of selling organizations what `sellers_may` names.

    Support looks at what admins look at, as far as `support_may` names it, and changes nothing, whatever else they
    are. Rights follow from membership alone; permissions granted by hand count for nothing.
    """

    admins_may: frozenset[str] = frozenset({"view", "add", "change", "delete"})
    sellers_may: frozenset[str] = frozenset()
    support_may: frozenset[str] = frozenset({"view"})

    def allows(self, request: HttpRequest, deed: str) -> bool:
        user = request.user
        if not (user.is_active and user.enters_console):
            return False
        if user.is_superuser:
            return deed in self.admins_may
        if user.is_support:
            return deed in self.support_may & self.admins_may
        return deed in self.sellers_may and user.is_seller

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.allows(request, "view")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.allows(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.allows(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.allows(request, "delete")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.allows(request, "view")


class Choices:
    """Foreign keys are found by typing, never listed, and only what the user may see can be chosen."""

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        fields = self.model._meta.get_fields()
        return [f.name for f in fields if f.many_to_one and f.concrete and f.related_model in self.admin_site._registry]

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **options: Any) -> Any:
        rows = db_field.related_model._default_manager.all()
        if hasattr(rows, "visible_to"):
            options["queryset"] = rows.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **options)


class Texts:
    """What is typed is kept as people see it."""

    form_classes = {models.CharField: forms.LineField, models.TextField: forms.ProseField}

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **options: Any) -> Any:
        written_as = self.form_classes.get(type(db_field))  # not of those derived from them: addresses, slugs
        if written_as and not db_field.choices:
            options.setdefault("form_class", written_as)
        return super().formfield_for_dbfield(db_field, request, **options)


class InWords:
    """Who may only read a field sees what `shown_as` names in its place; None leaves it out."""

    shown_as: dict[str, str | None] = {}

    def in_words(self, fields: Iterable[Any]) -> list[Any]:
        """The fields as a reader of them sees them; those in one row stay in one row."""
        rows = [row if isinstance(row, list | tuple) else [row] for row in fields]
        shown = [[self.shown_as.get(name, name) for name in row] for row in rows]
        return [kept for row in shown if (kept := tuple(name for name in row if name))]

    def words(self) -> list[str]:
        return [name for name in self.shown_as.values() if name]


class SellerAdmin:
    """Sellers see and touch only the rows of their own organizations, shop admins all; support sees all."""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).visible_to(request.user)


class Pages(Paginator):
    """Pages through the first 10,000 rows; what lies beyond is estimated, never counted."""

    REACH = 10_000
    template_name = "console/pagination.html"

    @cached_property
    def found(self) -> int:
        return self.object_list.order_by()[: self.REACH + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self.found, self.REACH)

    @cached_property
    def estimate(self) -> str | None:
        """How many rows the planner expects, to two digits, where there are more than can be paged."""
        if self.found <= self.REACH:
            return None
        plan = json.loads(self.object_list.order_by().explain(format="json"))[0]["Plan"]
        rows = max(int(plan["Plan Rows"]), self.found)
        return number_format(round(rows, 2 - len(str(rows))), force_grouping=True)


class Results(ChangeList):
    """A list's rows; how many there are is said once, below them, and beside the title only after a search."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not (self.query or self.has_active_filters) or self.paginator.estimate:
            self.full_result_count = self.result_count


class ConsoleAdmin(Rights, Choices, Texts, InWords, ModelAdmin):
    """A list and a form of the console: fast at a million rows, with changes that spare what others changed."""

    paginator = Pages
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_disable_select_all = True
    compressed_fields = False
    warn_unsaved_form = True
    search_fields: tuple[str, ...] = ("id",)  # shows the box; `find` says what it does

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return Results

    def find(self, rows: QuerySet, term: str) -> QuerySet:
        """The rows that somebody means by these words."""
        return rows.none()

    def get_search_results(self, request: HttpRequest, rows: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        term = search_term.replace("\0", "").strip()[:LONGEST_SEARCH]
        if not term:
            return rows, False
        key = as_key(term)
        return (rows.filter(pk=key) if key else self.find(rows, term)), False

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is None:
            return fieldsets
        if not self.has_change_permission(request, obj):
            fieldsets = [(name, {**options, "fields": self.in_words(options["fields"])}) for name, options in fieldsets]
        return [*fieldsets, (_("Record"), {"fields": [self.record_fields()], "classes": ["collapse"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [*super().get_readonly_fields(request, obj), *self.words(), *self.record_fields()]

    def record_fields(self) -> tuple[str, ...]:
        names = {field.name for field in self.opts.concrete_fields}
        return tuple(name for name in RECORD_FIELDS if name in names)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        """The row as it is; locked until the end of the transaction when it is about to change."""
        found = super().get_object(request, object_id, from_field)
        if found is None or request.method != "POST" or not connection.in_atomic_block:
            return found
        return self.model._base_manager.select_for_update(no_key=True).filter(pk=found.pk).first()

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Save what the form changed and nothing else: stock sold meanwhile stays sold."""
        if not change:
            obj.save()
            return
        names = {field.name for field in self.opts.concrete_fields}
        changed = [name for name in form.changed_data if name in names]
        if changed:
            obj.save(update_fields=[*changed, *({"updated_at"} & names)])

    # ---- refusals are shown as messages ----------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        try:
            return super().changelist_view(request, extra_context)
        except (BookstoreError, IntegrityError) as refusal:
            return self.refuse(request, refusal)

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **options)
        except (BookstoreError, IntegrityError) as refusal:
            return self.refuse(request, refusal)

    def delete_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        try:
            return super().delete_view(request, *args, **options)
        except (BookstoreError, IntegrityError) as refusal:
            return self.refuse(request, refusal)

    def refuse(self, request: HttpRequest, refusal: Exception) -> HttpResponse:
        if request.method != "POST":
            raise refusal
        self.message_user(request, sentence(refusal), messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def get_deleted_objects(self, objs: Iterable[Model], request: HttpRequest) -> tuple[Any, ...]:
        """What a deletion takes along; where something stands in its way, a few of those, however many there are."""
        rows = list(objs)
        protected = [link for relation in self.protecting_relations() for link in self.links(relation, rows, request)]
        if protected:
            return [], {}, set(), protected
        return super().get_deleted_objects(rows, request)

    def protecting_relations(self) -> list[Any]:
        return [relation for relation in self.opts.related_objects if relation.on_delete is PROTECT]

    def links(self, relation: Any, rows: list[Model], request: HttpRequest) -> list[str]:
        model = relation.related_model
        shown_by = self.admin_site._registry.get(model)
        related = (shown_by.list_select_related if shown_by else None) or [
            field.name for field in model._meta.fields if field.many_to_one
        ]
        found = model._base_manager.filter(**{f"{relation.field.name}__in": rows}).select_related(*related)
        return [self.link(row, relation.field) for row in found.order_by("pk")[:PROTECTORS_SHOWN]]

    def link(self, row: Model, field: models.ForeignKey) -> str:
        """The row's page in the console; a row without one is found on the page of what it belongs to."""
        if type(row) not in self.admin_site._registry:
            owners = [f for f in row._meta.fields if f.many_to_one and f != field]
            row = next((getattr(row, f.name) for f in owners if f.related_model in self.admin_site._registry), row)
        name = f"{self.admin_site.name}:{row._meta.app_label}_{row._meta.model_name}_change"
        return format_html(
            '{}: <a href="{}">{}</a>', capfirst(row._meta.verbose_name), reverse(name, args=[quote(row.pk)]), row
        )


class ConsoleTable(Rights, Choices, Texts, InWords, TabularInline):
    """Rows that belong to a form's row, one line each."""

    extra = 0
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related(*self.get_autocomplete_fields(request))

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fields = super().get_fields(request, obj)
        return fields if self.has_change_permission(request, obj) else flatten(self.in_words(fields))

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [*super().get_readonly_fields(request, obj), *self.words()]


def as_key(term: str) -> UUID | None:
    try:
        return UUID(term)
    except ValueError:
        return None


def sentence(refusal: Exception) -> str:
    """What to tell somebody whose change was refused; a constraint's name is the rule in words."""
    if isinstance(refusal, ProtectedError):
        return str(StillInUse())
    diagnosis = getattr(refusal.__cause__, "diag", None)
    if diagnosis is not None and diagnosis.constraint_name:
        rule = diagnosis.constraint_name.replace("_", " ")
        return str(_("Nothing was saved; it would break a rule: {rule}.")).format(rule=rule)
    return str(refusal)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Ask each of settings.CONSOLE_PANELS for its panel; one that has nothing to say to this user gives None."""
    panels = [import_string(path)(request) for path in settings.CONSOLE_PANELS]
    return {**context, "title": _("Overview"), "panels": [panel for panel in panels if panel]}
