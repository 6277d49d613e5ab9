"""Under which name the shop was asked for."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host


def host_of(request: HttpRequest) -> str:
    """`request.get_host()`, which raises DisallowedHost, but each host is looked at only once."""
    host = request.META.get("HTTP_HOST", "")
    return host if is_ours(host, tuple(settings.ALLOWED_HOSTS)) else request.get_host()


@lru_cache(maxsize=1_000)
def is_ours(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)
