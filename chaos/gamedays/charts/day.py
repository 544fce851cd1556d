"""Burn rate of an objective over a game day: each fault hatched, what people noticed marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chaos.runs.charts.objectives import hatched
from reliability.kit.periods import Period
from reliability.web.charts import MUTED, SERIES, Chart, layout, line, objective_line

HEIGHT = 240
_MARGIN_TOP = 36


@dataclass(frozen=True, slots=True)
class Shade:
    """The fault of one scenario. number: as people count them."""

    number: int
    title: str
    period: Period


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that somebody wrote down."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class DayCurve:
    """One objective. rates: burn per instant, None where nothing was measured."""

    slug: str
    title: str
    instants: Sequence[datetime]
    rates: Sequence[float | None]


def burn_of_day(curve: DayCurve, *, period: Period, shades: Sequence[Shade], marks: Sequence[Mark], note: str) -> Chart:
    lasts = objective_line(value=1, label="1× lasts the window", colour=MUTED)
    words = [{**one, "x": 0, "xanchor": "left"} for one in lasts["annotations"]]
    drawn = [hatched(shade.period, name=shade.title) for shade in shades]
    drawn.append(line(name="Burn rate", x=curve.instants, y=curve.rates, hover="%{y:.2f}×"))
    if marks:
        drawn.append(_marks(marks))
    figure: dict[str, Any] = {
        "data": drawn,
        "layout": layout(
            period=period,
            shapes=lasts["shapes"],
            annotations=[*words, *(_label(shade) for shade in shades)],
            margin={"t": _MARGIN_TOP},
            showlegend=False,
            yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
        ),
    }
    figure["layout"]["yaxis"] |= {"rangemode": "tozero", "ticksuffix": "×"}
    return Chart(
        id=f"day-burn-{curve.slug}",
        title=f"Burn rate: {curve.title}",
        figure=figure,
        columns=("From", "Burn rate"),
        rows=list(zip(curve.instants, curve.rates, strict=True)),
        height=HEIGHT,
        note=note,
    )


def _marks(marks: Sequence[Mark]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Seen",
        "x": [one.at for one in marks],
        "y": [0.05] * len(marks),
        "yaxis": "y2",
        "text": [one.text for one in marks],
        "marker": {"symbol": "triangle-up", "size": 10, "color": SERIES[3]},
        "hovertemplate": "%{text}<extra></extra>",
    }


def _label(shade: Shade) -> dict[str, Any]:
    return {
        "text": f"fault {shade.number}",
        "x": shade.period.start,
        "xanchor": "left",
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 11, "color": MUTED},
    }
