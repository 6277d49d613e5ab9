"""The OpenAPI schema: every operation says all that it can answer, refusals included."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

from bookstore.errors import BookstoreError, all_refusals
from bookstore.problems import CONTENT_TYPE

FOR_ALL = (400, 406, 414, 429, 500, 503)
FOR_ONE = (404,)
FOR_USERS = (401,)
FOR_BODIES = (411, 413, 415)


class FieldErrorSerializer(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()
    field = serializers.CharField(help_text="Dotted path, as in items.0.quantity; empty where no field is to blame.")


class ProblemSerializer(serializers.Serializer):
    """Every answer of status 400 and above (RFC 9457)."""

    type = serializers.CharField(help_text="The address of a page about the code.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence for people, in the language of Accept-Language.")
    code = serializers.CharField(help_text="Stable; branch on this.")
    errors = FieldErrorSerializer(many=True)
    facts = serializers.DictField(help_text="What a screen needs to explain itself.")
    request_id = serializers.CharField(allow_null=True)


class MoneySerializer(serializers.Serializer):
    amount = serializers.CharField(help_text="A decimal number as text: 12.90.")
    currency = serializers.CharField(help_text="ISO 4217")


def refusing(*refusals: type[BookstoreError]) -> dict[tuple[int, str], OpenApiResponse]:
    """What a view may refuse with besides what every view may, for `responses` of extend_schema."""
    return {(refusal.status, CONTENT_TYPE): problem_response(refusal.status, refusals) for refusal in refusals}


def problem_response(status: int, further: Sequence[type[BookstoreError]] = ()) -> OpenApiResponse:
    """What one status can mean: an example for each code of it that every view may answer, and for further ones."""
    shared = [refusal for refusal in all_refusals() if refusal.__module__ == "bookstore.errors"]
    examples = [
        OpenApiExample(
            refusal.code,
            value={
                "type": f"/docs/problems/{refusal.code}",
                "title": str(refusal.title),
                "status": status,
                "detail": refusal.example(),
                "code": refusal.code,
                "errors": [],
                "facts": {},
                "request_id": "0198c1f2-6f1e-7c3a-b7a4-2b1f0d0a9c55",
            },
            media_type=CONTENT_TYPE,
        )
        for refusal in dict.fromkeys([*further, *shared])
        if refusal.status == status
    ]
    titles = ", ".join(example.name for example in examples)
    return OpenApiResponse(ProblemSerializer, description=titles or "Problem", examples=examples)


class ProblemSchema(AutoSchema):
    """Adds the refusals that any view can answer to what a view says of itself."""

    def get_summary(self) -> str | None:
        summary = super().get_summary()
        return summary or str(self.get_description() or "").split("\n")[0].rstrip(".") or None

    def get_auth(self) -> list[dict[str, Any]]:
        auth: list[dict[str, Any]] = super().get_auth()
        takes_guests = any(getattr(permission, "allows_guests", False) for permission in self.view.get_permissions())
        return [*auth, {}] if takes_guests and auth and {} not in auth else auth

    @property
    def takes_body(self) -> bool:
        """Deletions have none, but where a view says otherwise (`delete_takes_body`)."""
        return self.method not in {"GET", "HEAD", "DELETE"} or getattr(self.view, "delete_takes_body", False)

    def _get_request_body(self, direction: str = "request") -> dict[str, Any] | None:
        method = self.method
        self.method = "POST" if method == "DELETE" and self.takes_body else method
        try:
            body: dict[str, Any] | None = super()._get_request_body(direction)
            return body
        finally:
            self.method = method

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        statuses = [*FOR_ALL, *(FOR_ONE if "{" in self.path else ()), *(FOR_USERS if any(self.get_auth()) else ())]
        if self.takes_body:
            statuses += FOR_BODIES
        for status in sorted(statuses):
            if str(status) not in bodies:
                bodies[str(status)] = self._get_response_for_code(
                    problem_response(status), str(status), [CONTENT_TYPE], direction
                )
        if self.method == "GET" and getattr(self.view, "version_name", None):
            bodies["304"] = {"description": "Not modified: what If-None-Match names is still right."}
        return dict(sorted(bodies.items()))
