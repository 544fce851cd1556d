"""The timeline drawn: a row for each track, flags and bands in lanes, told apart by shape, filling and words."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.utils.html import escape

from reliability.kit.periods import Period
from reliability.overlay.domain.items import Item, Look, Shape
from reliability.overlay.domain.lanes import lanes_of
from reliability.overlay.tracks import Told
from reliability.web.charts import BAD, MUTED, SERIES, WARN, Chart, layout
from reliability.web.words import duration_text

_LANE_PIXELS = 26
_LEGEND_PIXELS = 104  # below the rows: axis and legend
_AXIS_PIXELS = 40
_TOP_PIXELS = 26
_FLAG_GAP = 0.012  # of the period: flags that are nearer hide one another
_FLAG_LANES = 3
_LABEL_MAX = 90
# Labels of hours without their year, as three of them lie beside one another on a phone.
_HOURS = ({"dtickrange": [None, 43_200_000], "value": "%H:%M\n%b %-d"},)
_STRONG = 14.4  # the burn that empties a budget of 30 days in two days: drawn as strongest
_FAINT = 0.35
_FLAGS = MappingProxyType(
    {
        Look.GOOD: ("triangle-right", SERIES[0], "deployed"),
        Look.BAD: ("x", BAD, "failed, or broke production"),
        Look.BACK: ("triangle-left", WARN, "rolled back"),
        Look.OPEN: ("circle-open", SERIES[0], "in progress"),
        Look.STOPPED: ("square-open", MUTED, "cancelled"),
        Look.PLAIN: ("diamond", SERIES[3], ""),
        Look.SEVERE: ("x", BAD, ""),
    }
)
_FILLED = MappingProxyType({"incidents": BAD, "burns": WARN, "experiments": SERIES[1]})


@dataclass(frozen=True, slots=True)
class _Placed:
    """An item in its lane. part: what of it lies in the period; y: of its lane, 0 at the top, downwards."""

    item: Item
    part: Period
    y: float


def timeline_chart(*, told: Sequence[Told], period: Period, now: datetime, chart_id: str = "timeline") -> Chart:
    """Tracks without items have no row. Hover and click read `customdata`: words, instants, and the page."""
    shown = [one for one in told if one.items.shown]
    traces: list[dict[str, Any]] = []
    ticks: list[tuple[float, str]] = []
    shapes: list[dict[str, Any]] = []
    depth = 0.0
    for one in shown:
        placed, lanes = _placed(one, period, depth)
        ticks.append((-(depth + (lanes - 1) / 2), one.track.title))
        traces += _flags(one, placed) if one.track.shape is Shape.FLAG else _bands(one, placed, now)
        if depth:
            shapes.append(_rule(0.5 - depth))
        depth += lanes
    if period.start < now < period.end:
        shapes.append(_now_line(now))
    pixels = _LANE_PIXELS * max(depth, 3)
    axis = {
        "tickvals": [at for at, _ in ticks],
        "ticktext": [title for _, title in ticks],
        "range": [-(depth - 0.4), 0.6],
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
    }
    shown_as = layout(
        period=period,
        hovermode="closest",
        barmode="overlay",
        shapes=shapes,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": -_AXIS_PIXELS / pixels, "yanchor": "top", "itemclick": False},
        margin={"b": _LEGEND_PIXELS},
        hoverlabel={"align": "left"},
    )
    shown_as["xaxis"] |= {"tickformatstops": list(_HOURS)}
    figure = {"data": traces, "layout": shown_as | {"yaxis": axis}}
    return Chart(
        id=chart_id,
        title="Timeline",
        figure=figure,
        columns=("Kind", "What", "Service", "From", "To", "State"),
        rows=[row_of(one, item) for one in shown for item in one.items.shown],
        height=int(_TOP_PIXELS + pixels + _LEGEND_PIXELS),
        note="Drag to zoom, double-click for the whole range; a click on an item leads to its page.",
    )


def row_of(told: Told, item: Item) -> tuple[Any, ...]:
    """As the table of the chart has it."""
    services = ", ".join(one.title for one in item.services)
    end: Any = "goes on" if item.goes_on else item.end
    return told.track.noun, item.label, services, item.start, "" if item.end == item.start else end, item.state


def _placed(told: Told, period: Period, depth: float) -> tuple[list[_Placed], int]:
    """The items in their lanes, the first lane at *depth*, and how many lanes there are."""
    parts = [(item, part) for item in told.items.shown if (part := item.within(period)) is not None]
    is_flag = told.track.shape is Shape.FLAG
    gap = period.length * _FLAG_GAP if is_flag else timedelta(0)
    spans = [part for _, part in parts]
    lanes = lanes_of(spans, gap=gap, lanes_max=_FLAG_LANES) if is_flag else lanes_of(spans)
    placed = [_Placed(item, part, -(depth + lane)) for (item, part), lane in zip(parts, lanes, strict=True)]
    return placed, max(lanes, default=0) + 1


def _flags(told: Told, placed: Sequence[_Placed]) -> list[dict[str, Any]]:
    """A trace for each look, so that the legend names it."""
    by_look: dict[Look, list[_Placed]] = defaultdict(list)
    for one in placed:
        by_look[one.item.look].append(one)
    traces = []
    for look in [look for look in Look if look in by_look]:
        symbol, colour, words = _FLAGS[look]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": (words or told.track.noun).capitalize(),
                "cliponaxis": False,
                "x": [one.item.start for one in by_look[look]],
                "y": [one.y for one in by_look[look]],
                "marker": {"symbol": symbol, "size": 11, "color": colour, "line": {"width": 1, "color": colour}},
                "customdata": [_said(told, one.item) for one in by_look[look]],
                "hovertemplate": "%{customdata.text}<extra></extra>",
            }
        )
    return traces


def _bands(told: Told, placed: Sequence[_Placed], now: datetime) -> list[dict[str, Any]]:
    """The stretches, and a mark of constant width at each start: a minute in a month would be seen by nobody."""
    colour = _FILLED.get(told.track.slug, MUTED)
    said = [_said(told, one.item) for one in placed]
    marker: dict[str, Any] = {
        "color": colour,
        "opacity": [_opacity(told.track.shape, one.item) for one in placed],
        "line": {"width": [1.5 if one.item.look is Look.SEVERE else 0 for one in placed], "color": colour},
    }
    if told.track.shape is Shape.HATCHED:
        marker["pattern"] = {"shape": "/", "size": 6, "solidity": 0.35, "fillmode": "overlay", "fgcolor": colour}
        marker["pattern"]["bgcolor"] = "rgba(0,0,0,0)"
    bars = {
        "type": "bar",
        "orientation": "h",
        "name": told.track.noun.capitalize(),
        "base": [one.part.start for one in placed],
        "x": [_drawn(one, now) / timedelta(milliseconds=1) for one in placed],
        "y": [one.y for one in placed],
        "width": 0.62,
        "marker": marker,
        "customdata": said,
        "hovertemplate": "%{customdata.text}<extra></extra>",
    }
    starts = {
        "type": "scatter",
        "mode": "markers",
        "showlegend": False,
        "cliponaxis": False,
        "x": [one.part.start for one in placed],
        "y": [one.y for one in placed],
        "marker": {"symbol": "line-ns-open", "size": 14, "color": colour, "line": {"width": 3, "color": colour}},
        "customdata": said,
        "hovertemplate": "%{customdata.text}<extra></extra>",
    }
    return [bars, starts]


def _drawn(placed: _Placed, now: datetime) -> timedelta:
    """What goes on is drawn to this moment, not into the future."""
    if placed.item.goes_on and placed.part.start < now < placed.part.end:
        return now - placed.part.start
    return placed.part.length


def _opacity(shape: Shape, item: Item) -> float:
    if shape is Shape.STRONG:
        if item.strength is None:
            return _FAINT
        share = math.log1p(max(item.strength, 0)) / math.log1p(_STRONG)
        return round(_FAINT + (1 - _FAINT) * min(share, 1), 3)
    return {Look.SEVERE: 0.9}.get(item.look, 0.85 if shape is Shape.HATCHED else 0.5)


def _said(told: Told, item: Item) -> dict[str, Any]:
    """text: for the hover, the instants in UTC; charts.js tells start and end in the page's zone, too."""
    services = ", ".join(one.title for one in item.services)
    lines = [
        escape(_cut(item.label)),  # not bold: the library would style it inline, which the policy forbids
        escape(" · ".join(part for part in (told.track.noun, item.state, _cut(services)) if part)),
        escape(_when(item)),
    ]
    if item.detail:
        lines.append(escape(_cut(item.detail)))
    end = None if item.end == item.start else item.end
    return {"text": "<br>".join(lines), "start": item.start, "end": end, "url": item.url}


def _when(item: Item) -> str:
    start = item.start.astimezone(UTC)
    if item.end == item.start:
        return f"{start:%a %d %b %H:%M} UTC"
    if item.end is None:
        return f"since {start:%a %d %b %H:%M} UTC"
    end = item.end.astimezone(UTC)
    shown = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%a %d %b %H:%M}"
    return f"{start:%a %d %b %H:%M} to {shown} UTC ({duration_text((item.end - item.start).total_seconds())})"


def _cut(text: str) -> str:
    return text if len(text) <= _LABEL_MAX else f"{text[: _LABEL_MAX - 1]}…"


def _rule(y: float) -> dict[str, Any]:
    line = {"color": "var(--grid)", "width": 1}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y, "line": line}


def _now_line(now: datetime) -> dict[str, Any]:
    line = {"color": MUTED, "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "x", "x0": now, "x1": now, "yref": "paper", "y0": 0, "y1": 1, "line": line}
