"""The budget as it burnt down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reliability.kit.periods import Period
from reliability.web.charts import SERIES, Chart, band, layout, line, objective_line
from slo.charts.bands import bands_of, layout_of, room_for
from slo.charts.changes import Change, change_labels, change_shapes, key_label, margin_of
from slo.charts.points import BudgetPoint
from slo.domain.marks import Mark


def burn_down_chart(
    points: Sequence[BudgetPoint],
    *,
    period: Period | None = None,
    excluded: Sequence[Period] = (),
    changes: Sequence[Change] = (),
    marks: Sequence[Mark] = (),
    note: str = "",
    height: int = 300,
    id: str = "burn-down",  # noqa: A002  the name of Chart's field
) -> Chart:
    """Remaining budget over time: the zero line is where the objective breaks; excluded periods and marks are bands."""
    spent = objective_line(value=0, label="budget spent")
    bands = bands_of(marks, period=period)
    figure: dict[str, Any] = {
        "data": [
            *bands,
            line(
                showlegend=False,
                name="Budget left",
                x=[point.at for point in points],
                y=[point.remaining for point in points],
                colour=SERIES[0],
                hover="%{y:.2%}",
                fill="tozeroy",
                fillcolor="var(--accent-tint)",
            ),
        ],
        "layout": layout(
            period=period,
            y_format=".0%",
            shapes=[*spent["shapes"], *(band(period=part) for part in excluded), *change_shapes(changes)],
            annotations=[
                key_label("0 %: budget spent", changes=changes),
                *change_labels(changes, period=period),
            ],
            margin=margin_of(changes) | room_for(bands),
            **layout_of(bands),
        ),
    }
    figure["layout"]["yaxis"] |= _scale([point.remaining for point in points if point.remaining is not None])
    return Chart(
        id=id,
        title="Error budget left",
        figure=figure,
        columns=("At", "Budget left", "SLI"),
        rows=[(point.at, point.remaining, point.sli) for point in points],
        height=height,
        note=note,
    )


def _scale(known: list[float]) -> dict[str, Any]:
    """From just below zero (or the deepest debt) to a full budget, so that a scratch does not look like a cliff."""
    low, high = min([0.0, *known]), max([1.0, *known])
    margin = (high - low) * 0.04
    return {"range": [low - margin, high + margin]}
