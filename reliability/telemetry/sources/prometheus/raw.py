"""Raw samples of selectors.

A plain selector with a range, `metric{…}[6h]`, evaluated at one instant returns every stored sample with its
own time stamp. That is exact where a range query is not: it shows every reset, it never repeats an old sample
inside the look-back, and it does not depend on how the steps fall. The range of Prometheus 2 includes its
left edge and that of Prometheus 3 does not, so samples are cut to (start, end] here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Floats
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.histogram import NativeHistogram
from reliability.telemetry.domain.promql import Selector
from reliability.telemetry.domain.samples import Millis
from reliability.telemetry.sources.prometheus.client import PrometheusClient
from reliability.telemetry.sources.prometheus.plan import Fetch

_SHORTEST_SPLIT = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Series:
    """Labels (with __name__) and samples of one series; histograms instead of values for native ones."""

    labels: Mapping[str, str]
    times: Millis
    values: Floats
    histograms: tuple[NativeHistogram, ...] = ()


def fetch_raw(*, client: PrometheusClient, selector: Selector, window: Period) -> list[Series]:
    """Every sample in (start, end] of *window*; its bounds are whole seconds.

    An answer that is too large is asked for in halves, which share no sample. Raises SourceError.
    """
    seconds = int(window.length.total_seconds())
    try:
        answer = client.instant(query=f"{selector.render()}[{seconds}s]", at=window.end)
    except SourceError as error:
        too_much = error.reason in (Reason.ANSWER_TOO_LARGE, Reason.QUERY_TOO_EXPENSIVE)
        if not too_much or window.length < _SHORTEST_SPLIT:
            raise
        middle = window.start + timedelta(seconds=seconds // 2)
        earlier = fetch_raw(client=client, selector=selector, window=Period(window.start, middle))
        return _joined(earlier, fetch_raw(client=client, selector=selector, window=Period(middle, window.end)))
    return [_cut(parse_series(series), window) for series in answer]


def fetch_members(*, client: PrometheusClient, fetch: Fetch, window: Period) -> dict[Selector, list[Series]]:
    """The series of every member of *fetch*, by one request. Raises SourceError."""
    found = fetch_raw(client=client, selector=fetch.selector, window=window)
    if len(fetch.members) == 1:
        return {fetch.members[0]: found}
    return {member: _cut_out(member, fetch.selector, found) for member in fetch.members}


def apart(fetch: Fetch) -> list[Fetch]:
    """The members of a joint request that failed, each by itself; not the one that is that request."""
    if len(fetch.members) == 1:
        return []
    return [Fetch(member, (member,)) for member in fetch.members if member != fetch.selector]


def _cut_out(member: Selector, sent: Selector, found: list[Series]) -> list[Series]:
    """What the server selected for `sent` need not be matched again: only the other matchers are."""
    rest = Selector(member.matchers - sent.matchers)
    return [series for series in found if rest.matches(series.labels)]


def _joined(earlier: list[Series], later: list[Series]) -> list[Series]:
    by_labels = {frozenset(series.labels.items()): series for series in earlier}
    for series in later:
        key = frozenset(series.labels.items())
        before = by_labels.get(key)
        if before is not None:
            series = Series(
                series.labels,
                np.concatenate([before.times, series.times]),
                np.concatenate([before.values, series.values]),
                before.histograms + series.histograms,
            )
        by_labels[key] = series
    return list(by_labels.values())


def parse_series(series: dict[str, Any]) -> Series:
    """One series of a matrix. Raises SourceError when it is not shaped like one."""
    try:
        labels = {str(name): str(value) for name, value in series["metric"].items()}
        pairs = series.get("values") or []
        times = _to_millis([pair[0] for pair in pairs])
        values = np.array([float(pair[1]) for pair in pairs], dtype=np.float64)
        bars = [(pair[0], _histogram(pair[1])) for pair in series.get("histograms") or ()]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise SourceError(Reason.BROKEN_ANSWER, f"the server sent a series that cannot be read: {error}") from error
    if bars:
        times = _to_millis([at for at, _ in bars])
        values = np.array([histogram.count for _, histogram in bars], dtype=np.float64)
    return Series(labels, times, values, tuple(histogram for _, histogram in bars))


def _cut(series: Series, window: Period) -> Series:
    inside = (series.times > _millis(window.start)) & (series.times <= _millis(window.end))
    kept = tuple(histogram for histogram, is_in in zip(series.histograms, inside, strict=False) if is_in)
    return Series(series.labels, series.times[inside], series.values[inside], kept)


def _to_millis(seconds: list[float]) -> Millis:
    return np.rint(np.array(seconds, dtype=np.float64) * 1000).astype(np.int64)


def _millis(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def _histogram(sample: Mapping[str, Any]) -> NativeHistogram:
    """`{"count": "…", "buckets": [[boundary rule, lower, upper, count], …]}` of the query API."""
    buckets = tuple((float(low), float(high), float(count)) for _, low, high, count in sample.get("buckets") or ())
    return NativeHistogram(float(sample["count"]), buckets)
