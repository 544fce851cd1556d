"""What /metrics says: the counters of all processes, and what the database knows at this moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from incidents.paging.selectors.notifications import failed_since
from reliability.outbox.selectors.backlog import backlog, last_tick_at
from reliability.supervision.selectors.pulse import pulse
from reliability.web.metric_files import undisturbed
from slo.selectors.freshness import evaluation_lag


class _Counted(Collector):
    """Counters and histograms of all processes, those that are gone included."""

    def collect(self) -> Iterable[Metric]:
        with undisturbed(settings.METRICS_DIR):
            counted = MultiProcessCollector(None, path=str(settings.METRICS_DIR))  # type: ignore[no-untyped-call]  # its own
            return list(counted.collect())  # type: ignore[no-untyped-call]  # as above


class _AtThisMoment(Collector):
    """Gauges read from the database. One that is undefined is left out: it is not zero."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterable[Metric]:
        waiting = backlog(now=self._now)
        last_tick = last_tick_at()
        lag = evaluation_lag(now=self._now)
        yield _gauge(
            "reliability_oldest_due_age_seconds",
            "How long the due row that waits longest has been due; 0 when none is.",
            0.0 if waiting.oldest_due_age is None else waiting.oldest_due_age.total_seconds(),
        )
        yield _gauge("reliability_due_waiting", "Rows that are due now.", waiting.waiting)
        yield _gauge("reliability_due_overdue", "Rows due for longer than a minute.", waiting.overdue)
        yield _gauge("reliability_due_failing", "Rows whose last run failed.", waiting.failing)
        yield _gauge("reliability_due_unknown", "Rows of a kind that this release does not know.", waiting.unknown)
        beat = pulse(now=self._now)
        age_of_pages = 0.0 if beat.oldest_due_at is None else (self._now - beat.oldest_due_at).total_seconds()
        yield _gauge(
            "reliability_paging_oldest_due_age_seconds",
            "How long the work that pages need and that waits longest has been due; 0 when none is.",
            age_of_pages,
        )
        yield _gauge(
            "reliability_paging_failed_notifications",
            "Pages of the last hour that a place refused or that were given up.",
            failed_since(since=self._now - timedelta(hours=1)),
        )
        if last_tick is not None:
            age = (self._now - last_tick).total_seconds()
            yield _gauge("reliability_tick_age_seconds", "Since the last recorded tick; written each 10 s.", age)
        if lag is not None:
            yield _gauge(
                "reliability_evaluation_lag_seconds",
                "Age of the evaluation of the objective that waits longest.",
                lag.total_seconds(),
            )


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value=value)


def exposition(*, accept: str, now: datetime) -> tuple[bytes, str]:
    """The metrics in the format that *accept* asks for (OpenMetrics or Prometheus text), and its content type."""
    registry = CollectorRegistry()
    registry.register(_Counted())
    registry.register(_AtThisMoment(now=now))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type
