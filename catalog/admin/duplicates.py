"""Likely duplicates in the console: pairs of books that wait for a decision."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from bookstore.admin import ConsoleAdmin, link
from bookstore.errors import BookstoreError
from catalog import services
from catalog.admin.base import listed_as
from catalog.admin.merging import as_id, best_known, merge_address
from catalog.models import Book, LikelyDuplicate


class Decision(DropdownFilter):
    """Those to decide, unless asked otherwise."""

    title = _("decision")
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("stated", _("Stated by a source")), ("different", _("Not the same")), ("all", _("All"))]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        if self.value() == "different":
            return rows.filter(different=True)
        if self.value() == "stated":
            return rows.filter(different=False, stated=True)
        return rows if self.value() == "all" else rows.filter(different=False)


@admin.register(LikelyDuplicate)
class LikelyDuplicateAdmin(ConsoleAdmin):
    admins_may = frozenset({"view", "change"})
    list_display = ["one", "other", "reason", "decide"]
    list_display_links = None
    list_filter = [Decision]
    list_select_related = ["first__listing", "second__listing", "decided_by"]
    list_filter_submit = True
    sortable_by: list[str] = []
    search_help_text = _("Title, contributor or series of one of the two")
    actions = ["merge_all", "call_different"]
    fieldsets = [
        (None, {"fields": [("first", "second"), "reason", ("stated", "different"), ("decided_by", "decided_at")]})
    ]
    readonly_fields = ["first", "second", "reason", "stated", "different", "decided_by", "decided_at"]

    def find(self, pairs: QuerySet, term: str) -> QuerySet:
        firsts = LikelyDuplicate.objects.filter(first__in=listed_as(term)).order_by()
        seconds = LikelyDuplicate.objects.filter(second__in=listed_as(term)).order_by()
        return pairs.filter(pk__in=firsts.values("pk").union(seconds.values("pk")))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A button beside a pair decides it at once."""
        for name, decide in (("same", self.merge_pairs), ("different", self.tell_apart)):
            key = as_id(request.POST.get(name, "")) if request.method == "POST" else None
            if key and self.has_change_permission(request):
                decide(request, LikelyDuplicate.objects.filter(pk=key))
                return HttpResponseRedirect(request.get_full_path())
        return super().changelist_view(request, extra_context)

    @admin.action(description=_("Merge the selected pairs"), permissions=["change"])
    def merge_all(self, request: HttpRequest, pairs: QuerySet) -> None:
        self.merge_pairs(request, pairs)

    @admin.action(description=_("The selected pairs are not the same"), permissions=["change"])
    def call_different(self, request: HttpRequest, pairs: QuerySet) -> None:
        self.tell_apart(request, pairs)

    def merge_pairs(self, request: HttpRequest, pairs: QuerySet) -> None:
        """Each pair by itself; one whose book has gone into another meanwhile is that one's."""
        done = 0
        for pair in pairs.select_related("first", "second").order_by("pk"):
            found = {services.moved_to(pk) or pk for pk in (pair.first_id, pair.second_id)}
            books = list(Book.objects.filter(pk__in=found))
            if len(books) < 2:
                continue
            keep = best_known(books)
            try:
                services.merge_books(keep, [book for book in books if book != keep], request.user, pair.reason)
                done += 1
            except BookstoreError as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
        self.tell(request, done)

    def tell_apart(self, request: HttpRequest, pairs: QuerySet) -> None:
        found = list(pairs.order_by("pk"))
        for pair in found:
            services.say_different(pair.first_id, pair.second_id, request.user)
        self.tell(request, len(found))

    def tell(self, request: HttpRequest, count: int) -> None:
        told = _("%d pairs decided.") % count if count else _("Somebody has decided that already.")
        self.message_user(request, told, messages.SUCCESS if count else messages.WARNING)

    @display(description=_("book"))
    def one(self, pair: LikelyDuplicate) -> str:
        return in_two_lines(pair.first)

    @display(description=_("may be the same as"))
    def other(self, pair: LikelyDuplicate) -> str:
        return in_two_lines(pair.second)

    @display(description=_("decide"))
    def decide(self, pair: LikelyDuplicate) -> str:
        if pair.different:
            return str(_("Not the same"))
        button = (
            '<button type="submit" name="{}" value="{}" class="{} cursor-pointer mr-3 whitespace-nowrap">{}</button>'
        )
        style = "text-primary-600 dark:text-primary-500"
        compare = link(merge_address([pair.first_id, pair.second_id]), _("Compare"))
        return format_html(
            "{}{}{}",
            format_html(button, "same", pair.pk, style, _("Merge")),
            format_html(button, "different", pair.pk, style, _("Not the same")),
            compare,
        )


def in_two_lines(book: Book) -> str:
    listing = getattr(book, "listing", None)
    authors = ", ".join(author["name"] for author in listing.authors) if listing else ""
    address = reverse("admin:catalog_book_change", args=[book.pk])
    title = f"{book.title}: {book.subtitle}" if book.subtitle else book.title
    return format_html('<a href="{}">{}</a><br><span class="text-xs">{}</span>', address, title[:120], authors[:120])
