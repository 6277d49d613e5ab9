"""Pages of the console where sellers do more at once than change one offer."""

import base64
import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.validators import FileExtensionValidator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.models import Seller, User
from bookstore.errors import BookstoreError
from bookstore.forms import LineField, PriceField, ProseField
from bookstore.money import Money
from catalog import selling
from catalog.admin.forms import ISBNField, LanguageField, LinesField
from catalog.errors import UnknownIsbn
from catalog.imports.cells import LONGEST_NAME, one_line
from catalog.imports.errors import ImportRefused
from catalog.imports.files import GZIP_MAGIC
from catalog.imports.names import sort_name
from catalog.imports.record import Person
from catalog.models import Offer
from catalog.models.offers import LARGEST_STOCK, LONGEST_NOTES
from catalog.partial_dates import PartialDateFormField
from catalog.selling.pricing import ENDINGS, changed_by
from catalog.vocabularies import LONGEST_TITLE, Condition, Format

LARGEST_LIST = 1_000_000  # bytes that are read while somebody waits; some 25,000 rows
SHOWN_NOTES = 200
UTF8_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # so that spreadsheets know


def line_input(**options: Any) -> LineField:
    return LineField(**{"widget": UnfoldAdminTextInputWidget(), "required": False, **options})


class SellerForm(forms.Form):
    """Something that one organization does; who sells for one only need not choose it."""

    seller = forms.ModelChoiceField(Seller.objects.none(), label=_("Seller"), widget=UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        sellers = Seller.objects.visible_to(user)
        self.fields["seller"].queryset = sellers
        own = list(sellers[:2])
        if len(own) == 1:
            self.fields["seller"].initial = own[0].pk


class ByIsbnForm(SellerForm):
    """Copies of an edition; what describes it is needed where the shop does not have it yet."""

    isbn = ISBNField(label=_("ISBN"), help_text=_("10 or 13 digits, with or without hyphens."))
    condition = forms.ChoiceField(choices=Condition.choices, label=_("Condition"), widget=UnfoldAdminSelectWidget())
    price = PriceField(label=_("Price"))
    quantity = forms.IntegerField(
        label=_("Copies"), min_value=0, max_value=LARGEST_STOCK, initial=1, widget=UnfoldAdminIntegerFieldWidget()
    )
    notes = ProseField(
        label=_("Notes"), required=False, max_length=LONGEST_NOTES, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("Defects, signature, dust jacket."),
    )  # fmt: skip
    title = line_input(
        label=_("Title"), max_length=LONGEST_TITLE,
        help_text=_("From here on: only for an ISBN that the shop does not have yet."),
    )  # fmt: skip
    authors = LinesField(label=_("Authors"), required=False, help_text=_("One on each line."))
    format = forms.ChoiceField(
        choices=Format.choices, initial=Format.PAPERBACK, label=_("Format"), required=False,
        widget=UnfoldAdminSelectWidget(),
    )  # fmt: skip
    language = LanguageField(required=False, label=_("Language"))
    publisher = line_input(label=_("Publisher"), max_length=LONGEST_NAME)
    published = PartialDateFormField(
        label=_("Published"), required=False, widget=UnfoldAdminTextInputWidget(), help_text="1997, 1997-06, 1997-06-26"
    )
    pages = forms.IntegerField(
        label=_("Pages"), required=False, min_value=1, max_value=1_000_000, widget=UnfoldAdminIntegerFieldWidget()
    )

    def clean_authors(self) -> list[Person]:
        names = [one_line(name) for name in self.cleaned_data["authors"]]
        if any(len(name) > LONGEST_NAME for name in names):
            raise forms.ValidationError(_("A name has more than 500 characters."))
        return [Person(name, sort_name(name)) for name in names]

    def offer(self, by: User) -> Offer | None:
        """The copies on offer, or None and what is wrong at the field."""
        facts = dict(self.cleaned_data)
        copies = {name: facts.pop(name) for name in ("seller", "isbn", "condition", "quantity", "notes")}
        price = Money(facts.pop("price"), self.fields["price"].currency)
        facts["title"], facts["people"] = one_line(facts["title"]), facts.pop("authors")
        facts["format"] = facts["format"] or Format.UNKNOWN
        try:
            return selling.offer_by_isbn(record=facts, price=price, by=by, **copies)
        except UnknownIsbn as refusal:
            self.add_error("title", str(refusal))
        except BookstoreError as refusal:
            self.add_error("isbn", str(refusal))
        return None


class PriceListForm(SellerForm):
    file = forms.FileField(
        label=_("File"), widget=UnfoldAdminFileFieldWidget(),
        help_text=_("CSV with the columns isbn (or offer), condition, price, currency, and on_hand for the copies you "
                    "counted or quantity for those that can be bought; all but the first may be left out."),
        validators=[FileExtensionValidator(["csv", "txt", "tsv"])],
    )  # fmt: skip
    dry_run = forms.BooleanField(
        label=_("Only try"), required=False, widget=UnfoldBooleanSwitchWidget(),
        help_text=_("Say what would become of each row, and change nothing."),
    )  # fmt: skip

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.read(len(GZIP_MAGIC)) == GZIP_MAGIC:
            raise forms.ValidationError(_("This file is packed; unpack it first."))
        upload.seek(0)
        if upload.size > LARGEST_LIST:
            raise forms.ValidationError(
                _("More than 1 MB; split the list, or ask the operator (manage.py update_offers).")
            )
        return upload

    def take(self, by: User) -> dict[str, Any]:
        """What became of the list, for the page. Raises ImportRefused."""
        data = self.cleaned_data
        with tempfile.TemporaryDirectory() as folder:
            path, report_to = Path(folder) / "list", Path(folder) / "report.csv"
            path.write_bytes(data["file"].read())
            try:
                report = selling.update_offers(
                    path, data["seller"], by=by, dry_run=data["dry_run"], report_to=report_to
                )
            except ImportRefused as refusal:
                raise ImportRefused(str(refusal).replace(str(path), data["file"].name)) from refusal
            text = report_to.read_bytes().decode()
        return {"report": report, "lines": text.splitlines()[1 : SHOWN_NOTES + 1], "download": as_data(text)}


def as_data(text: str) -> str:
    """An address that is the file itself: it lies on no server, so any of several may have made it."""
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode((UTF8_MARK + text).encode()).decode()


class PercentForm(forms.Form):
    """By how much prices are to change."""

    percent = forms.DecimalField(
        label=_("Change prices by percent"), required=False, min_value=-90, max_value=500, decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(), help_text=_("-10 makes them cheaper."),
    )  # fmt: skip
    ending = forms.ChoiceField(
        label=_("Ending in"), required=False, widget=UnfoldAdminSelectWidget(),
        choices=[("", _("as it comes")), *((name, f".{name}") for name in ENDINGS)],
    )  # fmt: skip


class RowForm(forms.Form):
    """One offer of several: its price and copies as they are to be, and as they were when the page was made."""

    price = PriceField(label=_("Price"))
    on_hand = forms.IntegerField(min_value=0, max_value=LARGEST_STOCK, widget=UnfoldAdminIntegerFieldWidget())
    was = forms.CharField(widget=forms.HiddenInput())

    def __init__(self, offer: Offer, data: Any = None) -> None:
        self.offer, self.now = offer, f"{offer.price_minor} {offer.currency} {offer.on_hand}"
        initial = {"price": offer.price_minor, "on_hand": offer.on_hand, "was": self.now}
        super().__init__(data, prefix=str(offer.pk), initial=initial)
        self.fields["price"].currency = offer.currency

    def suggest(self, percent: Any, ending: str) -> None:
        self.initial["price"] = changed_by(self.offer.price, percent, ending).minor

    def change(self, row: int) -> selling.Change | None:
        """What is different from what the page showed."""
        data, offer = self.cleaned_data, self.offer
        price = Money(data["price"], offer.currency) if data["price"] != offer.price_minor else None
        on_hand = data["on_hand"] if data["on_hand"] != offer.on_hand else None
        if price is None and on_hand is None:
            return None
        amount = str(price.amount) if price else None
        return selling.Change(row, offer=offer.pk, amount=amount, currency=offer.currency, on_hand=on_hand)


class SellingPages:
    """Offer by ISBN, price lists, and prices and stock of several offers; mixed into the offers' admin."""

    actions_list = ["by_isbn", "price_list"]

    def page(self, request: HttpRequest, template: str, title: Any, **context: Any) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, f"console/{template}.html", {**shared, **context})

    @action(description=_("Offer by ISBN"), permissions=["add"], url_path="by-isbn", icon="barcode_scanner")
    def by_isbn(self, request: HttpRequest) -> HttpResponse:
        form = ByIsbnForm(request.POST or None, user=request.user)
        offer = form.offer(request.user) if request.method == "POST" and form.is_valid() else None
        if offer is None:
            return self.page(request, "offer_by_isbn", _("Offer by ISBN"), form=form)
        self.message_user(request, _("On offer: %s.") % offer, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:catalog_offer_change", args=[offer.pk]))

    @action(description=_("Price list"), permissions=["change"], url_path="price-list", icon="upload_file")
    def price_list(self, request: HttpRequest) -> HttpResponse:
        form, outcome = PriceListForm(request.POST or None, request.FILES or None, user=request.user), {}
        if request.method == "POST" and form.is_valid():
            try:
                outcome = form.take(request.user)
            except ImportRefused as refusal:
                form.add_error("file", str(refusal))
        return self.page(request, "price_list", _("Price and stock list"), form=form, **outcome)

    @admin.action(description=_("Prices and stock of the selected"), permissions=["change"])
    def edit_together(self, request: HttpRequest, offers: QuerySet) -> HttpResponse | None:
        """A table to type in, with new prices by percent if wished; what others changed meanwhile is left alone."""
        with transaction.atomic():
            found = list(offers.select_related("edition__book", "seller").lock())
            data = request.POST if "save" in request.POST else None
            rows, tool = [RowForm(offer, data) for offer in found], PercentForm(asked(request, "calculate"))
            if data and all(row.is_valid() for row in rows):
                return self.save_together(request, rows)
        if tool.is_bound and tool.is_valid() and tool.cleaned_data["percent"] is not None:
            for row in rows:
                row.suggest(tool.cleaned_data["percent"], tool.cleaned_data["ending"])
        return self.page(request, "edit_together", _("Prices and stock"), rows=rows, tool=tool)

    def save_together(self, request: HttpRequest, rows: list[RowForm]) -> None:
        moved = [row.offer for row in rows if row.cleaned_data["was"] != row.now]
        changes = [row.change(number) for number, row in enumerate(rows) if row.offer not in moved]
        for offer in moved:
            told = _("“{offer}” has changed meanwhile; it was left as it is.").format(offer=offer)
            self.message_user(request, told, messages.WARNING)
        done = self.change_offers(request, [row.offer for row in rows], [change for change in changes if change])
        self.message_user(request, ngettext("%d offer changed.", "%d offers changed.", done) % done, messages.SUCCESS)

    def change_offers(self, request: HttpRequest, offers: list[Offer], changes: list[selling.Change]) -> int:
        """Change those that can be changed, and say of the others why not. A row's number is its offer's place."""
        own = Offer.objects.filter(pk__in=[offer.pk for offer in offers])
        outcomes = selling.change_offers(changes, own, by=request.user)
        for outcome in outcomes:
            if outcome.refusal:
                self.message_user(request, f"{offers[outcome.row]}: {outcome.refusal}", messages.WARNING)
        return sum(outcome.changed for outcome in outcomes)


def asked(request: HttpRequest, button: str) -> Any:
    return request.POST if button in request.POST else None
