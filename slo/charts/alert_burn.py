"""The burn a rule reads, over time, with its threshold and the alerts it raised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from reliability.kit.durations import humanize_duration
from reliability.kit.periods import Period
from reliability.web.charts import BAD, SERIES, Chart, band, layout, line
from slo.charts.changes import key_label, margin_of
from slo.domain.alerting_rules import Rule


class BurnPoint(Protocol):
    """The burn of both windows at an instant; None without data."""

    @property
    def at(self) -> datetime: ...
    @property
    def long(self) -> float | None: ...
    @property
    def short(self) -> float | None: ...


def alert_burn_chart(
    points: Sequence[BurnPoint],
    *,
    rule: Rule,
    period: Period,
    firings: Sequence[Period] = (),
    excluded: Sequence[Period] = (),
    note: str = "",
    height: int = 300,
) -> Chart:
    """A line per window, the threshold dashed, the time it fired as bands."""
    at = [point.at for point in points]
    windows = [(f"over {humanize_duration(rule.long)}", [point.long for point in points], SERIES[0])]
    if rule.short is not None:
        windows.append((f"over {humanize_duration(rule.short)}", [point.short for point in points], SERIES[1]))
    data = [line(name=name, x=at, y=y, colour=colour, hover="%{y:.2f}×") for name, y, colour in windows]
    threshold: dict[str, Any] = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "yref": "y",
        "y0": rule.threshold,
        "y1": rule.threshold,
        "line": {"color": BAD, "width": 1, "dash": "dash"},
    }
    bands = [band(period=one, colour=BAD) for one in firings] + [band(period=one) for one in excluded]
    figure = {
        "data": data,
        "layout": layout(
            period=period,
            shapes=[threshold, *bands],
            annotations=[key_label(f"fires {rule.op.sign} {rule.threshold:.4g}×", changes=())],
            margin=margin_of(()),
            showlegend=True,
            legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        )
        | {"yaxis": {"rangemode": "tozero", "ticksuffix": "×"}},
    }
    columns = ("At", *(f"Burn {name}" for name, _, _ in windows))
    rows = list(zip(at, *(y for _, y, _ in windows), strict=True))
    return Chart(
        id="alert-burn", title=f"Burn that the rule reads: {rule.title}", figure=figure, columns=columns, rows=rows,
        height=height, note=note,
    )  # fmt: skip
