"""The pages about accounts that are no part of the API: the links in mails, and the shop's public keys.

Looking at a page changes nothing, for programs look at links in mails too; its button does.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import ValidationError

from accounts import keys, services
from accounts.errors import EmailTaken, InvalidCode, InvitationOver
from accounts.models import Purpose, Verification
from accounts.serializers import ResetPasswordSerializer
from bookstore.errors import Invalid, MethodNotAllowed, NotFound
from bookstore.json import dumps
from bookstore.problems import as_refusal

Page = Callable[[HttpRequest, Verification], str]


def page_of_link(template: str, purpose: Purpose) -> Callable[[Page], Callable[..., HttpResponse]]:
    """A page for whoever has the link; the function does what its button says and returns the page's new state."""

    def decorate(press: Page) -> Callable[..., HttpResponse]:
        @csrf_exempt  # whoever has the token may do it, and nobody else has it
        @never_cache
        @wraps(press)
        def view(request: HttpRequest, token: str) -> HttpResponse:
            if request.method not in {"GET", "HEAD", "POST"}:
                raise MethodNotAllowed(method=request.method, headers={"Allow": "GET, HEAD, POST"})
            shown: dict[str, Any] = {"state": "waiting"}
            try:
                shown["verification"] = verification = services.verification_by_link(token, purpose)
                shown["email"] = verification.email or verification.user.email
                if request.method == "POST":
                    shown["state"] = press(request, verification)
            except (InvalidCode, EmailTaken) as refusal:
                return render(request, template, {"state": refusal.code}, status=refusal.status)
            except Invalid as refusal:
                return render(request, template, {**shown, "refusal": refusal}, status=refusal.status)
            return render(request, template, shown)

        return view

    return decorate


@page_of_link("accounts/verify.html", Purpose.VERIFY_EMAIL)
def verify_page(request: HttpRequest, verification: Verification) -> str:
    """Verify the address of a sign-up."""
    services.verify(verification)
    return "done"


@page_of_link("accounts/reset.html", Purpose.RESET_PASSWORD)
def reset_page(request: HttpRequest, verification: Verification) -> str:
    """Choose a new password, by the rules of the API."""
    typed = ResetPasswordSerializer(
        data={"token": verification.link_token, "new_password": request.POST.get("new_password", "")}
    )
    try:
        typed.is_valid(raise_exception=True)
    except ValidationError as error:
        raise as_refusal(error) from error
    services.reset_password(verification, typed.validated_data["new_password"])
    return "done"


@page_of_link("accounts/email.html", Purpose.CHANGE_EMAIL)
def email_page(request: HttpRequest, verification: Verification) -> str:
    """Confirm a new address."""
    services.change_email(verification)
    return "done"


@page_of_link("accounts/undo.html", Purpose.UNDO_EMAIL)
def undo_page(request: HttpRequest, verification: Verification) -> str:
    """Take the old address back."""
    services.undo_email(verification)
    return "done"


@csrf_exempt
@never_cache
def invitation_page(request: HttpRequest, token: str) -> HttpResponse:
    """What is offered and how to accept it, which takes an account; declining takes none."""
    if request.method not in {"GET", "HEAD", "POST"}:
        raise MethodNotAllowed(method=request.method, headers={"Allow": "GET, HEAD, POST"})
    try:
        found = services.invitation_by_link(token)
        services.check_open(found)
        if request.method == "POST":
            services.decline_by_mail(token)
    except (InvalidCode, InvitationOver, NotFound) as refusal:
        return render(request, "accounts/invitation.html", {"state": refusal.code}, status=refusal.status)
    shown = {
        "state": "done" if request.method == "POST" else "waiting",
        "email": found.email,
        "seller": found.seller.name,
        "role": found.get_role_display(),
        "until": date_format(found.expires_at, "j F Y"),
    }
    return render(request, "accounts/invitation.html", shown)


@cache_control(public=True, max_age=300)
def jwks(request: HttpRequest) -> HttpResponse:
    """The public keys that the shop's tokens can be checked with (RFC 7517)."""
    return HttpResponse(dumps({"keys": keys.public_keys()}), content_type="application/json")
