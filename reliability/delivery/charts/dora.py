"""How the five figures move, how long changes take, and where that time goes. Gaps where a figure is undefined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reliability.delivery.domain.dora import Dora
from reliability.delivery.domain.dora_spread import Bucket, StageSpread
from reliability.kit.periods import Period
from reliability.web.charts import BAD, MUTED, SERIES, WARN, Chart, bars, layout, line

Trend = Sequence[tuple[Period, Dora]]
Value = Callable[[Dora], float | None]
_HOUR = 3600
_CATEGORY = {"type": "category"}
STAGE_TITLES = {
    "coding": "Coding: first commit to opened",
    "pickup": "Pickup: opened to first review",
    "review": "Review: first review to merged",
    "release": "Release: merged to deployed",
}


def trend_charts(*, trend: Trend, period: Period, step_words: str) -> list[Chart]:
    """Frequency, lead time, the two rates, recovery time: one chart each, over slices of the period."""
    gap = f"Slices of {step_words}; a gap is a slice without any."
    return [
        _trend(
            slug="frequency", title="Deployments a day", trend=trend, period=period, unit="a day", note=gap,
            lines=[("Deployments a day", SERIES[0], lambda one: one.per_day)],
            counted=("Deployments", lambda one: one.deployments),
        ),
        _trend(
            slug="lead", title="Change lead time", trend=trend, period=period, unit="hours", note=gap,
            lines=[
                ("Median", SERIES[0], lambda one: _hours(one.lead.median)),
                ("p90", SERIES[1], lambda one: _hours(one.lead.p90)),
            ],
            counted=("Commits", lambda one: one.lead.n),
        ),
        _trend(
            slug="rates", title="Change fail rate and rework rate", trend=trend, period=period, unit="", note=gap,
            lines=[
                ("Change fail rate", BAD, lambda one: one.fail_rate),
                ("Rework rate", WARN, lambda one: one.rework_rate),
            ],
            counted=("Deployments", lambda one: one.deployments), is_share=True,
        ),
        _trend(
            slug="recovery", title="Failed deployment recovery time", trend=trend, period=period, unit="hours",
            note=gap,
            lines=[
                ("Median", SERIES[0], lambda one: _hours(one.recovery.median)),
                ("p90", SERIES[1], lambda one: _hours(one.recovery.p90)),
            ],
            counted=("Recovered", lambda one: one.recovery.n),
        ),
    ]  # fmt: skip


def distribution_chart(*, buckets: Sequence[Bucket]) -> Chart:
    """How many changes took how long."""
    total = sum(bucket.changes for bucket in buckets)
    titles = [bucket.title for bucket in buckets]
    figure: dict[str, Any] = {
        "data": [bars(name="Commits", x=titles, y=[bucket.changes for bucket in buckets], hover="%{y}")],
        "layout": layout(y_title="commits", xaxis=_CATEGORY),
    }
    figure["layout"]["yaxis"] |= {"rangemode": "tozero"}
    return Chart(
        id="distribution",
        title="How long changes take",
        figure=figure,
        columns=("Lead time", "Commits", "Share"),
        formats=("", "", "ratio"),
        rows=[(bucket.title, bucket.changes, bucket.changes / total if total else None) for bucket in buckets],
        note=f"From commit to deployed, n = {total:,}.",
    )


def stages_chart(*, stages: Sequence[StageSpread]) -> Chart:
    """Median and 90th percentile of each stage of change requests; a stage that nobody told is a gap."""
    titles = [STAGE_TITLES[stage.name].partition(":")[0] for stage in stages]
    figure: dict[str, Any] = {
        "data": [
            bars(name="Median", x=titles, y=[_hours(one.spread.median) for one in stages], hover="%{y:.1f} h"),
            bars(
                name="p90", x=titles, y=[_hours(one.spread.p90) for one in stages], colour=MUTED, opacity=0.5,
                hover="%{y:.1f} h",
            ),
        ],
        "layout": layout(y_title="hours", xaxis=_CATEGORY, barmode="group"),
    }  # fmt: skip
    figure["layout"]["yaxis"] |= {"rangemode": "tozero"}
    requests = stages[0].requests if stages else 0
    return Chart(
        id="stages",
        title="Where the time goes",
        figure=figure,
        columns=("Stage", "Median, hours", "p90, hours", "n"),
        rows=[
            (STAGE_TITLES[one.name], _hours(one.spread.median), _hours(one.spread.p90), one.spread.n) for one in stages
        ],
        note=f"Of {requests:,} change requests that were deployed; n of each stage is in the table.",
    )


def _trend(
    *,
    slug: str,
    title: str,
    trend: Trend,
    period: Period,
    unit: str,
    note: str,
    lines: Sequence[tuple[str, str, Value]],
    counted: tuple[str, Callable[[Dora], int]],
    is_share: bool = False,
) -> Chart:
    starts = [part.start for part, _ in trend]
    hover = "%{y:.1%}" if is_share else f"%{{y:.3~g}} {unit}"
    figure: dict[str, Any] = {
        "data": [
            line(
                name=name, x=starts, y=[value(one) for _, one in trend], colour=colour, hover=hover,
                mode="lines+markers", marker={"size": 5, "color": colour},
            )
            for name, colour, value in lines
        ],
        "layout": layout(
            period=period, y_title=unit, y_format=".0%" if is_share else "", showlegend=len(lines) > 1
        ),
    }  # fmt: skip
    figure["layout"]["yaxis"] |= {"rangemode": "tozero"}
    suffix = f", {unit}" if unit == "hours" else ""
    return Chart(
        id=f"dora-{slug}",
        title=title,
        figure=figure,
        columns=("From", *(f"{name}{suffix}" for name, _, _ in lines), counted[0]),
        formats=("", *("ratio" if is_share else "" for _ in lines), ""),
        rows=[(part.start, *(value(one) for _, _, value in lines), counted[1](one)) for part, one in trend],
        height=240,
        note=note,
    )


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / _HOUR
