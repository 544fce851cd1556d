"""Latency from native histograms that a real Prometheus stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.sources.kind import Connection
from reliability.telemetry.sources.registry import kind_of
from tests.servers.prometheus import PrometheusServer, prometheus
from tests.servers.remote_write import Native, send_native

# The head of a database takes fresh samples only; the last half hour it is.
END = floor_minute(datetime.now(UTC))
START = END - timedelta(minutes=30)
RESTART = 60  # the number of the scrape after which it counts from zero again


@pytest.fixture(scope="module")
def native_prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    """Every 15 s: 4 observations in (0.25, 0.5], 2 in (0.5, 1], 1 of zero. One restart."""
    arguments = ("--enable-feature=native-histograms", "--web.enable-remote-write-receiver")
    with prometheus(directory=tmp_path_factory.mktemp("native") / "data", arguments=arguments) as server:
        histograms = []
        for number in range(121):
            seen = number if number <= RESTART else number - RESTART
            histograms.append(
                Native(
                    at_ms=round((START.timestamp() + number * 15) * 1000),
                    schema=0,
                    first=-1,
                    counts=(4 * seen, 2 * seen),
                    zero_count=seen,
                )
            )
        send_native(url=server.url, name="latency_seconds", labels={"job": "api"}, histograms=histograms)
        yield server


def read(
    server: PrometheusServer, threshold: float, metric: str = 'latency_seconds{job="api"}'
) -> Counts | SourceError:
    return _read_spec(
        server, {"kind": "latency", "metric": metric, "threshold_seconds": threshold, "histogram": "native"}
    )


@pytest.mark.parametrize(
    ("threshold", "good_per_minute"),
    [(0.5, 20.0), (1.0, 28.0), (0.25, 4.0), (2**-1.5, 12.0), (2**-0.5, 24.0), (60.0, 28.0)],
    ids=["a bound", "everything", "zero only", "the middle of a bucket", "the middle of the next", "far above"],
)
def test_events_below_the_threshold_are_counted_by_fraction(
    native_prometheus: PrometheusServer, threshold: float, good_per_minute: float
) -> None:
    found = read(native_prometheus, threshold)
    assert isinstance(found, Counts)
    assert found.covered.all()
    assert found.valid.tolist() == [28.0] * 30
    assert found.good.tolist() == pytest.approx([good_per_minute] * 30)


def _read_spec(server: PrometheusServer, spec: dict[str, Any]) -> Counts | SourceError:
    reading = kind_of("prometheus").read(
        connection=Connection(source_id=1, name="native", settings={"url": server.url}),
        queries=[SliQuery("key", spec)],
        period=Period(START, END),
        now=END,
    )
    return reading.answers["key"]


def test_a_histogram_that_is_not_there_is_no_data(native_prometheus: PrometheusServer) -> None:
    answer = read(native_prometheus, 0.5, metric="no_such_histogram")
    assert isinstance(answer, Counts)
    assert not answer.covered.any()


def test_a_native_histogram_in_a_ratio_counts_its_observations(native_prometheus: PrometheusServer) -> None:
    answer = _read_spec(native_prometheus, {"kind": "ratio", "bad": "no_errors_total", "valid": "latency_seconds"})
    assert isinstance(answer, Counts)
    assert answer.valid.tolist() == answer.good.tolist() == [28.0] * 30


def test_a_native_histogram_is_no_gauge(native_prometheus: PrometheusServer) -> None:
    answer = _read_spec(native_prometheus, {"kind": "threshold", "query": "latency_seconds", "op": "lt", "value": 1})
    assert isinstance(answer, SourceError)
    assert answer.reason is Reason.QUERY_ERROR
    assert "latency" in answer.message
