"""The few pages for people that belong to no app."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.static import serve

from bookstore.errors import MethodNotAllowed, NotFound, all_refusals

View = Callable[..., HttpResponse]


def read_only(view: View) -> View:
    """A page that can be read and nothing else."""

    @csrf_exempt
    @wraps(view)
    def reading(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(method=request.method, headers={"Allow": "GET, HEAD"})
        return view(request, *args, **kwargs)

    return reading


@cache_control(public=True, max_age=31_536_000, immutable=True)
def media(request: HttpRequest, path: str) -> HttpResponse:
    """A file of the shop's; its name changes with its content."""
    try:
        return serve(request, path, document_root=settings.MEDIA_ROOT)
    except OSError as error:  # a name that no file system takes
        raise NotFound from error


def problem_codes(request: HttpRequest, code: str = "") -> HttpResponse:
    """All codes that the API answers with, from the classes that raise them; a problem's `type` points here."""
    if code and code not in {refusal.code for refusal in all_refusals()}:
        raise NotFound
    refusals = sorted(all_refusals(), key=lambda refusal: (refusal.status, refusal.code))
    return render(request, "problems.html", {"refusals": refusals, "code": code})


def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it at this address whatever a page says."""
    return redirect(static("bookstore/favicon.svg"))
