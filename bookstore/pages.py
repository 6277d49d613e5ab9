"""The few pages for people that belong to no app."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.static import serve

from bookstore import mail_addresses
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


@csrf_exempt  # whoever has the link may do it, and nobody else has it
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The link at the foot of mails (RFC 8058): a POST unsubscribes, be it by a mail program or the page's button.

    Looking at the page changes nothing, for programs look at links in mails too.
    """
    if request.method not in {"GET", "HEAD", "POST"}:
        raise MethodNotAllowed(method=request.method, headers={"Allow": "GET, HEAD, POST"})
    try:
        subscription = mail_addresses.subscription_of(token)
    except mail_addresses.InvalidLink:
        return render(request, "pages/unsubscribe.html", {"state": "void", "shop": settings.SHOP_NAME}, status=404)
    state = "asking"
    if request.method == "POST":
        state = "subscribed" if "again" in request.POST else "unsubscribed"
        act = {"subscribed": mail_addresses.subscribe_again, "unsubscribed": mail_addresses.unsubscribe}[state]
        act(subscription)
    facts = {"state": state, "address": subscription.address, "mails": subscription.category.label}
    return render(request, "pages/unsubscribe.html", {**facts, "shop": settings.SHOP_NAME})


def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it at this address whatever a page says."""
    return redirect(static("bookstore/favicon.svg"))
