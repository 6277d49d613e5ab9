"""Who belongs to a selling organization, and who is invited to."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from accounts import errors, examples, reads, services
from accounts.models import Invitation, Membership, Seller
from accounts.permissions import InTeam
from accounts.rights import Right
from accounts.schema import answered, sent
from accounts.serializers import (
    HandOverSerializer,
    InvitationSerializer,
    InviteSerializer,
    MemberSerializer,
    MeSerializer,
    OwnInvitationSerializer,
    RoleSerializer,
    TokenSerializer,
)
from bookstore.errors import NotFound, PermissionDenied
from bookstore.schema import refusing
from bookstore.views import UUIDLookup

SLUG = OpenApiParameter("slug", OpenApiTypes.STR, OpenApiParameter.PATH, description="Of your organization.")
ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)
MEMBER, INVITATION = answered(Member=examples.MEMBER), answered(Invitation=examples.INVITATION)


class OfTeam:
    """What belongs to the selling organization in the address; mix it in first."""

    permission_classes = [InTeam]
    filter_backends: ClassVar[list[Any]] = []
    rights: ClassVar[dict[str, Right]] = {}
    kwargs: dict[str, Any]

    def seller(self) -> Seller:
        found = Seller.objects.filter(slug=self.kwargs["slug"]).first()
        if found is None:
            raise NotFound
        return found


@extend_schema_view(
    list=extend_schema(
        operation_id="sellers_members_list",
        summary="Who belongs to my organization, those who joined first in front",
        parameters=[SLUG],
        responses={200: MemberSerializer(many=True), **refusing(PermissionDenied)},
        examples=MEMBER,
    )
)
class MemberViewSet(OfTeam, UUIDLookup, ListModelMixin, GenericViewSet):
    queryset = Membership.objects.all()
    serializer_class = MemberSerializer
    rights = {"partial_update": Right.MANAGE_TEAM, "hand_over": Right.HAND_OVER}

    def get_queryset(self) -> QuerySet[Membership]:
        return services.team_of(self.seller())

    @extend_schema(
        operation_id="sellers_members_update",
        summary="Give a member another role",
        description="For owners. The last owner stays one until somebody else is. It holds from the next request on; "
        "the member's tokens say it after a refresh.",
        parameters=[SLUG, ID],
        request=RoleSerializer,
        responses={200: MemberSerializer, **refusing(PermissionDenied, errors.LastOwner)},
        examples=[*sent(Role={"role": "manager"}), *MEMBER],
    )
    def partial_update(self, request: Request, slug: str, pk: str) -> Response:
        member, wanted = self.get_object(), RoleSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        changed = services.change_role(member, **wanted.validated_data, by=request.user)
        return Response(self.get_serializer(changed).data)

    @extend_schema(
        operation_id="sellers_members_remove",
        summary="Remove a member, or leave oneself",
        description="Owners remove everybody, managers remove staff, and everybody may leave; the last owner may not. "
        "Open invitations that somebody removed had sent are taken back.",
        parameters=[SLUG, ID],
        responses={204: None, **refusing(PermissionDenied, errors.LastOwner)},
    )
    def destroy(self, request: Request, slug: str, pk: str) -> Response:
        services.remove_member(self.get_object(), by=request.user)
        return Response(status=204)

    @extend_schema(
        operation_id="sellers_transfer",
        summary="Make another member the owner in one's place, and oneself a manager",
        description="For owners, with their password. Both get a mail.",
        parameters=[SLUG],
        request=HandOverSerializer,
        responses={
            200: MemberSerializer,
            **refusing(PermissionDenied, errors.WrongPassword, errors.AlreadyOwner, errors.TooManyAttempts),
        },
        examples=[
            *sent(Heir={"member": examples.MEMBER["id"], "password": "three-quiet-lamps"}),
            *answered(Owner={**examples.MEMBER, "role": "owner"}),
        ],
    )
    def hand_over(self, request: Request, slug: str) -> Response:
        wanted = HandOverSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        to, password = wanted.validated_data["member"], wanted.validated_data["password"]
        heir = services.hand_over(self.seller(), to, by=request.user, password=password)
        return Response(self.get_serializer(heir).data)


@extend_schema_view(
    list=extend_schema(
        operation_id="sellers_invitations_list",
        summary="Whom my organization has invited, the latest first",
        description="For owners and managers. What became of each is in `status`.",
        parameters=[SLUG],
        responses={200: InvitationSerializer(many=True), **refusing(PermissionDenied)},
        examples=INVITATION,
    )
)
class SellerInvitationViewSet(OfTeam, UUIDLookup, ListModelMixin, GenericViewSet):
    queryset = Invitation.objects.all()
    serializer_class = InvitationSerializer
    rights = dict.fromkeys(("list", "create", "destroy", "resend"), Right.MANAGE_STAFF)

    def get_queryset(self) -> QuerySet[Invitation]:
        return self.seller().invitations.select_related("seller", "invited_by").order_by("-id")

    @extend_schema(
        operation_id="sellers_invitations_create",
        summary="Invite somebody by mail",
        description="Owners invite to every role, managers invite staff. The answer is the same whether or not the "
        "address has an account. One invitation of an organization to an address is open at a time, for seven days.",
        parameters=[SLUG],
        request=InviteSerializer,
        responses={
            201: InvitationSerializer,
            **refusing(PermissionDenied, errors.AlreadyInvited, errors.AlreadyMember, errors.TooManyInvitations),
        },
        examples=[*sent(Staff=examples.INVITE), *answered(201, Invitation=examples.INVITATION)],
    )
    def create(self, request: Request, slug: str) -> Response:
        wanted = InviteSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        made = services.invite(self.seller(), **wanted.validated_data, by=request.user)
        return Response(self.get_serializer(made).data, status=201)

    @extend_schema(
        operation_id="sellers_invitations_revoke",
        summary="Take an invitation back",
        parameters=[SLUG, ID],
        responses={204: None, **refusing(PermissionDenied, errors.InvitationOver)},
    )
    def destroy(self, request: Request, slug: str, pk: str) -> Response:
        services.revoke_invitation(self.get_object(), by=request.user)
        return Response(status=204)

    @extend_schema(
        operation_id="sellers_invitations_resend",
        summary="Send an invitation again",
        description="The same link, good for another seven days from now, also where it has expired.",
        parameters=[SLUG, ID],
        request=None,
        responses={
            200: InvitationSerializer,
            **refusing(PermissionDenied, errors.InvitationOver, errors.TooManyInvitations),
        },
        examples=INVITATION,
    )
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, slug: str, pk: str) -> Response:
        again = services.send_invitation_again(self.get_object(), by=request.user)
        return Response(self.get_serializer(again).data)


@extend_schema_view(
    list=extend_schema(
        operation_id="me_invitations_list",
        summary="Which organizations invite me",
        description="What can be accepted now, for the verified address of the account.",
        examples=answered(Invitation=examples.OWN_INVITATION),
    )
)
class OwnInvitationViewSet(ListModelMixin, GenericViewSet):
    queryset = Invitation.objects.all()
    serializer_class = OwnInvitationSerializer
    filter_backends: ClassVar[list[Any]] = []

    def get_queryset(self) -> QuerySet[Invitation]:
        if not self.request.user.is_authenticated:  # the schema's
            return Invitation.objects.none()
        return Invitation.objects.live().for_user(self.request.user).select_related("seller").order_by("-id")


class InvitationViewSet(ViewSet):
    @extend_schema(
        operation_id="invitations_accept",
        summary="Accept an invitation",
        description="For the account whose verified address was invited. The answer is the profile with the new "
        "organization; refresh the tokens to have the role in their claims.",
        request=TokenSerializer,
        responses={
            200: MeSerializer,
            **refusing(errors.InvalidCode, errors.NotInvited, errors.InvitationOver, errors.AlreadyMember),
        },
        examples=[*sent(Link=examples.LINK), *answered(Member=examples.ME_AS_MEMBER)],
    )
    @action(detail=False, methods=["post"])
    def accept(self, request: Request) -> Response:
        wanted = TokenSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response(reads.me(services.accept_invitation(**wanted.validated_data, by=request.user)))

    @extend_schema(
        operation_id="invitations_decline",
        summary="Decline an invitation",
        request=TokenSerializer,
        responses={204: None, **refusing(errors.InvalidCode, errors.NotInvited, errors.InvitationOver)},
        examples=sent(Link=examples.LINK),
    )
    @action(detail=False, methods=["post"])
    def decline(self, request: Request) -> Response:
        wanted = TokenSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        services.decline_invitation(**wanted.validated_data, by=request.user)
        return Response(status=204)
