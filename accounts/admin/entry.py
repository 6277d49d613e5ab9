"""Entering and leaving the console: under the same limits as the API, and noted in the same trail."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from unfold.forms import AuthenticationForm

from accounts import services
from accounts.email_addresses import normal_email
from accounts.errors import TooManyAttempts
from accounts.models import EventKind, User
from accounts.passwords import LONGEST


class ConsoleLoginForm(AuthenticationForm):
    """Counts a guess before the password is looked at."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["password"].max_length = LONGEST
        self.fields["password"].validators.append(no_longer_than_a_password)

    def confirm_login_allowed(self, user: User) -> None:
        if not user.enters_console:
            raise self.get_invalid_login_error()

    def clean(self) -> dict[str, Any]:
        email = normal_email(self.cleaned_data.get("username") or "")
        if not email or not self.cleaned_data.get("password"):
            return super().clean()
        try:
            services.count_attempt(email)
        except TooManyAttempts as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        try:
            cleaned = super().clean()
        except ValidationError:
            services.note(EventKind.CONSOLE_LOGIN_FAILED, User.objects.filter(email=email).first())
            raise
        services.forgive_attempts(email)
        services.note(EventKind.CONSOLE_LOGIN, self.get_user())
        return cleaned


def may_enter(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.enters_console)


admin.site.login_form = ConsoleLoginForm
admin.site.has_permission = may_enter


def no_longer_than_a_password(text: str) -> None:
    if len(text) > LONGEST:
        raise ValidationError(ConsoleLoginForm.error_messages["invalid_login"] % {"username": "email"}, "invalid_login")


def console_logout(request: HttpRequest) -> HttpResponse:
    if request.method == "POST" and request.user.is_authenticated:
        services.note(EventKind.CONSOLE_LOGOUT, request.user)
    return admin.site.logout(request)


def console_password_change(request: HttpRequest) -> HttpResponse:
    """A new password set in the console ends all sessions like one that is set by the API, but for this one."""
    response = admin.site.password_change(request)
    if request.method == "POST" and response.status_code == 302:
        services.password_was_set(request.user, by=request.user)
        update_session_auth_hash(request, request.user)
    return response
