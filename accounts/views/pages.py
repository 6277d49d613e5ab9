"""The pages about accounts that are no part of the API: the link in a mail, and the shop's public keys."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts import keys, services
from accounts.errors import InvalidCode
from bookstore.errors import MethodNotAllowed
from bookstore.json import dumps


@csrf_exempt  # whoever has the token may do it, and nobody else has it
@never_cache
def verify_page(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at the page changes nothing, for programs look at links in mails too; its button verifies."""
    if request.method not in {"GET", "HEAD", "POST"}:
        raise MethodNotAllowed(method=request.method, headers={"Allow": "GET, HEAD, POST"})
    try:
        verification = services.verification_by_link(token)
        if request.method == "POST":
            services.verify(verification)
    except InvalidCode as refusal:
        return render(request, "verify_email.html", {"state": "void"}, status=refusal.status)
    state = "verified" if request.method == "POST" else "waiting"
    return render(request, "verify_email.html", {"state": state, "email": verification.user.email})


@cache_control(public=True, max_age=300)
def jwks(request: HttpRequest) -> HttpResponse:
    """The public keys that the shop's tokens can be checked with (RFC 7517)."""
    return HttpResponse(dumps({"keys": keys.public_keys()}), content_type="application/json")
