"""Every mail that the shop writes, in the console, with made-up contents in each language."""

from dataclasses import dataclass
from typing import Any

from anymail.message import AnymailMessage
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bookstore import mails
from bookstore.admin.looks import link

NAME = "bookstore_mails"


@dataclass
class Shown:
    """A mail in one language, or why it cannot be made."""

    code: str
    language: str
    letter: AnymailMessage | None = None
    error: str = ""

    def html(self, look: str) -> str:
        """The HTML as a program shows it that prefers this look, whichever the console's own reader prefers."""
        if self.letter is None:
            return ""
        other = {"dark": "all", "light": "not all"}[look]
        return str(self.letter.alternatives[0].content).replace("(prefers-color-scheme: dark)", other)

    @property
    def light(self) -> str:
        return self.html("light")

    @property
    def dark(self) -> str:
        return self.html("dark")


def in_words(name: str) -> str:
    """`order_placed` as “Order placed”."""
    return name.replace("_", " ").capitalize()


def shown(name: str, code: str, language: str) -> Shown:
    try:
        return Shown(code, language, mails.sample(name, code))
    except Exception as error:  # a template somebody is just writing
        return Shown(code, language, error=f"{type(error).__name__}: {error}")


def subject_of(shown: Shown) -> str:
    return shown.letter.subject if shown.letter else shown.error


class Previews:
    """Mixed into the outbox's pages: one that lists all mails, and one for each."""

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("mails/", wrap(self.mails_view), name=NAME),
            path("mails/<str:name>/", wrap(self.mail_view), name="bookstore_mail"),
            *super().get_urls(),
        ]

    def mails_view(self, request: HttpRequest) -> HttpResponse:
        """All mails there are, by name."""
        here = get_language() or settings.LANGUAGE_CODE
        rows = [
            [
                link(reverse("admin:bookstore_mail", args=[name]), in_words(name)),
                subject_of(shown(name, here, "")),
                mails.category_of(name).label,
                _("holds a code or a link that signs in") if name in mails.CONFIDENTIAL else "",
            ]
            for name in sorted(mails.MAILS)
        ]
        headers = [_("mail"), _("subject line"), _("kind"), _("secret")]
        return self.page(request, "console/mails.html", _("Mails"), {"table": {"headers": headers, "rows": rows}})

    def mail_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """One mail with made-up contents, in every language that the shop writes."""
        if name not in mails.MAILS:
            raise Http404
        letters = [shown(name, code, language) for code, language in settings.LANGUAGES]
        facts = {"letters": letters, "confidential": name in mails.CONFIDENTIAL}
        return self.page(request, "console/mail.html", in_words(name), facts)

    def page(self, request: HttpRequest, template: str, title: Any, facts: dict[str, Any]) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return TemplateResponse(request, template, {**self.admin_site.each_context(request), "title": title, **facts})
