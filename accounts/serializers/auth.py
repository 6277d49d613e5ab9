"""Signing up, signing in, and proving who one is."""

from typing import Any

from rest_framework import serializers

from accounts import services
from accounts.models import User
from accounts.serializers.fields import CodeField, DeviceNameField, EmailAddressField, OptionalLineField, PasswordField
from bookstore.fields import WordsField


class EmailSerializer(serializers.Serializer):
    email = EmailAddressField()


class PasswordSerializer(serializers.Serializer):
    password = PasswordField()


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
