"""What readers looked for in vain, to read."""

from django.contrib import admin
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bookstore.admin import ConsoleAdmin
from catalog.models import MissedSearch


@admin.register(MissedSearch)
class MissedSearchAdmin(ConsoleAdmin):
    admins_may = sellers_may = frozenset({"view"})
    list_display = ["words", "count", "meant", "last"]
    search_fields = ["words"]
    search_help_text = _("Words that were looked for, or an ISBN")
    sortable_by: list[str] = []
    fields = ["words", "meant", "count", ("first_at", "last_at")]

    @admin.display(description=_("last"))
    def last(self, search: MissedSearch) -> str:
        return date_format(search.last_at, "j M Y H:i")
