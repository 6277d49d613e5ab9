"""What readers see beside a book, on its page in the console."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog.models import Book
from catalog.related import related_titles

LABELS = {
    "also_bought": _("Bought together"),
    "same_series": _("Same series"),
    "same_author": _("Same author"),
    "similar": _("Similar"),
}


class ShowsRelated:
    """A read-only part of a book's page: the lists beside it, as the API gives them."""

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        return [
            *fieldsets[:-1],
            (_("Beside this book"), {"fields": ["related"], "classes": ["collapse"]}),
            fieldsets[-1],
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [*super().get_readonly_fields(request, obj), "related"]

    @admin.display(description=_("Related books"))
    def related(self, book: Book) -> SafeString | None:
        lists = {name: found for name, found in related_titles(book.pk).items() if found}
        return (
            format_html_join("", "<p>{}: {}</p>", ((LABELS[name], links(found)) for name, found in lists.items()))
            or None
        )


def links(books: list[dict[str, Any]]) -> SafeString:
    style = "text-primary-600 dark:text-primary-500"
    addresses = [(reverse("admin:catalog_book_change", args=[book["id"]]), book["title"]) for book in books]
    return format_html_join(" · ", format_html('<a class="{}" href="{{}}">{{}}</a>', style), addresses)
