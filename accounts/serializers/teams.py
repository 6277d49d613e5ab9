"""Who belongs to a selling organization, and who is asked to."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Invitation, Membership
from accounts.serializers.auth import EmailSerializer, PasswordSerializer
from bookstore.fields import WordsField


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
