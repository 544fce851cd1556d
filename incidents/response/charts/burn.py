"""How fast the impacted objectives burn, around an incident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reliability.kit.periods import Period
from reliability.web.charts import BAD, MUTED, SERIES, Chart, band, layout, line, objective_line

_MARGIN_TOP = 44
_LEGEND_ROOM = 84
_LABEL_LENGTH_MAX = 28
_LETTER, _FLAG = 0.016, 0.05  # of the width of the chart in its narrow card: a letter, the sign before the words


@dataclass(frozen=True, slots=True)
class BurnLine:
    """The burn rate of one objective per step, None where nothing was measured."""

    name: str
    rates: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Flag:
    """A change in production."""

    at: datetime
    words: str


def burn_chart(
    *,
    instants: Sequence[datetime],
    lines: Sequence[BurnLine],
    period: Period,
    incident: Period,
    flags: Sequence[Flag] = (),
    note: str = "",
    height: int = 280,
) -> Chart:
    """Burn rates over time; the incident is a band, changes are flags, 1× is what the budget lasts for."""
    sustainable = objective_line(value=1, label="1× lasts the window", colour=MUTED)
    shown = [flag for flag in flags if period.contains(flag.at)]
    figure: dict[str, Any] = {
        "data": [
            line(name=one.name, x=instants, y=one.rates, colour=SERIES[index % len(SERIES)], hover="%{y:.2f}×")
            for index, one in enumerate(lines)
        ],
        "layout": layout(
            period=period,
            shapes=[
                band(period=incident, colour=BAD, opacity=0.1),
                *sustainable["shapes"],
                *(_pole(flag) for flag in shown),
            ],
            annotations=[*sustainable["annotations"], *_words(shown, period, incident)],
            margin={"t": _MARGIN_TOP} | ({"b": _LEGEND_ROOM} if len(lines) > 1 else {}),
            showlegend=len(lines) > 1,
        ),
    }
    figure["layout"]["yaxis"] |= {"rangemode": "tozero", "ticksuffix": "×"}
    if len(lines) > 1:
        figure["layout"]["legend"] = {"orientation": "h", "x": 0, "y": -0.28, "yanchor": "top"}
    return Chart(
        id="burn",
        title="Burn rate around the incident",
        figure=figure,
        columns=("From", *(one.name for one in lines)),
        rows=[(at, *(one.rates[row] for one in lines)) for row, at in enumerate(instants)],
        height=height,
        note=note,
    )


def _pole(flag: Flag) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": flag.at,
        "x1": flag.at,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": SERIES[3], "width": 1, "dash": "dot"},
    }


def _words(flags: Sequence[Flag], period: Period, incident: Period) -> list[dict[str, Any]]:
    """The words of each flag above its line, as far as there is room; the last before the incident is first."""
    taken: list[tuple[float, float]] = []
    words = []
    for flag in sorted(flags, key=lambda flag: (flag.at > incident.start, abs(flag.at - incident.start))):
        place = (flag.at - period.start) / period.length
        width = len(_short(flag.words)) * _LETTER + _FLAG
        sides = {"left": (place, place + width), "right": (place - width, place)}
        free = [side for side, (start, end) in sides.items() if _is_free(start, end, taken)]
        if free:
            taken.append(sides[free[0]])
            words.append(_annotation(flag, xanchor=free[0]))
    return words


def _is_free(start: float, end: float, taken: Sequence[tuple[float, float]]) -> bool:
    return start >= 0 and end <= 1 and all(end <= left or start >= right for left, right in taken)


def _annotation(flag: Flag, *, xanchor: str) -> dict[str, Any]:
    return {
        "text": f"⚑ {_short(flag.words)}",
        "x": flag.at,
        "xanchor": xanchor,
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 11, "color": SERIES[3]},
    }


def _short(words: str) -> str:
    return words if len(words) <= _LABEL_LENGTH_MAX else f"{words[: _LABEL_LENGTH_MAX - 1]}…"
