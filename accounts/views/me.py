"""What users see and change of themselves."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.mixins import DestroyModelMixin, ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from accounts import examples, reads, services
from accounts.models import DeviceSession, SecurityEvent
from accounts.schema import answered, sent
from accounts.serializers import EventSerializer, MeSerializer, NamesSerializer, SessionSerializer


class MeViewSet(ViewSet):
    @extend_schema(
        operation_id="me_retrieve",
        summary="Who is signed in",
        responses=MeSerializer,
        examples=answered(Reader=examples.ME),
    )
    def retrieve(self, request: Request) -> Response:
        return Response(reads.me(request.user))

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
        services.end_session(self.request.user, session.pk, DeviceSession.Reason.REMOVED)


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
