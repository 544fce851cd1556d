"""Counts of a latency SLI: events at or below a threshold, from classic or native histograms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from reliability.telemetry.domain.counts import Counts, PerMinute, from_good_and_valid
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.histogram import parse_le
from reliability.telemetry.domain.increase import increase_per_minute, spread
from reliability.telemetry.domain.samples import clean
from reliability.telemetry.sources.prometheus.measure import Data, by_histogram
from reliability.telemetry.sources.prometheus.needs import histogram_selector, is_classic, threshold_selector
from reliability.telemetry.sources.prometheus.raw import Series


class MissingBucketError(SourceError):
    """No histogram has the bucket; whoever catches this knows how to ask for the nearest."""

    def __init__(self) -> None:
        super().__init__(Reason.NO_SUCH_BUCKET, "the histogram has no bucket at the threshold")


def measure_latency(spec: Mapping[str, Any], data: Data, patterns: Mapping[str, str]) -> Counts:
    """Raises MissingBucketError when there are classic histograms and none has the bucket."""
    if is_classic(spec):
        return _classic(spec, data.selected(threshold_selector(spec, patterns)), data)
    return _native(spec, data.selected(histogram_selector(spec)), data)


def _classic(spec: Mapping[str, Any], found: list[Series], data: Data) -> Counts:
    threshold = float(spec["threshold_seconds"])
    good, valid = PerMinute.nothing(data.minutes), PerMinute.nothing(data.minutes)
    lacking = 0
    for buckets in by_histogram(found).values():
        below, every = _bucket(buckets, threshold), _bucket(buckets, math.inf)
        if below is None or every is None:
            lacking += 1
            continue
        good, valid = good.plus(_increase(below, data)), valid.plus(_increase(every, data))
    if lacking and not valid.series:
        raise MissingBucketError
    if lacking:
        data.warn(f"{lacking} histograms of {spec['metric']} have no bucket at {threshold:g} s and are left out")
    return _counts(data, good, valid)


def _bucket(buckets: Mapping[str, Series], bound: float) -> Series | None:
    """The bucket whose `le` is this number, however it is written."""
    return next((series for text, series in sorted(buckets.items()) if parse_le(text) == bound), None)


def _increase(series: Series, data: Data) -> PerMinute:
    return increase_per_minute(
        times=series.times,
        values=series.values,
        start_minute=data.start_minute,
        minutes=data.minutes,
        gap=data.gap,
    )


def _native(spec: Mapping[str, Any], found: list[Series], data: Data) -> Counts:
    good, valid = PerMinute.nothing(data.minutes), PerMinute.nothing(data.minutes)
    histograms = [series for series in found if series.histograms]
    if found and not histograms:
        raise SourceError(
            Reason.QUERY_ERROR, f"{spec['metric']} has plain samples, no native histograms: choose classic instead"
        )
    for series in histograms:
        below, every = _native_increase(series, float(spec["threshold_seconds"]), data)
        good, valid = good.plus(below), valid.plus(every)
    return _counts(data, good, valid)


def _native_increase(series: Series, threshold: float, data: Data) -> tuple[PerMinute, PerMinute]:
    """Growth of the observations at or below the threshold, and of all; a fall of the count resets both."""
    samples = clean(times=series.times, values=series.values, minimum=0.0)
    at_most = dict(
        zip(series.times.tolist(), (histogram.at_most(threshold) for histogram in series.histograms), strict=True)
    )
    below = np.array([at_most[at] for at in samples.times.tolist()], dtype=np.float64)
    every = samples.values
    is_reset = np.diff(every) < 0
    grown = np.where(is_reset, every[1:], np.diff(every))
    # Between two samples a histogram may change its resolution, which moves what is interpolated a little.
    grown_below = np.clip(np.where(is_reset, below[1:], np.diff(below)), 0.0, grown)
    period = {"start_minute": data.start_minute, "minutes": data.minutes}
    return (
        spread(samples=samples, growth=grown_below, gap=data.gap, **period),
        spread(samples=samples, growth=grown, gap=data.gap, **period),
    )


def _counts(data: Data, good: PerMinute, valid: PerMinute) -> Counts:
    return from_good_and_valid(
        start_minute=data.start_minute,
        good=good.figure,
        valid=valid.figure,
        covered=valid.covered & good.covered,
        faulty=good.faulty | valid.faulty,
    )
