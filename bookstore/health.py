"""Probes: is the process alive, can the shop answer, and what works less well than it should."""

from collections.abc import Callable

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from bookstore import problems, shared_redis
from bookstore.errors import ServiceUnavailable
from bookstore.json import dumps


def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Orchestrators restart what does not."""
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


def ready(request: HttpRequest) -> HttpResponse:
    """The shop can answer: 503 without its database; degraded, but 200, without Redis (no cache, limits apart)."""
    checks = {name: check() for name, check in CHECKS.items()}
    if checks["database"] != "ok" or checks["migrations"] != "ok":
        raise ServiceUnavailable(checks=checks)
    status = "ok" if set(checks.values()) == {"ok"} else "degraded"
    return HttpResponse(
        dumps({"status": status, "checks": checks}),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "down"
    return "ok"


_migrated = False


def migrations() -> str:
    """Asked until the answer is yes; a running process does not lose its migrations."""
    global _migrated
    if not _migrated:
        try:
            executor = MigrationExecutor(connection)
            _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        except Error:
            return "unknown"
    return "ok" if _migrated else "pending"


def redis() -> str:
    return "ok" if shared_redis.ask(lambda redis: redis.ping()) else "down"


class ProbeMiddleware:
    """Answers probes before any question of host name or HTTPS: orchestrators ask a bare address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path)
        if probe is None or request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        try:
            return probe(request)
        except ServiceUnavailable as refusal:
            return problems.answer(refusal)


CHECKS: dict[str, Callable[[], str]] = {"database": database, "migrations": migrations, "redis": redis}
PROBES = {"/health/": ready, "/health/ready/": ready, "/health/live/": live}
