"""Who is signed in, what they change about themselves, and what happened to their account."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Membership, SecurityEvent
from accounts.serializers.auth import EmailSerializer
from accounts.serializers.fields import CodeField, OptionalLineField, PasswordField
from bookstore.fields import WordsField


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


class ChangePasswordSerializer(serializers.Serializer):
    current_password = PasswordField()
    new_password = PasswordField()


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
