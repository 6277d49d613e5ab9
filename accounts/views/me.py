"""What users see and change of themselves."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.mixins import DestroyModelMixin, ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from accounts import errors, examples, reads, services
from accounts.models import DeviceSession, SecurityEvent
from accounts.schema import answered, sent
from accounts.serializers import (
    ChangeEmailSerializer,
    ConfirmEmailSerializer,
    EmailSerializer,
    EventSerializer,
    MeSerializer,
    NamesSerializer,
    PasswordSerializer,
    SessionSerializer,
)
from bookstore.json import JSONResponse
from bookstore.schema import refusing


class MeViewSet(ViewSet):
    delete_takes_body = True  # the password

    @extend_schema(
        operation_id="me_retrieve",
        summary="Who is signed in",
        responses=MeSerializer,
        examples=answered(Reader=examples.ME),
    )
    def retrieve(self, request: Request) -> HttpResponse:
        return JSONResponse(reads.me(request.user))

    @extend_schema(
        operation_id="me_update",
        summary="Change one's names",
        request=NamesSerializer(partial=True),
        responses=MeSerializer,
        examples=[*sent(Names={"first_name": "Rosa", "last_name": "Reader"}), *answered(Reader=examples.ME)],
    )
    def partial_update(self, request: Request) -> Response:
        names = NamesSerializer(data=request.data, partial=True)
        names.is_valid(raise_exception=True)
        return Response(reads.me(services.change_names(request.user, **names.validated_data)))

    @extend_schema(
        operation_id="me_erase",
        summary="Erase one's account",
        description="What is personal goes. Purchases and invoices stay as they were made, as tax law wants; reviews "
        "stay without a name. An only owner of a selling organization has to give it to somebody else first.",
        request=PasswordSerializer,
        responses={
            204: None,
            **refusing(errors.WrongPassword, errors.LastOwner, errors.LastAdmin, errors.TooManyAttempts),
        },
        examples=sent(Password={"password": "three-quiet-lamps"}),
    )
    def destroy(self, request: Request) -> Response:
        wanted = PasswordSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        services.erase(request.user, **wanted.validated_data)
        return Response(status=204)

    @extend_schema(
        operation_id="me_change_email",
        summary="Ask for another e-mail address; a code is sent there",
        description="The address changes once the code is confirmed. The answer is the same whether or not another "
        "account has the address.",
        request=ChangeEmailSerializer,
        responses={202: EmailSerializer, **refusing(errors.WrongPassword, errors.TooManyAttempts)},
        examples=[
            *sent(Address={"email": "rosa@new.example", "password": "three-quiet-lamps"}),
            *answered(202, Accepted={"email": "rosa@new.example"}),
        ],
    )
    def ask_for_email(self, request: Request) -> Response:
        wanted = ChangeEmailSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        services.ask_for_email(request.user, **wanted.validated_data)
        return Response({"email": wanted.validated_data["email"]}, status=202)

    @extend_schema(
        operation_id="me_confirm_email",
        summary="Confirm the new e-mail address by code or link",
        description="The old address gets a mail that says how to undo it within seven days.",
        request=ConfirmEmailSerializer,
        responses={200: MeSerializer, **refusing(errors.InvalidCode, errors.EmailTaken, errors.TooManyAttempts)},
        examples=[*sent(Code={"code": "042137"}, Link=examples.LINK), *answered(Reader=examples.ME)],
    )
    def confirm_email(self, request: Request) -> Response:
        wanted = ConfirmEmailSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        proof = wanted.validated_data
        if "token" in proof:
            asked = services.email_change_by_link(request.user, proof["token"])
        else:
            asked = services.email_change_by_code(request.user, proof["code"])
        return Response(reads.me(services.change_email(asked)))

    @extend_schema(
        operation_id="me_export",
        summary="Everything the shop knows about oneself, as JSON in a zip",
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def export(self, request: Request) -> FileResponse:
        name = f"export-{timezone.now():%Y-%m-%d}.zip"
        archive = services.export(request.user)
        return FileResponse(
            archive,
            as_attachment=True,
            filename=name,
            content_type="application/zip",
            headers={"Cache-Control": "no-store"},
        )


@extend_schema_view(
    list=extend_schema(
        operation_id="me_sessions_list",
        summary="Where one is signed in, the last seen first",
        examples=answered(Device=examples.SESSION),
    ),
    destroy=extend_schema(operation_id="me_sessions_end", summary="Sign out on one device"),
)
class SessionViewSet(ListModelMixin, DestroyModelMixin, GenericViewSet):
    queryset = DeviceSession.objects.order_by("-last_seen_at", "-id")
    serializer_class = SessionSerializer
    filter_backends = []
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[DeviceSession]:
        sessions = super().get_queryset()
        return sessions.open().filter(user=self.request.user.pk) if self.request.user.is_authenticated else sessions

    def perform_destroy(self, session: DeviceSession) -> Any:
        services.remove_device(self.request.user, session)


@extend_schema_view(
    list=extend_schema(
        operation_id="me_events_list",
        summary="What happened to one's account, the latest first",
        examples=answered(Login=examples.EVENT),
    ),
)
class EventViewSet(ListModelMixin, GenericViewSet):
    queryset = SecurityEvent.objects.order_by("-id")
    serializer_class = EventSerializer
    filter_backends = []

    def get_queryset(self) -> QuerySet[SecurityEvent]:
        return super().get_queryset().filter(user=self.request.user.pk)
