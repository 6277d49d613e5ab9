"""The catalogue's forms: ISBNs in any spelling, prices as people write them, codes kept as they came."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminImageFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from bookstore.forms import PriceField
from bookstore.visible import visible
from catalog.errors import NotACover
from catalog.isbn import InvalidISBN, hyphenate, parse_isbn
from catalog.models import Book, Contribution, Contributor, Edition, Offer, Subject
from catalog.models.offers import LARGEST_STOCK
from catalog.services.covers import read
from catalog.vocabularies import AUTHOR, AVAILABILITY_CODES, ROLES, language_tag


class ISBNField(forms.CharField):
    """An ISBN-10 or ISBN-13 in any spelling, kept as thirteen digits."""

    def __init__(self, **options: Any) -> None:
        widget = UnfoldAdminTextInputWidget(attrs={"style": "min-width: 11rem"})
        super().__init__(**{"empty_value": None, "widget": widget, **options})

    def prepare_value(self, value: Any) -> Any:
        return hyphenate(value) if isinstance(value, str) and len(value) == 13 and value.isdigit() else value

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        try:
            return parse_isbn(text) if text else None
        except InvalidISBN as error:
            raise forms.ValidationError(str(error), code="invalid") from error


class LanguageField(forms.CharField):
    """A language as a BCP 47 tag; names of three letters and capitals are put right."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"widget": UnfoldAdminTextInputWidget(), "help_text": _("Like en, de or pt-BR."), **options})

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        try:
            return language_tag(text) if text else ""
        except ValueError as error:
            raise forms.ValidationError(str(error), code="invalid") from error


class LinesField(forms.CharField):
    """A list of texts, one on each line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3}), **options})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        lines = [visible(line).strip() for line in super().to_python(value).splitlines()]
        return [line for line in lines if line]


class CodeField(forms.ChoiceField):
    """One of the codes that the shop knows by name, or the unknown one that a row came with."""

    def __init__(self, *, known: Mapping[str, Any], **options: Any) -> None:
        blank = [] if options.get("required", True) else [("", "—")]
        self.known = [*blank, *known.items()]
        super().__init__(**{"choices": self.known, "widget": UnfoldAdminSelectWidget(), **options})

    def keep(self, code: str) -> None:
        if code and code not in dict(self.known):
            self.choices = [*self.known, (code, code)]


class CatalogForm(forms.ModelForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            if isinstance(field, CodeField):
                field.keep(self.initial.get(name, ""))


class BookForm(CatalogForm):
    original_language = LanguageField(required=False, label=_("Original language"))

    class Meta:
        model = Book
        fields = "__all__"  # noqa: DJ007 - the page names its fields


class ContributionForm(CatalogForm):
    role = CodeField(known=ROLES, initial=AUTHOR, label=_("Role"))

    class Meta:
        model = Contribution
        fields = ["contributor", "role", "position"]


class ContributorForm(CatalogForm):
    aliases = LinesField(required=False, label=_("Other names"), help_text=_("One on each line."))

    class Meta:
        model = Contributor
        fields = "__all__"  # noqa: DJ007 - the page names its fields


class SubjectForm(CatalogForm):
    scheme = CodeField(known=dict(Subject.Scheme.choices), label=_("Scheme"))

    class Meta:
        model = Subject
        fields = "__all__"  # noqa: DJ007 - the page names its fields


class EditionForm(CatalogForm):
    isbn = ISBNField(required=False, label=_("ISBN"), help_text=_("10 or 13 digits, with or without hyphens."))
    language = LanguageField(required=False, label=_("Language"))
    availability_code = CodeField(required=False, known=AVAILABILITY_CODES, label=_("Availability"))

    class Meta:
        model = Edition
        fields = "__all__"  # noqa: DJ007 - the page names its fields


class EditionPageForm(EditionForm):
    """An edition with its cover."""

    new_cover = forms.ImageField(
        required=False, label=_("New cover"), widget=UnfoldAdminImageFieldWidget(), help_text=_("JPEG, PNG or WebP.")
    )
    without_cover = forms.BooleanField(required=False, label=_("Remove the cover"), widget=UnfoldBooleanSwitchWidget())

    def clean_new_cover(self) -> Any:
        """The picture itself, read and checked."""
        upload = self.cleaned_data["new_cover"]
        if not upload:
            return None
        upload.seek(0)
        try:
            return read(upload.read())
        except NotACover as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal


class OfferForm(CatalogForm):
    """An offer, its price as people write it. Stock that was sold while the form was open is not brought back."""

    price_minor = PriceField(label=_("Price"), show_hidden_initial=True)
    on_hand = forms.IntegerField(
        label=_("Copies on hand"), min_value=0, max_value=LARGEST_STOCK, initial=1, show_hidden_initial=True,
        widget=UnfoldAdminIntegerFieldWidget(),
    )  # fmt: skip

    class Meta:
        model = Offer
        fields = ["edition", "seller", "condition", "price_minor", "on_hand", "notes"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "price_minor" in self.fields:
            price = self.fields["price_minor"]
            price.currency = self.instance.currency
            price.widget.attrs["suffix"] = price.currency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("on_hand", self.instance.held) < self.instance.held:
            sentence = _("{held} copies are held for purchases that are being paid; there cannot be fewer.")
            self.add_error("on_hand", sentence.format(held=self.instance.held))
        if self.instance.pk and not self.instance._state.adding:
            for name, shown in (("on_hand", str), ("price_minor", self["price_minor"].field.prepare_value)):
                self.refuse_if_changed_meanwhile(name, shown)
        return cleaned

    def clean_edition(self) -> Edition:
        edition: Edition = self.cleaned_data["edition"]
        if edition.is_archived:
            raise forms.ValidationError(_("This edition is out of the catalogue."), code="not_in_catalogue")
        return edition

    def refuse_if_changed_meanwhile(self, name: str, shown: Callable[[Any], str]) -> None:
        field, hidden = self.fields[name], self.add_initial_prefix(name)
        now, seen = self.initial.get(name), self.data.get(hidden)
        if name not in self.changed_data or seen is None or field.to_python(seen) == now:
            return
        self.data = {**self.data.dict(), hidden: shown(now)} if hasattr(self.data, "dict") else self.data
        self.add_error(name, _("Meanwhile this has become {now}. Save again to overwrite it.").format(now=shown(now)))

    def _get_validation_exclusions(self) -> set[str]:
        """Rules about fields that the form does not show are checked too (one open offer of new copies)."""
        return super()._get_validation_exclusions() - ({"edition", "seller", "archived_at"} - set(self.fields))
