"""Prometheus metrics: counted in every process, added up over all of them where they are read."""

import os
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

from bookstore.client_address import client_address, is_in
from bookstore.errors import NotFound

REQUESTS = Counter("bookstore_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "bookstore_request_seconds",
    "Time to answer a request.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
REFUSED = Counter("bookstore_rate_limited_requests_total", "Requests refused by a rate limit.", ["scope"])
REDIS_FAILURES = Counter("bookstore_redis_failures_total", "Times that Redis did not answer.")
MESSAGES = Counter("bookstore_outbox_messages_total", "Attempts to send a message.", ["name", "outcome"])
MAIL_EVENTS = Counter("bookstore_mail_events_total", "What mail services reported.", ["service", "event"])
COMPUTED = CollectorRegistry()  # figures that are worked out when they are read, not counted in each process
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


answered = cache(REQUESTS.labels)  # there are no more of them than Prometheus keeps
taken = cache(SECONDS.labels)


def observe(request: HttpRequest, status: int, seconds: float) -> None:
    match = request.resolver_match
    route = match.route.replace("^", "").replace("$", "") if match else "(none)"
    method = request.method if request.method in METHODS else "(other)"
    answered(method, route, status).inc()
    taken(route).observe(seconds)


def metrics(request: HttpRequest) -> HttpResponse:
    """`/metrics`, for the addresses in METRICS_ALLOWED; for others there is no such page."""
    if not is_in(client_address(request), settings.METRICS_ALLOWED):
        raise NotFound
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        registry = REGISTRY
    else:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    return HttpResponse(generate_latest(registry) + generate_latest(COMPUTED), content_type=CONTENT_TYPE_LATEST)
