"""The SLI over time against its objective."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reliability.kit.periods import Period
from reliability.web.charts import BAD, Chart, band, layout, line
from slo.charts.bands import bands_of, layout_of, room_for
from slo.charts.changes import Change, change_labels, change_shapes, key_label, margin_of
from slo.charts.points import SliPoint
from slo.domain.marks import Mark


def sli_chart(
    points: Sequence[SliPoint],
    *,
    period: Period,
    objective_text: str,
    excluded: Sequence[Period] = (),
    changes: Sequence[Change] = (),
    marks: Sequence[Mark] = (),
    note: str = "",
    height: int = 280,
) -> Chart:
    """One point per step, gaps where nothing was measured; the objective is a stepped line."""
    is_measured = any(point.sli is not None for point in points)
    x, goal = _objective_steps(points) if is_measured else ([], [])  # a goal alone would stand for data
    bands = bands_of(marks, period=period)
    figure: dict[str, Any] = {
        "data": [
            *bands,
            line(
                showlegend=False,
                name="SLI",
                x=[point.start for point in points],
                y=[point.sli for point in points],
                hover="%{y:.4%} of %{customdata:,} events",
                customdata=[point.valid for point in points],
            ),
            line(
                showlegend=False,
                name="Objective",
                x=x,
                y=goal,
                colour=BAD,
                hover="%{y:.4~%}",
                line={"color": BAD, "width": 1, "dash": "dash", "shape": "hv"},
            ),
        ],
        "layout": layout(
            period=period,
            y_format=".6~%",
            shapes=[*(band(period=part) for part in excluded), *change_shapes(changes)],
            annotations=[
                *([key_label(objective_text, changes=changes)] if goal else []),
                *change_labels(changes, period=period),
            ],
            margin=margin_of(changes) | room_for(bands),
            **layout_of(bands),
        ),
    }
    if not is_measured:
        figure["layout"]["yaxis"]["range"] = [0, 1]
    return Chart(
        id="sli",
        title="SLI over time",
        figure=figure,
        columns=("From", "To", "SLI", "Good", "Valid", "Coverage", "Objective"),
        rows=[
            (point.start, point.end, point.sli, point.good, point.valid, point.coverage, float(point.objective))
            for point in points
        ],
        height=height,
        note=note,
    )


def _objective_steps(points: Sequence[SliPoint]) -> tuple[list[datetime], list[float | None]]:
    """The objective where it begins, changes and ends: three points draw what thousands would."""
    if not points:
        return [], []
    changes = [
        point for index, point in enumerate(points) if index == 0 or point.objective != points[index - 1].objective
    ]
    last = points[-1]
    return [*(p.start for p in changes), last.end], [*(float(p.objective) for p in changes), float(last.objective)]
