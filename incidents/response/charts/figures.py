"""How the figures of incidents move."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from reliability.kit.periods import Period
from reliability.web.charts import MUTED, SERIES, Chart, bars, layout, line


def trend_chart(
    *,
    starts: Sequence[datetime],
    counts: Sequence[int],
    medians: Sequence[tuple[str, Sequence[timedelta | None]]],
    period: Period,
    note: str,
    height: int = 300,
) -> Chart:
    """Median minutes per slice of the period, a gap where there was no incident; how many as faint bars."""
    minutes = [(name, [_minutes(value) for value in values]) for name, values in medians]
    figure: dict[str, Any] = {
        "data": [
            bars(name="Incidents", x=starts, y=list(counts), colour=MUTED, hover="%{y}", yaxis="y2", opacity=0.25),
            *(
                line(
                    name=name, x=starts, y=values, colour=SERIES[index], hover="%{y:.1f} min",
                    mode="lines+markers", marker={"size": 5, "color": SERIES[index]},
                )
                for index, (name, values) in enumerate(minutes)
            ),
        ],
        "layout": layout(period=period, y_title="median minutes"),
    }  # fmt: skip
    figure["layout"]["yaxis"] |= {"rangemode": "tozero"}
    figure["layout"]["yaxis2"] = {
        "overlaying": "y", "side": "right", "rangemode": "tozero", "showgrid": False, "title": {"text": "incidents"},
        "dtick": max(1, -(-max(counts, default=1) // 4)),
    }  # fmt: skip
    return Chart(
        id="trend",
        title="Over time",
        figure=figure,
        columns=("From", "Incidents", *(f"{name}, minutes" for name, _ in minutes)),
        rows=[(at, counts[row], *(values[row] for _, values in minutes)) for row, at in enumerate(starts)],
        height=height,
        note=note,
    )


def _minutes(value: timedelta | None) -> float | None:
    return None if value is None else value.total_seconds() / 60
