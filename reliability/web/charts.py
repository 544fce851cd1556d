"""Charts: figures for Plotly as plain dicts, in the one theme, each with its table.

Colours are names of tokens.css, `var(--series-1)`; charts.js replaces them in the theme of the moment. Instants
are given in UTC; charts.js draws them in the page's zone and shows both on hover.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.utils.safestring import SafeString, mark_safe

from reliability.kit.periods import Period

SERIES = tuple(f"var(--series-{index})" for index in range(1, 7))
GOOD, WARN, BAD, MUTED = "var(--good)", "var(--warn)", "var(--bad)", "var(--text-muted)"

_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}  # of django.utils.html.json_script


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure and the same numbers as a table.

    id: unique on the page, a slug. figure: {"data": […], "layout": {…}}; None and NaN are gaps.
    rows: one sequence per row, as long as columns; instants, numbers, None or text.
    height: pixels, kept before and after drawing. note: one sentence beside the title (what, unit, n, as of).
    formats: per column "ratio" (shown as percent) or "" (by its type).
    """

    id: str
    title: str
    figure: Mapping[str, Any]
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    height: int = 280
    note: str = ""
    formats: Sequence[str] = ()

    @property
    def json(self) -> SafeString:
        """The figure for a `<script type="application/json">`; NaN and infinities become null."""
        text = orjson.dumps(
            self.figure, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS, default=str
        )
        return mark_safe(text.decode().translate(_ESCAPES))  # noqa: S308  <, > and & are escaped on this line


def line(
    *,
    name: str,
    x: Sequence[datetime],
    y: Sequence[float | None],
    colour: str = SERIES[0],
    hover: str = "%{y}",
    **options: Any,
) -> dict[str, Any]:
    """A thin line over time; None breaks it. hover: a Plotly hovertemplate such as "%{y:.3%}".

    A value between two gaps has no line to be seen by, so it is drawn as a dot.
    """
    alone = [value is not None and _is_gap(y, row - 1) and _is_gap(y, row + 1) for row, value in enumerate(y)]
    dots = {"mode": "lines+markers", "marker": {"color": colour, "size": [5 if one else 0 for one in alone]}}
    return {
        "type": "scatter",
        "mode": "lines",
        **(dots if any(alone) else {}),
        "name": name,
        "x": list(x),
        "y": list(y),
        "line": {"color": colour, "width": 1.5},
        "connectgaps": False,
        "hovertemplate": f"{hover}<extra>{name}</extra>",
        **options,
    }


def _is_gap(y: Sequence[float | None], row: int) -> bool:
    return not 0 <= row < len(y) or y[row] is None


def bars(
    *,
    name: str,
    x: Sequence[Any],
    y: Sequence[float | None],
    colour: str = SERIES[0],
    hover: str = "%{y}",
    **options: Any,
) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": name,
        "x": list(x),
        "y": list(y),
        "marker": {"color": colour, "line": {"width": 0}},
        "hovertemplate": f"{hover}<extra>{name}</extra>",
        **options,
    }


def objective_line(*, value: float, label: str, colour: str = BAD) -> dict[str, list[dict[str, Any]]]:
    """A dashed level with its label at the right end, as {"shapes": […], "annotations": […]} for `layout`."""
    return {
        "shapes": [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "yref": "y",
                "y0": value,
                "y1": value,
                "line": {"color": colour, "width": 1, "dash": "dash"},
            }
        ],
        "annotations": [
            {
                "text": label,
                "xref": "paper",
                "x": 1,
                "xanchor": "right",
                "yref": "y",
                "y": value,
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 11, "color": colour},
                "bgcolor": "var(--surface)",
                "borderpad": 1,
            }
        ],
    }


def band(*, period: Period, label: str = "", colour: str = MUTED, opacity: float = 0.14) -> dict[str, Any]:
    """A shape over the whole height for a period: an exclusion, an incident, a gap."""
    shape: dict[str, Any] = {
        "type": "rect",
        "xref": "x",
        "x0": period.start,
        "x1": period.end,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "fillcolor": colour,
        "opacity": opacity,
        "line": {"width": 0},
        "layer": "below",
    }
    if label:
        shape["label"] = {"text": label, "textposition": "bottom left", "font": {"size": 11}}
    return shape


def layout(*, period: Period | None = None, y_format: str = "", y_title: str = "", **options: Any) -> dict[str, Any]:
    """The layout of a chart over time: period fixes the x axis, y_format is a d3 format such as ".2%"."""
    y_axis: dict[str, Any] = {}
    if y_format:
        y_axis["tickformat"] = y_format
    if y_title:
        y_axis["title"] = {"text": y_title}
    x_axis: dict[str, Any] = {"type": "date"}
    if period is not None:
        x_axis["range"] = [period.start, period.end]
    return {"xaxis": x_axis, "yaxis": y_axis, **options}
