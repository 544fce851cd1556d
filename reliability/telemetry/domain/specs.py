"""The notation of what an SLI measures: validation in words, and the words for a person."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from reliability.telemetry.domain.gauge import COMPARISONS
from reliability.telemetry.domain.promql import bracket_fault, counters_of, parse_selector, takes_growth

Fault = tuple[str, str]
QUERY_CHARACTERS_MAX = 8000

_RATIO_PAIRS = ({"good", "valid"}, {"bad", "valid"}, {"good", "bad"})


def validate_spec(spec: object, source_kind: str) -> list[Fault]:
    """Faults as (path, message), none when *spec* can be measured by a source of that kind.

    Kinds of specs: ratio, raw_ratio, latency, boolean, threshold for `prometheus`; pushed for `counts`.
    """
    if not isinstance(spec, Mapping):
        return [("", "must be an object with a kind")]
    kind = spec.get("kind")
    known = SPEC_KINDS.get(source_kind)
    if known is None:
        return [("", f"there is no source kind {source_kind!r}")]
    if not isinstance(kind, str) or kind not in known:
        return [("kind", f"must be one of {', '.join(known)} for a source of kind {source_kind}")]
    return known[kind](spec)


def describe_spec(spec: Mapping[str, Any]) -> str:
    """One sentence for a person, e.g. `good events of m{code!~"5.."} out of m`."""
    kind = str(spec.get("kind"))
    words = _DESCRIPTIONS.get(kind)
    return words(spec) if words else f"unknown measurement {kind!r}"


def _ratio(spec: Mapping[str, Any]) -> list[Fault]:
    given = {name for name in ("good", "bad", "valid") if spec.get(name)}
    if given not in _RATIO_PAIRS:
        return [("", "give two queries: good and valid, bad and valid, or good and bad"), *_unknown(spec, given)]
    faults = _unknown(spec, given)
    for name in sorted(given):
        faults += _query(spec, name) or _counter(str(spec[name]), name)
    return faults


def _counter(query: str, path: str) -> list[Fault]:
    if counters_of(query) is None and takes_growth(query):
        return [
            (
                path,
                "write the counters themselves, without rate() or increase(): the platform computes the increase",
            )
        ]
    return []


def _raw_ratio(spec: Mapping[str, Any]) -> list[Fault]:
    given = [name for name in ("success", "failure") if spec.get(name)]
    if len(given) != 1:
        return [("", "give one query, success or failure, whose value is a ratio between 0 and 1")]
    return _unknown(spec, set(given)) + _query(spec, given[0])


def _latency(spec: Mapping[str, Any]) -> list[Fault]:
    faults = _unknown(spec, {"metric", "threshold_seconds", "histogram"}) + _query(spec, "metric")
    if not faults:
        selector = parse_selector(str(spec["metric"]))
        if selector is None or selector.metric is None:
            faults.append(
                ("metric", 'must be one histogram with labels, e.g. http_request_duration_seconds{job="shop"}')
            )
        elif selector.has("le"):
            faults.append(("metric", "must not select le: the bucket is chosen by threshold_seconds"))
    threshold = _number(spec.get("threshold_seconds"))
    if threshold is None or threshold <= 0:
        faults.append(("threshold_seconds", "must be a number of seconds above 0, e.g. 0.3 for 300 ms"))
    if spec.get("histogram", "classic") not in ("classic", "native"):
        faults.append(("histogram", "must be classic (buckets with le) or native"))
    return faults


def _boolean(spec: Mapping[str, Any]) -> list[Fault]:
    return _unknown(spec, {"query"}) + _query(spec, "query")


def _threshold(spec: Mapping[str, Any]) -> list[Fault]:
    faults = _unknown(spec, {"query", "op", "value"}) + _query(spec, "query")
    if spec.get("op") not in COMPARISONS:
        faults.append(("op", f"must be one of {', '.join(COMPARISONS)}"))
    if _number(spec.get("value")) is None:
        faults.append(("value", "must be a number, the bound the gauge is compared with"))
    return faults


def _pushed(spec: Mapping[str, Any]) -> list[Fault]:
    return _unknown(spec, set())


def _unknown(spec: Mapping[str, Any], known: set[str]) -> list[Fault]:
    return [(str(name), "is not part of this kind of measurement") for name in spec if name not in known | {"kind"}]


def _query(spec: Mapping[str, Any], path: str) -> list[Fault]:
    query = spec.get(path)
    if not isinstance(query, str) or not query.strip():
        return [(path, "must be a PromQL query")]
    if len(query) > QUERY_CHARACTERS_MAX:
        return [(path, f"is longer than {QUERY_CHARACTERS_MAX} characters: make it a recording rule")]
    fault = bracket_fault(query)
    return [(path, f"is no PromQL: {fault}")] if fault else []


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


SPEC_KINDS: dict[str, dict[str, Callable[[Mapping[str, Any]], list[Fault]]]] = {
    "prometheus": {
        "ratio": _ratio,
        "raw_ratio": _raw_ratio,
        "latency": _latency,
        "boolean": _boolean,
        "threshold": _threshold,
    },
    "counts": {"pushed": _pushed},
}


def _describe_ratio(spec: Mapping[str, Any]) -> str:
    if spec.get("good") and spec.get("valid"):
        return f"good events {spec['good']} out of {spec['valid']}"
    if spec.get("bad") and spec.get("valid"):
        return f"events {spec['valid']} without the bad ones {spec['bad']}"
    return f"good events {spec.get('good')} against bad ones {spec.get('bad')}"


def _describe_raw_ratio(spec: Mapping[str, Any]) -> str:
    if spec.get("success"):
        return f"success ratio {spec['success']}, each minute alike"
    return f"one minus the failure ratio {spec.get('failure')}, each minute alike"


def _describe_latency(spec: Mapping[str, Any]) -> str:
    histogram = "native histogram" if spec.get("histogram") == "native" else "histogram"
    return f"events of {histogram} {spec.get('metric')} that take at most {_seconds(spec.get('threshold_seconds'))}"


def _seconds(value: object) -> str:
    number = _number(value)
    if number is None:
        return f"{value} s"
    return f"{number * 1000:g} ms" if number < 1 else f"{number:g} s"


def _describe_threshold(spec: Mapping[str, Any]) -> str:
    symbol = COMPARISONS[spec["op"]][0] if spec.get("op") in COMPARISONS else str(spec.get("op"))
    return f"minutes in which {spec.get('query')} {symbol} {spec.get('value')}"


_DESCRIPTIONS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "ratio": _describe_ratio,
    "raw_ratio": _describe_raw_ratio,
    "latency": _describe_latency,
    "boolean": lambda spec: f"minutes in which {spec.get('query')} is 1",
    "threshold": _describe_threshold,
    "pushed": lambda spec: "good and valid counts sent to /api/v1/counts",
}
