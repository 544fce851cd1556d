"""Nines period by period: how many, or at least how many where nothing failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from reliability.web.charts import GOOD, SERIES, Chart, bars, layout, objective_line
from slo.domain.availability import Availability
from slo.domain.nines import nines

_COLUMNS = ("Period", "Availability", "Nines", "At least", "Downtime, min", "Judged", "Coverage", "Objective")
_FORMATS = ("", "ratio", "", "", "", "", "ratio", "ratio")


@dataclass(frozen=True, slots=True)
class Bar:
    title: str
    found: Availability
    objective: Decimal


def nines_chart(*, rows: Sequence[Bar], promises: Sequence[tuple[str, Decimal]], note: str = "") -> Chart:
    """rows: the oldest first. promises: (label, target), each a level. Periods without data are gaps."""
    titles = [row.title for row in rows]
    data = [
        bars(name="Nines", x=titles, y=[row.found.nines for row in rows], hover="%{y:.2f} nines"),
        bars(
            name="At least: nothing failed",
            x=titles,
            y=[row.found.nines_at_least for row in rows],
            hover="at least %{y:.2f} nines",
            marker={
                "color": GOOD,
                "line": {"width": 0},
                "pattern": {"shape": "/", "fillmode": "overlay", "fgcolor": "var(--surface)", "size": 6},
            },
        ),
    ]
    figure: dict[str, Any] = {
        "data": data,
        "layout": layout(
            y_title="nines",
            xaxis={"type": "category"},
            barmode="overlay",
            bargap=0.3,
            legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False},
            margin={"t": 44},
            **_levels(promises),
        ),
    }
    figure["layout"]["yaxis"]["rangemode"] = "tozero"
    return Chart(
        id="nines",
        title="Nines",
        figure=figure,
        columns=_COLUMNS,
        rows=[_row(row) for row in rows],
        formats=_FORMATS,
        note=note,
    )


def _levels(promises: Sequence[tuple[str, Decimal]]) -> dict[str, Any]:
    found: dict[str, Any] = {"shapes": [], "annotations": []}
    colours = ("var(--bad)", SERIES[3])
    for place, (label, target) in enumerate(promises):
        level = nines(bad=Fraction(1 - target), base=Fraction(1))
        if level is None:
            continue
        drawn = objective_line(value=level, label=label, colour=colours[min(place, 1)])
        found["shapes"] += drawn["shapes"]
        found["annotations"] += drawn["annotations"]
    return found


def _row(row: Bar) -> tuple[object, ...]:
    found = row.found
    return (
        row.title,
        found.ratio,
        found.nines,
        found.nines_at_least,
        found.downtime_minutes,
        found.n if found.has_data else None,
        found.coverage,
        float(row.objective),
    )
