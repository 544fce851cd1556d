"""Marks on a chart over time as bands over its whole height: hatched or filled, told in words by the legend."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from reliability.kit.periods import Period
from slo.domain.marks import Kind, Mark

_NARROWEST = 0.006  # of the period: a fault of a minute would be a line that nobody sees in four weeks
_LEGEND_ROOM = 66
_LOOKS = MappingProxyType(
    {
        Kind.EXPERIMENT: ("var(--warn-fill)", {"shape": "/", "size": 6, "solidity": 0.35}, 0.85),
        Kind.INCIDENT: ("var(--bad-fill)", {}, 0.18),
    }
)


def bands_of(marks: Sequence[Mark], *, period: Period | None) -> list[dict[str, Any]]:
    """A trace for each kind that there is, to be drawn before the lines."""
    if period is None or period.is_empty:
        return []
    return [
        _trace(kind, [mark.within(period) for mark in marks if mark.kind is kind], period)
        for kind in Kind
        if any(mark.kind is kind for mark in marks)
    ]


def layout_of(bands: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What bands need of the layout: their own axis, and the legend below the plot."""
    if not bands:
        return {"showlegend": False}
    return {
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top", "itemclick": False},
        "yaxis2": {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
    }


def room_for(bands: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Room for the legend, as part of the margin."""
    return {"b": _LEGEND_ROOM} if bands else {}


def _trace(kind: Kind, parts: Sequence[Period], period: Period) -> dict[str, Any]:
    """One outline for all of a kind, with gaps in it: so the legend names the kind once."""
    colour, pattern, opacity = _LOOKS[kind]
    wide = [_widened(part, period) for part in parts]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": kind.words,
        "x": [at for one in wide for at in (one.start, one.start, one.end, one.end, None)],
        "y": [height for _ in wide for height in (0, 1, 1, 0, None)],
        "yaxis": "y2",
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0, "color": colour},
        "opacity": opacity,
        "hoverinfo": "skip",
        "meta": "mark",  # no measured number: charts.js says "no data" all the same
        **(
            {"fillpattern": {"fillmode": "overlay", "fgcolor": colour, "bgcolor": "rgba(0,0,0,0)", **pattern}}
            if pattern
            else {}
        ),
    }


def _widened(part: Period, period: Period) -> Period:
    least = period.length * _NARROWEST
    if part.length >= least:
        return part
    start = min(part.start, period.end - least)
    return Period(start, start + least)
