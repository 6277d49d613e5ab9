"""The shapes that accounts are asked and answered in."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts import postal, services
from accounts.countries import countries
from accounts.email_addresses import LONGEST_ADDRESS, check_email, normal_email
from accounts.models import Address, DeviceSession, Invitation, Membership, SecurityEvent, User
from bookstore.fields import CleanedLineField, LineField, WordsField, YesNoField

LONGEST_PASSWORD = 128


class OptionalLineField(LineField):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "allow_blank": True, **options})


class OptionalCopiedField(CleanedLineField):
    """What people copy from elsewhere, marks of direction and all: programs put them around numbers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "allow_blank": True, **options})


class DeviceNameField(CleanedLineField):
    """What a device calls itself; telephones set marks of direction into their names, and are to get in."""

    def __init__(self, **options: Any) -> None:
        told = "What the list of devices calls this one: Rosa’s phone. What cannot be seen in it is left out."
        super().__init__(**{"required": False, "allow_blank": True, "max_length": 100, "help_text": told, **options})


class EmailAddressField(serializers.EmailField):
    """An e-mail address in the one spelling that the shop keeps."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": LONGEST_ADDRESS, **options})
        self.validators.append(check_email)

    def to_internal_value(self, data: Any) -> str:
        return normal_email(super().to_internal_value(data))


class PasswordField(WordsField):
    refused_letters = ""  # nobody reads it

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "max_length": LONGEST_PASSWORD,
                "write_only": True,
                "style": {"input_type": "password"},
                **options,
            }
        )


class EmailSerializer(serializers.Serializer):
    email = EmailAddressField()


class SignUpSerializer(EmailSerializer):
    password = PasswordField()
    first_name = OptionalLineField(max_length=150)
    last_name = OptionalLineField(max_length=150)

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        somebody = User(**{name: value for name, value in wanted.items() if name != "password"})
        services.check_strength(wanted["password"], somebody, field="password")
        return wanted


class LoginSerializer(EmailSerializer):
    password = PasswordField()
    device_name = DeviceNameField()


class CodeField(WordsField):
    """A code as people type it, with or without a space in the middle."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 20, "help_text": "Six digits.", **options})

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).replace(" ", "")


class ProofSerializer(serializers.Serializer):
    """E-mail address and code, or the token of the link in the same mail."""

    email = EmailAddressField(required=False)
    code = CodeField(required=False)
    token = WordsField(required=False, max_length=200)

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        missing = [] if "token" in wanted else [name for name in ("email", "code") if name not in wanted]
        if missing:
            required = self.fields["code"].error_messages["required"]
            raise serializers.ValidationError({name: [required] for name in missing}, code="required")
        return wanted


class VerifyEmailSerializer(ProofSerializer):
    device_name = DeviceNameField()


class ResetPasswordSerializer(ProofSerializer):
    new_password = PasswordField()

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        services.check_strength(wanted["new_password"], User(email=wanted.get("email", "")))
        return super().validate(wanted)


class ChangePasswordSerializer(serializers.Serializer):
    current_password = PasswordField()
    new_password = PasswordField()


class PasswordSerializer(serializers.Serializer):
    password = PasswordField()


class ChangeEmailSerializer(EmailSerializer):
    password = PasswordField()


class ConfirmEmailSerializer(serializers.Serializer):
    """The code, or the token of the link, in the mail to the new address."""

    code = CodeField(required=False)
    token = WordsField(required=False, max_length=200)

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        if not wanted:
            required = self.fields["code"].error_messages["required"]
            raise serializers.ValidationError({"code": [required]}, code="required")
        return wanted


class RefreshSerializer(serializers.Serializer):
    refresh = WordsField(max_length=10_000, required=False, help_text="In cookie mode the cookie's does.")


class PlaceSerializer(serializers.Serializer):
    """A selling organization that the user belongs to."""

    id = serializers.UUIDField()
    slug = serializers.SlugField()
    name = serializers.CharField()
    role = serializers.ChoiceField(Membership.Role.choices)


class MeSerializer(serializers.Serializer):
    """Who is signed in (accounts.reads.me has the values)."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    email_verified = serializers.BooleanField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField(["customer", "seller", "support", "admin"]))
    sellers = PlaceSerializer(many=True)
    date_joined = serializers.DateTimeField()


class NamesSerializer(serializers.Serializer):
    first_name = OptionalLineField(max_length=150)
    last_name = OptionalLineField(max_length=150)


class TokensSerializer(serializers.Serializer):
    """In cookie mode the tokens come as cookies, and the CSRF token is there instead."""

    access = serializers.CharField(required=False, help_text="A JWT for the Authorization header: Bearer <access>.")
    refresh = serializers.CharField(required=False, help_text="A JWT that can be exchanged once for a new pair.")
    csrf_token = serializers.CharField(required=False, help_text="In cookie mode: for the header X-CSRFToken.")
    access_expires_at = serializers.DateTimeField()
    refresh_expires_at = serializers.DateTimeField()
    session_id = serializers.UUIDField()


class CsrfTokenSerializer(serializers.Serializer):
    csrf_token = serializers.CharField(help_text="For the header X-CSRFToken.")


class SignedInSerializer(TokensSerializer):
    user = MeSerializer()


class SessionSerializer(serializers.ModelSerializer):
    """A device on which the user is signed in."""

    current = serializers.SerializerMethodField(help_text="Whether this request comes from there.")

    class Meta:
        model = DeviceSession
        fields = ["id", "device_name", "ip", "user_agent", "created_at", "last_seen_at", "current"]

    @extend_schema_field(OpenApiTypes.BOOL)
    def get_current(self, session: DeviceSession) -> bool:
        return session.pk == self.context["request"].auth.session


class EventSerializer(serializers.ModelSerializer):
    """Something that happened to the user's account."""

    what = serializers.CharField(source="get_kind_display", help_text="For people, in the reader's language.")
    by = serializers.SerializerMethodField(help_text="Who did it: you, one of your organization, or the shop's staff.")
    ip = serializers.SerializerMethodField(help_text="Where it came from; null for what staff did.")
    user_agent = serializers.SerializerMethodField()
    session_id = serializers.SerializerMethodField()

    class Meta:
        model = SecurityEvent
        fields = ["id", "kind", "what", "created_at", "by", "ip", "user_agent", "session_id", "facts"]

    @extend_schema_field(serializers.ChoiceField(["you", "team", "staff"]))
    def get_by(self, event: SecurityEvent) -> str:
        if event.is_own:
            return "you"
        return "team" if event.facts.get("in_team") else "staff"

    @extend_schema_field(serializers.IPAddressField(allow_null=True))
    def get_ip(self, event: SecurityEvent) -> str | None:
        return event.ip if event.is_own else None

    @extend_schema_field(OpenApiTypes.STR)
    def get_user_agent(self, event: SecurityEvent) -> str:
        return event.user_agent if event.is_own else ""

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_session_id(self, event: SecurityEvent) -> Any:
        return event.session_id if event.is_own else None


class MemberSerializer(serializers.ModelSerializer):
    """Somebody who belongs to a selling organization, as its members see each other."""

    email = serializers.EmailField(source="user.email", read_only=True)
    first_name = serializers.CharField(source="user.first_name", read_only=True)
    last_name = serializers.CharField(source="user.last_name", read_only=True)
    since = serializers.DateTimeField(source="created_at", read_only=True)
    is_me = serializers.SerializerMethodField()

    class Meta:
        model = Membership
        fields = ["id", "email", "first_name", "last_name", "role", "since", "is_me"]

    @extend_schema_field(OpenApiTypes.BOOL)
    def get_is_me(self, member: Membership) -> bool:
        return member.user_id == self.context["request"].user.pk


class RoleSerializer(serializers.Serializer):
    role = serializers.ChoiceField(Membership.Role.choices)


class InviteSerializer(EmailSerializer, RoleSerializer):
    pass


class InvitationSerializer(serializers.ModelSerializer):
    """A place in a selling organization that was offered, as those who offer it see it."""

    status = serializers.ChoiceField(["open", *Invitation.Outcome.values], read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)
    invited_by = serializers.CharField(
        source="invited_by.get_full_name", default="", read_only=True, help_text="A name; empty where it is not known."
    )

    class Meta:
        model = Invitation
        fields = ["id", "email", "role", "status", "invited_by", "created_at", "sent_at", "expires_at", "ended_at"]


class SellerNameSerializer(serializers.Serializer):
    slug = serializers.SlugField()
    name = serializers.CharField()


class OwnInvitationSerializer(serializers.ModelSerializer):
    """A place that was offered to the reader."""

    seller = SellerNameSerializer(read_only=True)
    token = serializers.CharField(source="link_token", read_only=True, help_text="To accept or decline with.")
    expires_at = serializers.DateTimeField(read_only=True)

    class Meta:
        model = Invitation
        fields = ["id", "seller", "role", "token", "sent_at", "expires_at"]


class TokenSerializer(serializers.Serializer):
    """The last part of the link in the mail, or `token` of `GET /me/invitations/`."""

    token = WordsField(max_length=200)


class HandOverSerializer(PasswordSerializer):
    member = serializers.UUIDField(help_text="The id of the member who is to be the owner.")


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


COUNTRYS = ("postal_code", "region", "vat_number")  # what is right or wrong for a country
REFUSALS = {
    "postal_code": _("This is no postal code of the country: there they look like {example}."),
    "region": _("This is no region of the country: write it like {example}, or leave it out."),
    "phone": _("Write a phone number of the country, or one with + and its country code: +49 30 1234567."),
    "vat_number": _("This is no VAT number of the country: look at it again, or leave it out."),
}


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


class AddressSerializer(PostalAddressSerializer, serializers.ModelSerializer):
    """An address in the address book."""

    is_default_shipping = YesNoField(required=False)
    is_default_billing = YesNoField(required=False)

    class Meta:
        model = Address
        fields = ["id", *PostalAddressSerializer().fields, "is_default_shipping", "is_default_billing"]
