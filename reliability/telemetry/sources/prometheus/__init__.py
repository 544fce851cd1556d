"""Any server with the Prometheus query API: Prometheus, Thanos, Mimir, VictoriaMetrics, Cortex."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from reliability.kit.periods import Period
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.sources.kind import Connection, Reading, SettingsForm, TestResult
from reliability.telemetry.sources.prometheus.form import PrometheusForm
from reliability.telemetry.sources.prometheus.options import gap_of
from reliability.telemetry.sources.prometheus.probe import probe
from reliability.telemetry.sources.prometheus.reader import read


class PrometheusKind:
    name = "prometheus"
    title = "Prometheus"
    description = "Queries a Prometheus-compatible API: Prometheus, Thanos, Mimir, VictoriaMetrics."
    form: type[SettingsForm] = PrometheusForm
    is_read = True

    def read(
        self,
        *,
        connection: Connection,
        queries: Sequence[SliQuery],
        period: Period,
        now: datetime,
        seconds_max: float | None = None,
    ) -> Reading:
        return read(connection=connection, queries=queries, period=period, now=now, seconds_max=seconds_max)

    def gap(self, settings: Mapping[str, Any]) -> timedelta:
        return gap_of(settings)

    def test(self, *, connection: Connection, now: datetime) -> TestResult:
        return probe(connection=connection, now=now)
