"""Signing up, in and out."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts import errors, examples, reads, services
from accounts.models import Purpose
from accounts.schema import CART_TOKEN, answered, sent
from accounts.serializers import (
    ChangePasswordSerializer,
    EmailSerializer,
    LoginSerializer,
    RefreshSerializer,
    ResetPasswordSerializer,
    SignedInSerializer,
    SignUpSerializer,
    TokensSerializer,
    VerifyEmailSerializer,
)
from bookstore.client_address import asking
from bookstore.schema import refusing


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


def signed_in(answer: services.SignedIn) -> Response:
    fields = {name: getattr(answer, name) for name in TokensSerializer().fields}
    return Response({**fields, "user": reads.me(answer.user)}, headers={"Cache-Control": "no-store"})


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
        parameters=[CART_TOKEN],
        request=VerifyEmailSerializer,
        responses={200: SignedInSerializer, **refusing(errors.InvalidCode, errors.TooManyAttempts)},
        examples=[*sent(Code=examples.CODE, Link=examples.LINK), *answered(Reader=examples.SIGNED_IN)],
    )
    @open_to_all("verify-email")
    def verify_email(self, request: Request) -> Response:
        wanted = VerifyEmailSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        verification = proof(**wanted.validated_data)
        device = device_of(wanted.validated_data.get("device_name", ""))
        return signed_in(services.verify_and_sign_in(verification, device, cart_token=cart_token(request)))

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
        parameters=[CART_TOKEN],
        request=LoginSerializer,
        responses={
            200: SignedInSerializer,
            **refusing(errors.InvalidCredentials, errors.EmailNotVerified, errors.TooManyAttempts),
        },
        examples=[*sent(Reader=examples.LOGIN), *answered(Reader=examples.SIGNED_IN)],
    )
    @open_to_all("login")
    def login(self, request: Request) -> Response:
        wanted = LoginSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        device = device_of(wanted.validated_data.pop("device_name", ""))
        return signed_in(services.sign_in(**wanted.validated_data, device=device, cart_token=cart_token(request)))

    @extend_schema(
        operation_id="auth_refresh",
        summary="Exchange a refresh token for a new pair",
        description="A refresh token works once. Used again, it ends the session it belongs to.",
        request=RefreshSerializer,
        responses={
            200: SignedInSerializer,
            **refusing(errors.TokenInvalid, errors.TokenExpired, errors.TokenReused, errors.SessionEnded),
        },
        examples=[*sent(Token={"refresh": examples.TOKENS["refresh"]}), *answered(Pair=examples.SIGNED_IN)],
    )
    @open_to_all("refresh")
    def refresh(self, request: Request) -> Response:
        wanted = RefreshSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return signed_in(services.refresh_session(**wanted.validated_data))

    @extend_schema(
        operation_id="auth_logout",
        summary="Sign out here",
        description="This session's tokens are refused everywhere from the moment of the answer.",
        request=None,
        responses={204: None},
    )
    @action(detail=False, methods=["post"])
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


def proof(
    *, token: str | None = None, email: str = "", code: str = "", purpose: Purpose = Purpose.VERIFY_EMAIL, **_: str
) -> Any:
    by_link = services.verification_by_link
    return by_link(token, purpose) if token else services.verification_by_code(email, code, purpose)


def cart_token(request: Request) -> str | None:
    return request.headers.get("X-Cart-Token") or None
