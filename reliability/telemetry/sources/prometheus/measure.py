"""Counts of one SLI from the series that were fetched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from reliability.telemetry.domain.counts import Counts, Floats, PerMinute, from_good_and_valid
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.gauge import holds, mean_of, share_per_minute, worst_of
from reliability.telemetry.domain.increase import increase_per_minute
from reliability.telemetry.domain.promql import Selector, counters_of, parse_selector
from reliability.telemetry.domain.steps import steps_per_minute
from reliability.telemetry.sources.prometheus.needs import gauge_query
from reliability.telemetry.sources.prometheus.raw import Series

_TWO_STEPS = timedelta(minutes=2)  # values come a minute apart, however short the gap of raw samples may be
Found = list[Series] | SourceError


@dataclass(slots=True)
class Data:
    """What was fetched for a stretch of minutes, and how to read it. `warnings` collects what a person should know."""

    start_minute: int
    minutes: int
    gap: timedelta
    raw: Mapping[Selector, Found]
    stepped: Mapping[str, Found]
    warnings: dict[str, None]

    def selected(self, selector: Selector) -> list[Series]:
        """Raises the SourceError of its request."""
        return _or_raise(self.raw[selector])

    def evaluated(self, expression: str) -> list[Series]:
        return _or_raise(self.stepped[expression])

    def warn(self, text: str) -> None:
        self.warnings[text] = None


def _or_raise(found: Found) -> list[Series]:
    if isinstance(found, SourceError):
        raise found
    return found


@dataclass(frozen=True, slots=True)
class Counter:
    """The increase of one query of a ratio. `metrics`: the names it reads raw, None for an expression."""

    query: str
    increase: PerMinute
    metrics: frozenset[str | None] | None

    def is_part_of(self, other: Counter) -> bool:
        """Whether both read the same metric, so that a minute without a series here is a minute without an event."""
        return self.metrics is not None and self.metrics == other.metrics and None not in self.metrics


def measure_ratio(spec: Mapping[str, Any], data: Data) -> Counts:
    """good/valid, bad/valid or good/bad of counters.

    Bad events absent while valid ones are measured are zero. Absent good events are zero when both queries read
    the same metric (all failed), and unmeasured otherwise (another target was not scraped, or a typing error).
    """
    if spec.get("good") and spec.get("valid"):
        good, valid = _counter(spec["good"], data), _counter(spec["valid"], data)
        covered = valid.increase.covered & (good.increase.covered | good.is_part_of(valid))
        _warn_of_absence(good, valid, data)
        return _counts(data, good.increase.figure, valid.increase.figure, covered, good, valid)
    if spec.get("valid"):
        bad, valid = _counter(spec["bad"], data), _counter(spec["valid"], data)
        remaining = valid.increase.figure - bad.increase.figure
        tolerance = 1e-9 * valid.increase.figure  # sums of floats may differ in their last digits
        remaining = np.where((remaining < 0) & (remaining >= -tolerance), 0.0, remaining)
        return _counts(data, remaining, valid.increase.figure, valid.increase.covered, bad, valid)
    good, bad = _counter(spec["good"], data), _counter(spec["bad"], data)
    covered = good.increase.covered | (bad.increase.covered & good.is_part_of(bad))
    total = good.increase.figure + bad.increase.figure
    _warn_of_absence(good, bad, data)
    return _counts(data, good.increase.figure, total, covered, good, bad)


def _warn_of_absence(good: Counter, other: Counter, data: Data) -> None:
    if good.increase.series or not other.increase.series:
        return
    if good.is_part_of(other):
        data.warn(f"no series matches {good.query}: every event counts as bad")
    else:
        data.warn(f"no series matches {good.query}: nothing is measured until one does")


def _counts(data: Data, good: Floats, valid: Floats, covered: Any, *counters: Counter) -> Counts:
    faulty = np.logical_or.reduce([counter.increase.faulty for counter in counters])
    return from_good_and_valid(start_minute=data.start_minute, good=good, valid=valid, covered=covered, faulty=faulty)


def _counter(query: str, data: Data) -> Counter:
    selectors = counters_of(query)
    total = PerMinute.nothing(data.minutes)
    if selectors is None:
        return Counter(query, _stepped(query, data), None)
    for selector in selectors:
        for series in data.selected(selector):
            total = total.plus(_increase(series, data))
    return Counter(query, total, frozenset(selector.metric for selector in selectors))


def _increase(series: Series, data: Data) -> PerMinute:
    return increase_per_minute(
        times=series.times,
        values=series.values,
        start_minute=data.start_minute,
        minutes=data.minutes,
        gap=data.gap,
    )


def _stepped(expression: str, data: Data) -> PerMinute:
    total, falls = PerMinute.nothing(data.minutes), 0
    for series in data.evaluated(expression):
        part, fell = steps_per_minute(
            times=series.times,
            values=series.values,
            start_minute=data.start_minute,
            minutes=data.minutes,
            gap=max(data.gap, _TWO_STEPS),
        )
        total, falls = total.plus(part), falls + fell
    if falls:
        data.warn(
            f"{expression} fell: minutes in which it did are not measured, since a sum does not tell which of its "
            f'counters restarted. Plain counters, e.g. requests_total{{code=~"5.."}}, have no such minutes'
        )
    return total


def measure_gauge(spec: Mapping[str, Any], data: Data) -> Counts:
    """raw_ratio, boolean and threshold: one valid unit per measured minute, good as far as the gauge says so.

    Several series: the mean of a raw ratio; the worst of a boolean or threshold.
    """
    query = gauge_query(spec)
    selector = parse_selector(query)
    series = data.evaluated(query) if selector is None else data.selected(selector)
    if any(one.histograms for one in series):
        raise SourceError(Reason.QUERY_ERROR, f"{query} is a native histogram: choose the latency measurement for it")
    gap = timedelta(0) if selector is None else data.gap
    judge = _threshold_judge(spec) if spec["kind"] == "threshold" else _unchanged
    parts = [
        share_per_minute(
            times=one.times,
            values=judge(one.values),
            start_minute=data.start_minute,
            minutes=data.minutes,
            gap=gap,
            minimum=0.0,
            maximum=1.0,
        )
        for one in series
    ]
    combine, word = (mean_of, "their mean") if spec["kind"] == "raw_ratio" else (worst_of, "the worst of them")
    share = combine(parts, data.minutes)
    if len(parts) > 1 and int(np.sum([part.covered for part in parts], axis=0).max(initial=0)) > 1:
        data.warn(f"{query} gives {len(parts)} series and {word} is used: write min(), max() or avg() to choose")
    good = np.where(share.covered, 1.0 - share.figure, 0.0) if spec.get("failure") else share.figure
    return from_good_and_valid(
        start_minute=data.start_minute,
        good=good,
        valid=share.covered.astype(np.float64),
        covered=share.covered,
        faulty=share.faulty,
    )


def _unchanged(values: Floats) -> Floats:
    return values


def _threshold_judge(spec: Mapping[str, Any]) -> Callable[[Floats], Floats]:
    return lambda values: holds(values=values, op=spec["op"], threshold=float(spec["value"]))


def by_histogram(found: list[Series]) -> dict[frozenset[tuple[str, str]], dict[str, Series]]:
    """Buckets by the histogram they belong to (its labels without `le`), then by `le`."""
    groups: dict[frozenset[tuple[str, str]], dict[str, Series]] = defaultdict(dict)
    for series in found:
        labels = dict(series.labels)
        bound = labels.pop("le", "")
        groups[frozenset(labels.items())][bound] = series
    return groups
