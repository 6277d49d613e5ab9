"""The pages of books on which they are merged and split."""

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
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from bookstore.errors import BookstoreError
from bookstore.forms import LineField
from catalog import services
from catalog.models import Book, Edition
from catalog.services.works import FILLED_IN, MOST_AT_ONCE
from catalog.vocabularies import LONGEST_TITLE

MOST_EDITIONS = 500
SHOWN = 300  # characters of a text that one compares


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
