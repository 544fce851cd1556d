"""What was kept of the incident, as the margin of a postmortem shows it and as its files have it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incidents.postmortems.models import Postmortem, Snapshot
from incidents.response.domain.snapshots import chart_from_json
from reliability.access.domain.caller import Caller
from reliability.web.charts import Chart
from reliability.web.words import duration_text
from slo.models import Slo

_METRICS = (
    ("ttd", "Time to detect", "from when users began to notice to when we knew"),
    ("tta", "Time to acknowledge", "from detection to the first person who took it"),
    ("ttm", "Time to mitigate", "from the beginning until users were fine again"),
    ("ttr", "Time to restore", "from the beginning to resolved"),
    ("ttr_from_detection", "Restored since detection", "from when we knew to resolved"),
)


@dataclass(frozen=True, slots=True)
class ImpactView:
    """Of one objective. url_name: of the objective, blank for who may not see it. None: not measured."""

    title: str
    url_name: str
    lost: float | None
    valid: float | None
    bad_minutes: int | None
    minutes: int
    budget: float | None
    coverage: float
    money: str | None
    currency: str


@dataclass(frozen=True, slots=True)
class MetricView:
    key: str
    title: str
    seconds: float
    words: str
    explained: str


@dataclass(frozen=True, slots=True)
class SuspectView:
    """reasons: why it is suspected, blank in what was kept before there were any."""

    title: str
    seconds_before: float
    when: str
    service: str
    url: str
    reasons: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """taken_at: when the numbers were kept; None when there are none."""

    impacts: Sequence[ImpactView]
    metrics: Sequence[MetricView]
    suspects: Sequence[SuspectView]
    charts: Sequence[Chart]
    taken_at: datetime | None


def evidence_of(postmortem: Postmortem, *, caller: Caller) -> Evidence:
    """Two queries."""
    kept: dict[str, list[Snapshot]] = {}
    for one in postmortem.snapshots.order_by("position", "pk"):
        kept.setdefault(one.kind, []).append(one)
    impacts = kept.get(Snapshot.Kind.IMPACT, [])
    names = [str(one.numbers["slo"]) for one in impacts]
    seen = set(Slo.objects.readable_by(caller).filter(name__in=names).values_list("name", flat=True)) if names else ()
    everything = [one for rows in kept.values() for one in rows]
    return Evidence(
        impacts=[_impact(one, seen) for one in impacts],
        metrics=[metric for one in kept.get(Snapshot.Kind.METRICS, []) for metric in _metrics(one.numbers)],
        suspects=[found for one in kept.get(Snapshot.Kind.SUSPECTS, []) for found in _suspects(one.numbers)],
        charts=[chart_from_json(one.chart) for one in kept.get(Snapshot.Kind.CHART, [])],
        taken_at=max((one.taken_at for one in everything), default=None),
    )


def _impact(one: Snapshot, seen: Iterable[str]) -> ImpactView:
    numbers = one.numbers
    return ImpactView(
        title=one.title,
        url_name=numbers["slo"] if numbers["slo"] in seen else "",
        lost=numbers["lost"],
        valid=numbers["valid"],
        bad_minutes=numbers["bad_minutes"],
        minutes=numbers["minutes"],
        budget=numbers["budget"],
        coverage=numbers["coverage"],
        money=numbers["money"],
        currency=numbers["currency"] or "",
    )


def _metrics(numbers: dict[str, Any]) -> list[MetricView]:
    return [
        MetricView(key, title, numbers[key], _whole_minutes(numbers[key]), explained)
        for key, title, explained in _METRICS
        if numbers.get(key) is not None
    ]


def _suspects(numbers: dict[str, Any]) -> list[SuspectView]:
    return [
        SuspectView(
            title=str(one["title"]),
            seconds_before=one["seconds_before"],
            when=f"{_whole_minutes(one['seconds_before'])} before",
            service=str(one["service"]),
            url=str(one["url"]),
            reasons=str(one.get("reasons", "")),
        )
        for one in numbers.get("changes", [])
    ]


def _whole_minutes(seconds: float) -> str:
    """In words, without seconds once it is a minute."""
    return duration_text(seconds // 60 * 60 if seconds >= 60 else seconds)
