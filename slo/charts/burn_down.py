"""The budget as it burnt down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reliability.kit.periods import Period
from reliability.web.charts import SERIES, Chart, band, layout, line, objective_line
from slo.charts.marks import Mark, key_label, margin_of, mark_labels, mark_shapes
from slo.charts.points import BudgetPoint


def burn_down_chart(
    points: Sequence[BudgetPoint],
    *,
    period: Period | None = None,
    excluded: Sequence[Period] = (),
    marks: Sequence[Mark] = (),
    note: str = "",
    height: int = 300,
    id: str = "burn-down",  # noqa: A002  the name of Chart's field
) -> Chart:
    """Remaining budget over time: the zero line is where the objective breaks; excluded periods are bands."""
    spent = objective_line(value=0, label="budget spent")
    figure: dict[str, Any] = {
        "data": [
            line(
                name="Budget left",
                x=[point.at for point in points],
                y=[point.remaining for point in points],
                colour=SERIES[0],
                hover="%{y:.2%}",
                fill="tozeroy",
                fillcolor="var(--accent-tint)",
            )
        ],
        "layout": layout(
            period=period,
            y_format=".0%",
            shapes=[*spent["shapes"], *(band(period=part) for part in excluded), *mark_shapes(marks)],
            annotations=[
                key_label("0 %: budget spent", marks=marks),
                *mark_labels(marks, period=period),
            ],
            margin=margin_of(marks),
            showlegend=False,
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
