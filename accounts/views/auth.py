"""Signing up, in and out."""

from typing import Any

from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts import cookies, errors, examples, reads, services
from accounts.authentication import BearerAuthentication, CookieAuthentication, RefreshCookieAuthentication
from accounts.models import Purpose
from accounts.schema import CART_TOKEN, TRANSPORT, answered, sent
from accounts.serializers import (
    ChangePasswordSerializer,
    CsrfTokenSerializer,
    EmailSerializer,
    LoginSerializer,
    RefreshSerializer,
    ResetPasswordSerializer,
    SignedInSerializer,
    SignUpSerializer,
    VerifyEmailSerializer,
)
from bookstore.client_address import asking
from bookstore.schema import refusing

WITH_EVERY_PAIR = ("access_expires_at", "refresh_expires_at", "session_id")


def open_to_all(url_path: str, **options: Any) -> Any:
    """A POST for whoever comes; a token they may have is not looked at."""
    return action(
        detail=False,
        methods=["post"],
        url_path=url_path,
        authentication_classes=[],
        permission_classes=[AllowAny],
        **options,
    )


def device_of(device_name: str = "") -> services.Device:
    ip, program = asking()
    return services.Device(ip=ip, user_agent=program, device_name=device_name)


def signed_in(request: Request, answer: services.SignedIn, *, by_cookie: bool = False) -> Response:
    """What a client gets that is signed in now: the tokens in the body, or in cookies where it asks for that."""
    fields = {name: getattr(answer, name) for name in WITH_EVERY_PAIR}
    response = Response({**fields, "user": reads.me(answer.user)}, headers={"Cache-Control": "no-store"})
    pair = {"access": answer.access, "refresh": answer.refresh}
    if by_cookie or cookies.are_wanted(request._request):
        cookies.put(response, **pair)
        response.data["csrf_token"] = get_token(request._request)
    else:
        response.data.update(pair)
    return response


def refresh_token_of(request: Request) -> tuple[str, bool]:
    """The refresh token to be exchanged, and whether it came by cookie; the body's wins."""
    wanted = RefreshSerializer(data=request.data)
    wanted.is_valid(raise_exception=True)
    if "refresh" in wanted.validated_data:
        return wanted.validated_data["refresh"], False
    by_cookie = cookies.refresh_in(request._request)
    if by_cookie is None:
        required = wanted.fields["refresh"].error_messages["required"]
        raise ValidationError({"refresh": [required]}, code="required")
    cookies.enforce_csrf(request._request)
    return by_cookie, True


class AuthViewSet(ViewSet):
    @extend_schema(
        operation_id="auth_sign_up",
        summary="Sign up; a code is sent by mail",
        description="The answer is the same whether or not the address is known.",
        request=SignUpSerializer,
        responses={202: EmailSerializer},
        examples=[*sent(Reader=examples.SIGN_UP), *answered(202, Accepted=examples.EMAIL)],
    )
    @open_to_all("signup")
    def sign_up(self, request: Request) -> Response:
        wanted = SignUpSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        services.sign_up(**wanted.validated_data)
        return Response({"email": wanted.validated_data["email"]}, status=202)

    @extend_schema(
        operation_id="auth_verify_email",
        summary="Verify an address by code or link, and be signed in",
        parameters=[CART_TOKEN, TRANSPORT],
        request=VerifyEmailSerializer,
        responses={200: SignedInSerializer, **refusing(errors.InvalidCode, errors.TooManyAttempts)},
        examples=[
            *sent(Code=examples.CODE, Link=examples.LINK),
            *answered(Reader=examples.SIGNED_IN, Cookies=examples.SIGNED_IN_BY_COOKIE),
        ],
    )
    @open_to_all("verify-email")
    def verify_email(self, request: Request) -> Response:
        wanted = VerifyEmailSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        verification = proof(**wanted.validated_data)
        device = device_of(wanted.validated_data.get("device_name", ""))
        return signed_in(request, services.verify_and_sign_in(verification, device, cart_token=cart_token(request)))

    @extend_schema(
        operation_id="auth_resend_code",
        summary="Send a new code; the old one is void",
        description="The answer is the same whether or not the address is known.",
        request=EmailSerializer,
        responses={202: EmailSerializer},
        examples=[*sent(Reader=examples.EMAIL), *answered(202, Accepted=examples.EMAIL)],
    )
    @open_to_all("verify-email/resend")
    def resend(self, request: Request) -> Response:
        wanted = EmailSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        services.send_code_again(**wanted.validated_data)
        return Response(wanted.validated_data, status=202)

    @extend_schema(
        operation_id="auth_login",
        summary="Sign in with a password",
        parameters=[CART_TOKEN, TRANSPORT],
        request=LoginSerializer,
        responses={
            200: SignedInSerializer,
            **refusing(errors.InvalidCredentials, errors.EmailNotVerified, errors.TooManyAttempts),
        },
        examples=[
            *sent(Reader=examples.LOGIN),
            *answered(Reader=examples.SIGNED_IN, Cookies=examples.SIGNED_IN_BY_COOKIE),
        ],
    )
    @open_to_all("login")
    def login(self, request: Request) -> Response:
        wanted = LoginSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        device = device_of(wanted.validated_data.pop("device_name", ""))
        answer = services.sign_in(**wanted.validated_data, device=device, cart_token=cart_token(request))
        return signed_in(request, answer)

    @extend_schema(
        operation_id="auth_refresh",
        summary="Exchange a refresh token for a new pair",
        description="A refresh token works once. Used again, it ends the session it belongs to; only the same "
        "program may ask again for ten seconds, in case it never got the answer, and gets the same refresh token.",
        parameters=[TRANSPORT],
        request=RefreshSerializer,
        responses={
            200: SignedInSerializer,
            **refusing(
                errors.TokenInvalid,
                errors.TokenExpired,
                errors.TokenReused,
                errors.SessionEnded,
                errors.RefreshedMeanwhile,
            ),
        },
        examples=[
            *sent(Token={"refresh": examples.TOKENS["refresh"]}, Cookie={}),
            *answered(Pair=examples.SIGNED_IN, Cookies=examples.SIGNED_IN_BY_COOKIE),
        ],
    )
    @open_to_all("refresh")
    def refresh(self, request: Request) -> Response:
        refresh, by_cookie = refresh_token_of(request)
        return signed_in(request, services.refresh_session(refresh, device_of()), by_cookie=by_cookie)

    @extend_schema(
        operation_id="auth_logout",
        summary="Sign out here",
        description="This session's tokens are refused everywhere from the moment of the answer.",
        request=None,
        responses={204: None},
    )
    @action(
        detail=False,
        methods=["post"],
        authentication_classes=[BearerAuthentication, CookieAuthentication, RefreshCookieAuthentication],
    )
    def logout(self, request: Request) -> Response:
        services.sign_out(request.user, request.auth.session)
        return Response(status=204)

    @extend_schema(operation_id="auth_logout_all", summary="Sign out everywhere", request=None, responses={204: None})
    @action(detail=False, methods=["post"], url_path="logout-all")
    def logout_all(self, request: Request) -> Response:
        services.sign_out_everywhere(request.user)
        return Response(status=204)

    @extend_schema(
        operation_id="auth_forgot_password",
        summary="Ask for a code to choose a new password with; the code before is void",
        description="The answer is the same whether or not the address is known.",
        request=EmailSerializer,
        responses={202: EmailSerializer},
        examples=[*sent(Reader=examples.EMAIL), *answered(202, Accepted=examples.EMAIL)],
    )
    @open_to_all("password/forgot")
    def forgot_password(self, request: Request) -> Response:
        wanted = EmailSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        services.forgot_password(**wanted.validated_data)
        return Response(wanted.validated_data, status=202)

    @extend_schema(
        operation_id="auth_reset_password",
        summary="Choose a new password by code or link; all sessions end",
        request=ResetPasswordSerializer,
        responses={204: None, **refusing(errors.InvalidCode, errors.TooManyAttempts)},
        examples=sent(Code=examples.RESET, Link={**examples.LINK, "new_password": "four-quiet-lamps"}),
    )
    @open_to_all("password/reset")
    def reset_password(self, request: Request) -> Response:
        wanted = ResetPasswordSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        verification = proof(**wanted.validated_data, purpose=Purpose.RESET_PASSWORD)
        services.reset_password(verification, wanted.validated_data["new_password"])
        return Response(status=204)

    @extend_schema(
        operation_id="auth_change_password",
        summary="Change one's password; all other sessions end",
        request=ChangePasswordSerializer,
        responses={204: None, **refusing(errors.WrongPassword, errors.TooManyAttempts)},
        examples=sent(Passwords={"current_password": "three-quiet-lamps", "new_password": "four-quiet-lamps"}),
    )
    @action(detail=False, methods=["post"], url_path="password/change")
    def change_password(self, request: Request) -> Response:
        wanted = ChangePasswordSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        services.change_password(request.user, request.auth.session, **wanted.validated_data)
        return Response(status=204)

    @extend_schema(
        operation_id="auth_csrf",
        summary="The CSRF token, for clients in a browser that sign in by cookie",
        description="It is in a cookie that scripts may read, too, for pages of the shop's own host.",
        responses=CsrfTokenSerializer,
        examples=answered(Token=examples.CSRF_TOKEN),
    )
    @action(detail=False, authentication_classes=[], permission_classes=[AllowAny])
    def csrf(self, request: Request) -> Response:
        return Response({"csrf_token": get_token(request._request)}, headers={"Cache-Control": "no-store"})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Whoever has signed out, or holds cookies that are good for nothing, is rid of them."""
        response = super().finalize_response(request, response, *args, **kwargs)
        is_out = self.action in {"logout", "logout_all"} and response.status_code == 204
        is_in_vain = self.action in {"logout", "refresh"} and response.status_code == 401
        if (is_out or is_in_vain) and request._request.bearer_token is None:
            cookies.clear(request._request, response)
        return response


def proof(
    *, token: str | None = None, email: str = "", code: str = "", purpose: Purpose = Purpose.VERIFY_EMAIL, **_: str
) -> Any:
    by_link = services.verification_by_link
    return by_link(token, purpose) if token else services.verification_by_code(email, code, purpose)


def cart_token(request: Request) -> str | None:
    return request.headers.get("X-Cart-Token") or None
