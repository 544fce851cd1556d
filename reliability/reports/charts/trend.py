"""Six periods at a glance: objectives met, incidents, time to restore, deployments and how many failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from reliability.reports.domain.report import TrendRow
from reliability.web.charts import BAD, MUTED, SERIES, WARN, Chart, bars, layout

_CATEGORY = {"type": "category"}
_HEIGHT = 220


def trend_charts(*, trend: Sequence[TrendRow], noun: str, is_over: bool) -> list[Chart]:
    """One chart for each; a period without data is a gap. is_over: the last one; if not, it says that it is a part."""
    if trend and not is_over:
        trend = [*trend[:-1], replace(trend[-1], title=f"{trend[-1].title}, so far")]
    titles = [row.title for row in trend]
    column = noun.capitalize()
    return [
        _chart(
            "objectives", "Objectives met",
            [
                bars(name="Met", x=titles, y=[row.met if row.measured else None for row in trend], colour=SERIES[0]),
                bars(
                    name="Missed", x=titles,
                    y=[row.measured - row.met if row.measured else None for row in trend], colour=BAD,
                ),
            ],
            (column, "Met", "Measured"),
            [(row.title, row.met if row.measured else None, row.measured) for row in trend],
            y_title="objectives", is_stacked=True,
        ),
        _chart(
            "incidents", "Incidents",
            [
                bars(name="Sev1 and Sev2", x=titles, y=[row.severe for row in trend], colour=WARN),
                bars(name="Others", x=titles, y=[row.incidents - row.severe for row in trend], colour=MUTED),
            ],
            (column, "All", "Sev1 and Sev2"),
            [(row.title, row.incidents, row.severe) for row in trend],
            y_title="incidents", is_stacked=True,
        ),
        _chart(
            "restore", "Time to restore, median",
            [bars(name="MTTR", x=titles, y=[_minutes(row.mttr) for row in trend], hover="%{y:.0f} min")],
            (column, "Minutes"),
            [(row.title, _minutes(row.mttr)) for row in trend],
            y_title="minutes",
        ),
        _chart(
            "deployments", "Deployments",
            [bars(name="Deployments", x=titles, y=[row.deployments for row in trend])],
            (column, "Deployments", "Change fail rate"),
            [(row.title, row.deployments, row.fail_rate) for row in trend],
            y_title="deployments", formats=("", "", "ratio"),
        ),
    ]  # fmt: skip


def _chart(
    slug: str,
    title: str,
    data: list[dict[str, Any]],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    y_title: str,
    is_stacked: bool = False,
    formats: Sequence[str] = (),
) -> Chart:
    figure: dict[str, Any] = {
        "data": data,
        "layout": layout(y_title=y_title, xaxis=_CATEGORY, barmode="stack" if is_stacked else "group"),
    }
    figure["layout"]["yaxis"] |= {"rangemode": "tozero"}
    return Chart(
        id=f"trend-{slug}", title=title, figure=figure, columns=columns, rows=rows, height=_HEIGHT, formats=formats
    )


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 60
