"""The shapes that accounts are asked and answered in."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.countries import countries
from accounts.models import Address, DeviceSession, Membership, User, normal_email
from bookstore.fields import LineField, WordsField, YesNoField

LONGEST_PASSWORD = 128


class OptionalLineField(LineField):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "allow_blank": True, **options})


class EmailAddressField(serializers.EmailField):
    """An e-mail address in the one spelling that the shop keeps."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 254, **options})

    def to_internal_value(self, data: Any) -> str:
        return normal_email(super().to_internal_value(data))


class PasswordField(WordsField):
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
        try:
            validate_password(wanted["password"], somebody)
        except DjangoValidationError as error:
            problems = serializers.get_error_detail(error)
            raise serializers.ValidationError({"password": problems}) from error
        return wanted


class LoginSerializer(EmailSerializer):
    password = PasswordField()
    device_name = OptionalLineField(max_length=100, help_text="What the list of devices calls this one: Rosa’s phone.")


class VerifyEmailSerializer(serializers.Serializer):
    """E-mail address and code, or the token of the link in the same mail."""

    email = EmailAddressField(required=False)
    code = WordsField(required=False, max_length=20, help_text="Six digits.")
    token = WordsField(required=False, max_length=200)
    device_name = OptionalLineField(max_length=100)

    def validate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        missing = [] if "token" in wanted else [name for name in ("email", "code") if name not in wanted]
        if missing:
            required = self.fields["code"].error_messages["required"]
            raise serializers.ValidationError({name: [required] for name in missing}, code="required")
        return wanted

    def validate_code(self, code: str) -> str:
        return code.replace(" ", "")


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
    postal_code = LineField(max_length=20)
    city = LineField(max_length=100)
    region = OptionalLineField(max_length=100)
    country = CountryField()
    phone = OptionalLineField(max_length=30)
    vat_number = OptionalLineField(max_length=20)


class AddressSerializer(PostalAddressSerializer, serializers.ModelSerializer):
    """An address in the address book."""

    is_default_shipping = YesNoField(required=False)
    is_default_billing = YesNoField(required=False)

    class Meta:
        model = Address
        fields = ["id", *PostalAddressSerializer().fields, "is_default_shipping", "is_default_billing"]
