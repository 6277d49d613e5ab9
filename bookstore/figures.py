"""How the outbox is doing, in three numbers."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import Error
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bookstore import metrics
from bookstore.models import OutboxMessage


@dataclass
class OutboxFigures:
    """How many messages are still to be sent, for how long the oldest has been, and how many were given up."""

    waiting: int
    oldest_seconds: float
    given_up: int


def outbox_figures(at_most: int | None = None) -> OutboxFigures:
    """The figures; who only looks at them counts no further than `at_most`."""
    waiting, given_up = OutboxMessage.objects.unsent(), OutboxMessage.objects.given_up()
    oldest = waiting.order_by("id").values_list("created_at", flat=True).first()  # ids are in order of creation
    seconds = max((timezone.now() - oldest).total_seconds(), 0.0) if oldest else 0.0
    return OutboxFigures(waiting[:at_most].count(), seconds, given_up[:at_most].count())


class OutboxCollector(Collector):
    """The same for Prometheus, asked of the database where `/metrics` is read; nothing while it is gone."""

    def collect(self) -> Iterator[Metric]:
        try:
            figures = outbox_figures()
        except Error:
            return
        yield GaugeMetricFamily("bookstore_outbox_waiting", "Messages still to be sent.", figures.waiting)
        yield GaugeMetricFamily("bookstore_outbox_oldest_seconds", "Age of the oldest of them.", figures.oldest_seconds)
        yield GaugeMetricFamily("bookstore_outbox_given_up", "Messages given up.", figures.given_up)

    def describe(self) -> Iterator[Metric]:
        """Nothing is asked of the database at registration."""
        return iter(())


metrics.COMPUTED.register(OutboxCollector())
