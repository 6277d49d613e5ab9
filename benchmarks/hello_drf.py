"""The least that Django can do, and a view of Django REST framework, without middleware: the shop's limits.

granian --interface wsgi benchmarks.hello_drf:application
"""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.hello_settings"
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Hello(APIView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request) -> Response:
        return Response({"hello": "world"})


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello", content_type="text/plain")


urlpatterns = [path("", plain), path("hello/", Hello.as_view()), path("health/live/", Hello.as_view())]
application = get_wsgi_application()
