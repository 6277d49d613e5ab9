"""Postal addresses, held to the rules of their country."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts import postal
from accounts.countries import countries
from accounts.models import Address
from accounts.serializers.fields import OptionalCopiedField, OptionalLineField
from bookstore.fields import LineField, YesNoField

COUNTRYS = ("postal_code", "region", "vat_number")  # what is right or wrong for a country
REFUSALS = {
    "postal_code": _("This is no postal code of the country: there they look like {example}."),
    "region": _("This is no region of the country: write it like {example}, or leave it out."),
    "phone": _("Write a phone number of the country, or one with + and its country code: +49 30 1234567."),
    "vat_number": _("This is no VAT number of the country: look at it again, or leave it out."),
}


class CountryField(LineField):
    """An ISO 3166-1 alpha-2 code."""

    default_error_messages = {"unknown_country": _("“{code}” is no country code of ISO 3166-1: write DE, FR, US.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"help_text": "ISO 3166-1 alpha-2: DE", "max_length": 2, **options})

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data).upper()
        if code not in countries():
            self.fail("unknown_country", code=code[:10])
        return code


class PostalAddressSerializer(serializers.Serializer):
    """A postal address as it is typed; it belongs to nobody yet."""

    first_name = LineField(max_length=100)
    last_name = LineField(max_length=100)
    company = OptionalLineField(max_length=150)
    line1 = LineField(max_length=200, help_text="Street and number.")
    line2 = OptionalLineField(max_length=200)
    postal_code = OptionalCopiedField(max_length=20, default="", help_text="Needed where the country has such codes.")
    city = LineField(max_length=100)
    region = OptionalLineField(max_length=100, help_text="Its name or code, where the country's labels need one.")
    country = CountryField()
    phone = OptionalCopiedField(max_length=30, help_text="With + or as dialled in the country; kept as +49301234567.")
    vat_number = OptionalCopiedField(
        max_length=20, help_text="With its check digits; in the EU with the country's code."
    )

    def validate(self, typed: dict[str, Any]) -> dict[str, Any]:
        typed = super().validate(typed)
        country = typed.get("country") or self.instance.country
        before = {name: getattr(self.instance, name, "") for name in COUNTRYS} if "country" in typed else {}
        checked, problems = in_country({**before, **typed}, country)
        if problems:
            raise serializers.ValidationError(problems)
        return {**typed, **{name: value for name, value in checked.items() if name in typed or value != before[name]}}


class RoughAddressSerializer(PostalAddressSerializer):
    """An address that is still being typed: enough to reckon postage and tax by, and held to no country's rules."""

    def validate(self, typed: dict[str, Any]) -> dict[str, Any]:
        return typed


class AddressSerializer(PostalAddressSerializer, serializers.ModelSerializer):
    """An address in the address book."""

    is_default_shipping = YesNoField(required=False)
    is_default_billing = YesNoField(required=False)

    class Meta:
        model = Address
        fields = ["id", *PostalAddressSerializer().fields, "is_default_shipping", "is_default_billing"]


def in_country(typed: dict[str, Any], country: str) -> tuple[dict[str, str], dict[str, Any]]:
    """What was typed as that country writes it, and what is wrong with it."""
    checked, problems = {}, {}
    for name, refusal in REFUSALS.items():
        try:
            if typed.get(name):
                checked[name] = getattr(postal, name)(typed[name], country)
        except ValueError as example:
            problems[name] = [ErrorDetail(str(refusal).format(example=example), f"invalid_{name}")]
    if typed.get("postal_code") == "" and postal.needs_postal_code(country):
        problems["postal_code"] = [ErrorDetail(serializers.Field.default_error_messages["required"], "required")]
    return checked, problems
