"""Tokens, and the devices that have them."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import DeviceSession
from accounts.serializers.me import MeSerializer
from bookstore.fields import WordsField


class RefreshSerializer(serializers.Serializer):
    refresh = WordsField(max_length=10_000, required=False, help_text="In cookie mode the cookie's does.")


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
