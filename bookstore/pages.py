"""The few pages for people that belong to no app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static

from bookstore.errors import all_refusals


def problem_codes(request: HttpRequest, code: str = "") -> HttpResponse:
    """All codes that the API answers with, from the classes that raise them; a problem's `type` points here."""
    refusals = sorted(all_refusals(), key=lambda refusal: (refusal.status, refusal.code))
    return render(request, "problems.html", {"refusals": refusals, "code": code})


def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it at this address whatever a page says."""
    return redirect(static("bookstore/favicon.svg"))
