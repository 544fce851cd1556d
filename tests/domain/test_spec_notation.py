"""What an SLI may measure, and what is said about mistakes."""

from __future__ import annotations

from typing import Any

import pytest

from reliability.telemetry.domain.specs import describe_spec, validate_spec

GOOD: list[tuple[dict[str, Any], str]] = [
    ({"kind": "ratio", "good": "a", "valid": "b"}, "good events a out of b"),
    ({"kind": "ratio", "bad": "a", "valid": "b"}, "events b without the bad ones a"),
    ({"kind": "ratio", "good": "a", "bad": "b"}, "good events a against bad ones b"),
    ({"kind": "ratio", "good": "sum(rate(a[5m]))", "valid": "sum(a)"}, "good events sum(rate(a[5m])) out of sum(a)"),
    ({"kind": "raw_ratio", "success": "r"}, "success ratio r, each minute alike"),
    ({"kind": "raw_ratio", "failure": "r"}, "one minus the failure ratio r, each minute alike"),
    (
        {"kind": "latency", "metric": "m", "threshold_seconds": 0.3, "histogram": "classic"},
        "events of histogram m that take at most 300 ms",
    ),
    (
        {"kind": "latency", "metric": "m", "threshold_seconds": 2, "histogram": "native"},
        "events of native histogram m that take at most 2 s",
    ),
    ({"kind": "boolean", "query": "up"}, "minutes in which up is 1"),
    ({"kind": "threshold", "query": "lag", "op": "lt", "value": 30}, "minutes in which lag < 30"),
]


@pytest.mark.parametrize(("spec", "words"), GOOD, ids=[words for _, words in GOOD])
def test_every_kind_is_accepted_and_described(spec: dict[str, Any], words: str) -> None:
    assert validate_spec(spec, "prometheus") == []
    assert describe_spec(spec) == words


def test_pushed_counts_need_no_more_than_their_kind() -> None:
    assert validate_spec({"kind": "pushed"}, "counts") == []


@pytest.mark.parametrize(
    ("spec", "kind", "path", "words"),
    [
        ([], "prometheus", "", "object"),
        ({}, "prometheus", "kind", "one of ratio"),
        ({"kind": "pushed"}, "prometheus", "kind", "one of ratio"),
        ({"kind": "ratio", "good": "a", "valid": "b"}, "counts", "kind", "one of pushed"),
        ({"kind": "ratio"}, "nothing", "", "no source kind"),
        ({"kind": ["ratio"]}, "prometheus", "kind", "one of ratio"),
        ({"kind": "ratio", "good": "a"}, "prometheus", "", "two queries"),
        ({"kind": "ratio", "good": "a", "bad": "b", "valid": "c"}, "prometheus", "", "two queries"),
        ({"kind": "ratio", "good": 3, "valid": "b"}, "prometheus", "good", "PromQL"),
        ({"kind": "ratio", "good": "a(", "valid": "b"}, "prometheus", "good", "never closed"),
        ({"kind": "ratio", "good": "a" * 8001, "valid": "b"}, "prometheus", "good", "recording rule"),
        ({"kind": "ratio", "good": "2 * rate(a[5m])", "valid": "b"}, "prometheus", "good", "without rate()"),
        ({"kind": "ratio", "good": "a", "valid": "b", "typo": 1}, "prometheus", "typo", "not part"),
        ({"kind": "raw_ratio", "success": "a", "failure": "b"}, "prometheus", "", "one query"),
        ({"kind": "latency", "metric": "sum(m)", "threshold_seconds": 1}, "prometheus", "metric", "one histogram"),
        ({"kind": "latency", "metric": 'm{le="1"}', "threshold_seconds": 1}, "prometheus", "metric", "le"),
        ({"kind": "latency", "metric": "m", "threshold_seconds": 0}, "prometheus", "threshold_seconds", "above 0"),
        ({"kind": "latency", "metric": "m", "threshold_seconds": True}, "prometheus", "threshold_seconds", "number"),
        (
            {"kind": "latency", "metric": "m", "threshold_seconds": float("nan")},
            "prometheus",
            "threshold_seconds",
            "number",
        ),
        (
            {"kind": "latency", "metric": "m", "threshold_seconds": 1, "histogram": "x"},
            "prometheus",
            "histogram",
            "native",
        ),
        ({"kind": "boolean"}, "prometheus", "query", "PromQL"),
        ({"kind": "threshold", "query": "a", "op": "<", "value": 1}, "prometheus", "op", "lt, lte"),
        ({"kind": "threshold", "query": "a", "op": "lt", "value": "1"}, "prometheus", "value", "number"),
        ({"kind": "pushed", "good": "a"}, "counts", "good", "not part"),
    ],
)
def test_mistakes_are_named_at_their_place(spec: Any, kind: str, path: str, words: str) -> None:
    assert any(place == path and words in message for place, message in validate_spec(spec, kind))
