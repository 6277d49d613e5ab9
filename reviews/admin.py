"""Reviews in the console: to read, and to delete what must not stand."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.models import User
from bookstore.admin import ConsoleAdmin
from catalog.admin.base import listed_as
from reviews import services
from reviews.models import Review


@admin.register(Review)
class ReviewAdmin(ConsoleAdmin):
    admins_may = frozenset({"view", "delete"})
    list_display = ["book", "rating", "user", "beginning", "posted", "counts"]
    list_filter = [("rating", ChoicesDropdownFilter)]
    list_select_related = ["book", "user"]
    list_filter_submit = True
    sortable_by: list[str] = []
    search_help_text = _("Words of the book's title, or the beginning of the reader's e-mail address")
    fieldsets = [(None, {"fields": [("book", "user"), ("rating", "archived_at"), "title", "text"]})]

    def find(self, reviews: QuerySet, term: str) -> QuerySet:
        of_books = Review.objects.filter(book__in=listed_as(term)).order_by()
        of_readers = Review.objects.filter(user__in=User.objects.filter(email__startswith=term.lower())).order_by()
        return reviews.filter(pk__in=of_books.values("pk").union(of_readers.values("pk")))

    @admin.display(description=_("text"))
    def beginning(self, review: Review) -> str:
        return Truncator(f"{review.title} {review.text}".strip()).chars(80)

    @admin.display(description=_("counts"), boolean=True)
    def counts(self, review: Review) -> bool:
        """Not where its reader wrote a newer one of a book that became part of the same."""
        return review.archived_at is None

    @admin.display(description=_("posted"))
    def posted(self, review: Review) -> str:
        return date_format(review.created_at, "j M Y H:i")

    def delete_model(self, request: HttpRequest, obj: Review) -> None:
        services.delete_review(obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        services.delete_reviews(queryset)
