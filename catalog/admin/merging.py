"""Books that are one work, in the console: merging and splitting them, likely duplicates, and the history of both."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from bookstore.admin import ConsoleAdmin, ConsoleTable, link
from bookstore.errors import BookstoreError
from bookstore.forms import LineField
from catalog import services
from catalog.admin.base import listed_as
from catalog.models import Book, Edition, LikelyDuplicate, WorkChange, WorkIdentifier
from catalog.services.works import FILLED_IN, MOST_AT_ONCE
from catalog.vocabularies import LONGEST_TITLE

MOST_EDITIONS = 500
SHOWN = 300  # characters of a text that one compares


class WorkIdentifierInline(ConsoleTable):
    model = WorkIdentifier
    fields = ["scheme", "value"]
    sellers_may = frozenset({"view"})
    verbose_name_plural = _("identifiers of the work")


class SplitForm(forms.Form):
    """Which editions leave, and what they are called together."""

    title = LineField(label=_("Title of the new book"), max_length=LONGEST_TITLE, widget=UnfoldAdminTextInputWidget())
    editions = forms.ModelMultipleChoiceField(
        Edition.objects.none(), label=_("Editions of the new book"), widget=UnfoldAdminCheckboxSelectMultipleWidget()
    )

    def __init__(self, book: Book, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.own = Edition.objects.filter(book=book)
        shown = self.own.order_by("-published", "pk").values("pk")[:MOST_EDITIONS]
        self.fields["editions"].queryset = Edition.objects.filter(pk__in=shown).select_related("book")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.get("editions")
        if chosen is not None and len(chosen) == self.own.count():
            self.add_error("editions", _("Leave the book at least one edition."))
        return cleaned


class Merging:
    """What the pages of books have for merging and splitting them."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.merge_view)
        return [path("merge/", view, name="catalog_book_merge"), *super().get_urls()]

    @admin.action(description=_("Merge the selected books"), permissions=["change"])
    def merge(self, request: HttpRequest, books: QuerySet) -> HttpResponse | None:
        ids = list(books.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        if not 2 <= len(ids) <= MOST_AT_ONCE:
            told = _("Choose 2 to {most} different books.").format(most=MOST_AT_ONCE)
            self.message_user(request, told, messages.ERROR)
            return None
        return HttpResponseRedirect(merge_address(ids))

    def merge_view(self, request: HttpRequest) -> HttpResponse:
        """Show the books beside each other, and what will be known of the one that is kept; then merge."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        books = chosen_books(request.GET.get("books", ""))
        if not 2 <= len(books) <= MOST_AT_ONCE:
            raise Http404
        wanted = request.GET.get("keep", str(best_known(books).pk))
        keep = next((book for book in books if str(book.pk) == wanted), None)
        if keep is None:
            raise Http404
        others = [book for book in books if book != keep]
        if request.method == "POST":
            return self.do_merge(request, keep, others)
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": _("Merge books"),
                   "sides": [side(book, keep, books) for book in (keep, *others)], "keep": keep,
                   "facts": kept_facts(keep, others), "count": len(books)}  # fmt: skip
        return TemplateResponse(request, "console/merge_books.html", context)

    def do_merge(self, request: HttpRequest, keep: Book, others: list[Book]) -> HttpResponse:
        try:
            services.merge_books(keep, others, request.user)
        except BookstoreError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:catalog_book_changelist"))
        told = _("They are one book now. It can be undone under Merges and splits.")
        self.message_user(request, told, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:catalog_book_change", args=[keep.pk]))

    @action(description=_("Split"), permissions=["change"], url_path="split", icon="call_split")
    def split(self, request: HttpRequest, object_id: str) -> HttpResponse:
        book = Book.objects.filter(pk=as_id(object_id)).first()
        if book is None:
            raise Http404
        form = SplitForm(book, request.POST or None, initial={"title": book.title})
        if request.method == "POST" and form.is_valid():
            try:
                said = form.cleaned_data
                new = services.split_book(book, said["editions"], said["title"], request.user)
                self.message_user(request, _("“%s” is a book of its own now.") % new, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:catalog_book_change", args=[new.pk]))
            except BookstoreError as refusal:
                form.add_error(None, str(refusal))
        context = {**self.admin_site.each_context(request), "opts": self.opts, "book": book, "form": form,
                   "title": book.title, "original": book}  # fmt: skip
        return TemplateResponse(request, "console/split_book.html", context)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """A former id leads to the book of today."""
        key = as_id(object_id)
        now = services.moved_to(key) if key else None
        if now is None:
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)
        return HttpResponseRedirect(reverse("admin:catalog_book_change", args=[now]))


def as_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def merge_address(ids: Sequence[Any]) -> str:
    return f"{reverse('admin:catalog_book_merge')}?books={','.join(map(str, ids))}"


def chosen_books(text: str) -> list[Book]:
    ids = {key for word in text.split(",")[: MOST_AT_ONCE + 1] if (key := as_id(word))}
    books = Book.objects.filter(pk__in=ids).select_related("listing").annotate(forms=Count("editions"))
    return list(books.order_by("pk"))


def best_known(books: list[Book]) -> Book:
    return min(books, key=lambda book: (-sum(book.rating_counts), -book.popularity, book.pk))


def side(book: Book, keep: Book, books: list[Book]) -> dict[str, Any]:
    """One of the books, as the page shows it."""
    listing = getattr(book, "listing", None)
    address = f"{merge_address([each.pk for each in books])}&keep={book.pk}"
    return {
        "book": book,
        "is_kept": book == keep,
        "authors": ", ".join(author["name"] for author in listing.authors) if listing else "",
        "ratings": sum(book.rating_counts),
        "address": address,
        "page": reverse("admin:catalog_book_change", args=[book.pk]),
    }


def kept_facts(keep: Book, others: list[Book]) -> list[dict[str, Any]]:
    """What will be known of the one book, and of whom it is."""
    rows = []
    for name in ("title", *FILLED_IN):
        source = next((book for book in (keep, *others) if getattr(book, name)), keep)
        dropped = [str(value)[:SHOWN] for book in others if book is not source
                   and (value := getattr(book, name)) and value != getattr(source, name)]  # fmt: skip
        value = getattr(source, name)
        rows.append({
            "name": Book._meta.get_field(name).verbose_name,
            "value": str(value)[:SHOWN] if value else "–",
            "filled_in": source is not keep,
            "dropped": dropped,
        })  # fmt: skip
    return rows


# ---- likely duplicates ------------------------------------------------------------------------------------------


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


# ---- history ----------------------------------------------------------------------------------------------------


@admin.register(WorkChange)
class WorkChangeAdmin(ConsoleAdmin):
    admins_may = frozenset({"view"})
    list_display = ["kind", "book_shown", "others", "reason", "by", "when", "state"]
    list_filter = [("kind", ChoicesDropdownFilter)]
    list_select_related = ["book", "by", "undone_by"]
    list_filter_submit = True
    sortable_by: list[str] = []
    search_help_text = _("Title, contributor or series of the book")
    actions_detail = ["undo"]
    fieldsets = [
        (None, {"fields": [("kind", "book", "title"), "others", "what", "reason"]}),
        (None, {"fields": [("by", "when"), ("undone_by", "undone_at")]}),
    ]
    readonly_fields = ["others", "what", "when"]

    def find(self, changes: QuerySet, term: str) -> QuerySet:
        return changes.filter(book__in=listed_as(term))

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        change = self.get_object(request, object_id)
        return super().get_actions_detail(request, object_id) if change and not change.undone_at else []

    def has_undo_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self.admin_site.get_model_admin(Book).has_change_permission(request)

    @action(description=_("Undo"), permissions=["undo"], url_path="undo", icon="undo", variant=ActionVariant.DANGER)
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        change = self.get_object(request, object_id)
        if change is None:
            raise Http404
        page = reverse("admin:catalog_workchange_change", args=[change.pk])
        if request.method != "POST":
            context = {**self.admin_site.each_context(request), "opts": self.opts, "change": change, "page": page,
                       "title": str(change), "original": change}  # fmt: skip
            return TemplateResponse(request, "console/undo_work_change.html", context)
        try:
            services.undo_change(change, request.user)
            self.message_user(request, _("It is undone."), messages.SUCCESS)
        except BookstoreError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        return HttpResponseRedirect(page)

    @admin.display(description=_("book"))
    def book_shown(self, change: WorkChange) -> str:
        return change.book.title if change.book else change.title

    @admin.display(description=_("other books"))
    def others(self, change: WorkChange) -> str:
        return ", ".join(change.other_titles)[:SHOWN]

    @admin.display(description=_("what moved"))
    def what(self, change: WorkChange) -> str:
        """`3 editions, 12 reviews`."""
        moved = change.moved
        editions = moved.get("editions") or [pk for book in moved.get("books", []) for pk in book["editions"]]
        reviews = sum(len(ids) for ids in moved.get("reviews", {}).values())
        return str(_("{editions} editions, {reviews} reviews")).format(editions=len(editions), reviews=reviews)

    @admin.display(description=_("when"))
    def when(self, change: WorkChange) -> str:
        return date_format(change.created_at, "j M Y H:i")

    @display(description=_("state"), label={_("Undone"): "warning"})
    def state(self, change: WorkChange) -> str:
        return _("Undone") if change.undone_at else _("Done")
