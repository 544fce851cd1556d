"""What must be fetched to measure SLIs: raw selectors and expressions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.histogram import le_pattern
from reliability.telemetry.domain.promql import Matcher, Selector, counters_of, parse_selector


@dataclass(slots=True)
class Needs:
    """Selectors read raw, expressions evaluated per minute, and the `le` pattern of each histogram metric."""

    selectors: set[Selector] = field(default_factory=set)
    expressions: dict[str, None] = field(default_factory=dict)
    patterns: Mapping[str, str] = field(default_factory=dict)


def needs_of(specs: Iterable[Mapping[str, Any]]) -> Needs:
    """Everything the specs (valid ones) need, each once."""
    specs = list(specs)
    needs = Needs(patterns=_patterns(specs))
    for spec in specs:
        _ADD[spec["kind"]](needs, spec)
    return needs


def _patterns(specs: list[Mapping[str, Any]]) -> dict[str, str]:
    """One pattern per metric for all thresholds asked of it, so that its SLIs share requests."""
    thresholds: dict[str, set[float]] = defaultdict(set)
    for spec in specs:
        if is_classic(spec):
            thresholds[str(bucket_selector(spec).metric)].add(float(spec["threshold_seconds"]))
    return {metric: le_pattern(values) for metric, values in thresholds.items()}


def is_classic(spec: Mapping[str, Any]) -> bool:
    return bool(spec["kind"] == "latency" and spec.get("histogram", "classic") == "classic")


def histogram_selector(spec: Mapping[str, Any]) -> Selector:
    """The selector of a latency spec. Raises SourceError when it is none."""
    selector = parse_selector(str(spec["metric"]))
    if selector is None or selector.metric is None:
        raise SourceError(Reason.INVALID_SPEC, f"{spec['metric']} is not one histogram with labels")
    return selector


def bucket_selector(spec: Mapping[str, Any]) -> Selector:
    """The selector of a classic histogram's buckets, whichever of its series the spec names."""
    selector = histogram_selector(spec)
    base = str(selector.metric)
    for suffix in ("_bucket", "_count", "_sum"):
        base = base.removesuffix(suffix)
    return selector.with_metric(f"{base}_bucket")


def threshold_selector(spec: Mapping[str, Any], patterns: Mapping[str, str]) -> Selector:
    """As bucket_selector, narrowed to the buckets that somebody asks for, and +Inf."""
    selector = bucket_selector(spec)
    return selector.plus(Matcher("le", "=~", patterns[str(selector.metric)]))


def _add_counters(needs: Needs, spec: Mapping[str, Any]) -> None:
    for name in ("good", "bad", "valid"):
        query = spec.get(name)
        if query:
            counters = counters_of(query)
            if counters is None:
                needs.expressions[query] = None
            else:
                needs.selectors.update(counters)


def _add_latency(needs: Needs, spec: Mapping[str, Any]) -> None:
    if is_classic(spec):
        needs.selectors.add(threshold_selector(spec, needs.patterns))
    else:
        needs.selectors.add(histogram_selector(spec))


def _add_gauge(needs: Needs, spec: Mapping[str, Any]) -> None:
    query = gauge_query(spec)
    selector = parse_selector(query)
    if selector is None:
        needs.expressions[query] = None
    else:
        needs.selectors.add(selector)


def gauge_query(spec: Mapping[str, Any]) -> str:
    return str(spec.get("query") or spec.get("success") or spec.get("failure"))


_ADD = {
    "ratio": _add_counters,
    "latency": _add_latency,
    "raw_ratio": _add_gauge,
    "boolean": _add_gauge,
    "threshold": _add_gauge,
}
