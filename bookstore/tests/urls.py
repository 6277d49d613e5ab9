"""The shop's addresses, and a few that only tests ask."""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookstore.errors import BookstoreError
from bookstore.idempotency import idempotent
from config import urls


class OutOfPaper(BookstoreError):
    code, title, message = "out_of_paper", "Out of paper", "Only {left} sheets left."


class LineSerializer(serializers.Serializer):
    quantity = serializers.IntegerField(min_value=1)


class OrderSerializer(serializers.Serializer):
    email = serializers.EmailField()
    lines = LineSerializer(many=True)


class OpenView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)


class Echo(OpenView):
    def post(self, request: Request) -> Response:
        return Response({"got": request.data})


class Orders(OpenView):
    def post(self, request: Request) -> Response:
        order = OrderSerializer(data=request.data)
        order.is_valid(raise_exception=True)
        return Response(order.data, status=201)


class Users(OpenView):
    """Makes a user for each request, once for each key; refuses, is ill or breaks when asked to."""

    @idempotent(required=True)
    def post(self, request: Request) -> Response:
        if request.data.get("then") == "take":
            take(request.data["users"])
            return Response({}, status=201)
        count = get_user_model().objects.count()
        get_user_model().objects.create_user(f"user-{count}@example.com")
        match request.data.get("then"):
            case "refuse":
                raise OutOfPaper(left=3)
            case "be ill":
                raise OperationalError("the server closed the connection")
            case "break":
                raise RuntimeError("a bug")
        return Response({"users": count + 1}, status=201, headers={"Location": f"/users/{count}/"})


meeting = Barrier(1)


def take(users: list[str]) -> None:
    """Lock the users one after the other; the first time, wait in between until another request has its first."""
    people = get_user_model().objects.select_for_update()
    people.get(pk=users[0])
    with suppress(BrokenBarrierError):
        meeting.wait(timeout=5)
    meeting.abort()
    people.get(pk=users[1])


def refuse(request: HttpRequest) -> HttpResponse:
    raise OutOfPaper(left=3)


def crash(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a bug")


def be_ill(request: HttpRequest) -> HttpResponse:
    raise OperationalError("the server closed the connection")


urlpatterns: list[Any] = [
    path("api/v1/test/echo/", Echo.as_view()),
    path("api/v1/test/orders/", Orders.as_view()),
    path("api/v1/test/users/", Users.as_view()),
    path("api/v1/test/refuse/", refuse),
    path("api/v1/test/crash/", crash),
    path("api/v1/test/ill/", be_ill),
    *urls.urlpatterns,
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
